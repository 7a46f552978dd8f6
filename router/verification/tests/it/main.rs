//! The crate through its front door: operations made, answers learned from and compared, differences made small.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod compared;
mod generated;
mod shrunk;

use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use hansa_verification::Operation;

fn schema(sdl: &str) -> Valid<Schema> {
    Schema::parse_and_validate(sdl, "api.graphql").unwrap_or_else(|invalid| panic!("{}", invalid.errors))
}

#[track_caller]
fn assert_valid(schema: &Valid<Schema>, operation: &Operation) -> Valid<ExecutableDocument> {
    let text = operation.to_string();
    let parsed = ExecutableDocument::parse_and_validate(schema, &text, "operation.graphql");
    let document = parsed.unwrap_or_else(|invalid| panic!("{}\n{text}", invalid.errors));
    let values = serde_json::from_value(operation.variable_values()).unwrap();
    let query = document.operations.get(None).unwrap();
    let coerced = apollo_compiler::request::coerce_variable_values(schema, query, &values);
    coerced.unwrap_or_else(|error| panic!("{}: {values:?}\n{text}", error.message()));
    document
}

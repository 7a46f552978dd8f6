//! Tests through the front door: `MockSubgraph::new`, `execute`, and HTTP.

mod bad_data;
mod demo;
mod federation;
mod forms;
mod graphql;
mod http;
mod invention;
mod sdl;
mod subscriptions;

use crate::MockSubgraph;
use serde_json::{Value, json};

fn mock(sdl: &str, data: Value) -> MockSubgraph {
    let data = (!data.is_null()).then(|| data.to_string());
    MockSubgraph::new("shop", sdl, data.as_deref()).unwrap_or_else(|error| panic!("{error}"))
}

fn ask(mock: &MockSubgraph, query: &str) -> Value {
    mock.execute(&json!({ "query": query }))
}

/// `data` and, without places in the text, `errors` of the answer.
#[track_caller]
fn check(mock: &MockSubgraph, query: &str, expected: Value) {
    check_with(mock, query, json!({}), expected);
}

#[track_caller]
fn check_with(mock: &MockSubgraph, query: &str, variables: Value, expected: Value) {
    let mut response = mock.execute(&json!({ "query": query, "variables": variables }));
    for error in response.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
        error.as_object_mut().unwrap().shift_remove("locations");
    }
    assert!(response == expected, "{query}\n   answer: {response}\n expected: {expected}");
}

fn representations(mock: &MockSubgraph, selection: &str, representations: Value) -> Value {
    let query = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {selection} }}");
    let mut response = mock.execute(&json!({ "query": query, "variables": { "r": representations } }));
    for error in response.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
        error.as_object_mut().unwrap().shift_remove("locations");
    }
    response
}

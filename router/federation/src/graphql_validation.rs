//! Whether a schema is valid GraphQL, as the servers behind a router see it.
//!
//! The compiler follows the newest draft of the specification. Some of its rules came after most servers were built: a
//! schema that breaks only those has always worked, and is not refused.

use apollo_compiler::{
    Schema,
    diagnostic::Diagnostic,
    validation::{DiagnosticData, DiagnosticList, Valid},
};

/// Findings of the compiler that keep no schema from working, by the names that it gives them.
pub const TOLERATED: [&str; 1] = ["DeprecatedImplementationField"];

/// Validates a schema; default values are not checked against their types. The error holds all findings, and [`refused`]
/// gives those that count.
pub fn validate(mut schema: Schema, tolerated: &[&str]) -> Result<Valid<Schema>, DiagnosticList> {
    schema.validate_default_values = false;
    match schema.validate() {
        Ok(valid) => Ok(valid),
        Err(invalid) if refused(&invalid.errors, tolerated).next().is_none() => {
            Ok(Valid::assume_valid(invalid.partial))
        }
        Err(invalid) => Err(invalid.errors),
    }
}

/// The findings for which a schema is refused.
pub fn refused<'f>(
    findings: &'f DiagnosticList,
    tolerated: &'f [&str],
) -> impl Iterator<Item = Diagnostic<'f, DiagnosticData>> {
    findings.iter().filter(|finding| !finding.error.unstable_error_name().is_some_and(|name| tolerated.contains(&name)))
}

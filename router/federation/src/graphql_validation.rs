//! Whether a schema is valid GraphQL, as the servers behind a router see it.
//!
//! The compiler follows the newest draft of the specification. Some of its rules came after most servers were built: a
//! schema that breaks only those has always worked, and is not refused.

use apollo_compiler::{
    Schema,
    diagnostic::Diagnostic,
    validation::{DiagnosticData, DiagnosticList, Valid, WithErrors},
};

/// Findings of the compiler that keep no schema from working.
const TOLERATED: [&str; 2] = ["DeprecatedImplementationField", "DeprecatedRequiredInputValue"];

/// Validates a schema. The error holds all findings; [`refused`] gives those that count.
#[allow(clippy::result_large_err, reason = "the compiler's own type; made once per schema")]
pub fn validate(schema: Schema) -> Result<Valid<Schema>, WithErrors<Schema>> {
    match schema.validate() {
        Err(invalid) if refused(&invalid.errors).next().is_none() => Ok(Valid::assume_valid(invalid.partial)),
        result => result,
    }
}

/// The findings for which a schema is refused.
pub fn refused(findings: &DiagnosticList) -> impl Iterator<Item = Diagnostic<'_, DiagnosticData>> {
    findings.iter().filter(|finding| !finding.error.unstable_error_name().is_some_and(|name| TOLERATED.contains(&name)))
}

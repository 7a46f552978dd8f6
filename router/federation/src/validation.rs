//! Which schemas count as valid. Supergraphs are composed and served that break rules which the GraphQL specification
//! got later; those rules are not applied.

use apollo_compiler::{
    Schema,
    validation::{DiagnosticList, Valid},
};

/// Rules by the compiler's names: a deprecated field may implement one that is not.
const YOUNGER_RULES: [&str; 1] = ["DeprecatedImplementationField"];

/// Validates a schema; default values are not checked against their types.
pub fn validated(mut schema: Schema) -> Result<Valid<Schema>, DiagnosticList> {
    schema.validate_default_values = false;
    let invalid = match schema.validate() {
        Ok(valid) => return Ok(valid),
        Err(invalid) => invalid,
    };
    let is_younger = |name: Option<&'static str>| name.is_some_and(|name| YOUNGER_RULES.contains(&name));
    let is_valid_otherwise = invalid.errors.iter().all(|finding| is_younger(finding.error.unstable_error_name()));
    match is_valid_otherwise {
        true => Ok(Valid::assume_valid(invalid.partial)),
        false => Err(invalid.errors),
    }
}

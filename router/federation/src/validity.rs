//! Validity of schemas, less strict in one point than the newest draft of the GraphQL specification.

use apollo_compiler::{
    Schema,
    validation::{DiagnosticList, Valid},
};

/// A draft's rule that composed schemas in use break, and that nothing here relies on: a deprecated field may implement
/// one that is not.
const OVERLOOKED: &str = "DeprecatedImplementationField";

/// Validates a schema. The findings of an invalid one may include what is overlooked when it is alone.
pub fn validated(schema: Schema) -> Result<Valid<Schema>, DiagnosticList> {
    match schema.validate() {
        Ok(schema) => Ok(schema),
        Err(invalid)
            if invalid.errors.iter().all(|finding| finding.error.unstable_error_name() == Some(OVERLOOKED)) =>
        {
            Ok(Valid::assume_valid(invalid.partial))
        }
        Err(invalid) => Err(invalid.errors),
    }
}

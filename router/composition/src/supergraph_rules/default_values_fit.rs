//! Merged default values fit merged types, from which enum values and input fields may have gone.
//! GraphQL specification, "IsValidInputValue"; code INVALID_GRAPHQL.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    input_values::misfit,
    merged_schema::MergedSchema,
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for input in merged.inputs() {
        let Some(value) = &input.definition.default_value else { continue };
        if let Some(why) = misfit(merged.schema, &input.definition.ty, value) {
            let (coordinate, value) = (input.coordinate, value.serialize().no_indent());
            let message = format!("`{value}` is no default value for `{coordinate}` in the merged schema: {why}");
            diagnostics.push(Diagnostic::new(codes::INVALID_GRAPHQL, message).on(coordinate));
        }
    }
}

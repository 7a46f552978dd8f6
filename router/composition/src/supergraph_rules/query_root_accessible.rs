//! Clients can query something. Code QUERY_ROOT_TYPE_INACCESSIBLE.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::MergedSchema,
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    let Some(query) = &merged.schema.schema_definition.query else { return };
    if merged.is_hidden_type(query) {
        let message = format!("`{query}` is @inaccessible, but a schema needs its query root type");
        diagnostics.push(Diagnostic::new(codes::QUERY_ROOT_TYPE_INACCESSIBLE, message).on(query.as_str()));
    }
}

//! A visible type has something visible in it. Code ONLY_INACCESSIBLE_CHILDREN.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::{MergedSchema, visible_children},
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    let query = merged.schema.schema_definition.query.as_deref();
    for (name, definition) in merged.visible_types() {
        if let Some((0, children)) = visible_children(merged, definition) {
            let message = if Some(name) == query {
                format!("all fields of `{name}` are @inaccessible, so that clients can query nothing")
            } else {
                format!("`{name}` is visible, but all its {children} are @inaccessible; hide the type too, or show one")
            };
            diagnostics.push(Diagnostic::new(codes::ONLY_INACCESSIBLE_CHILDREN, message).on(name.as_str()));
        }
    }
}

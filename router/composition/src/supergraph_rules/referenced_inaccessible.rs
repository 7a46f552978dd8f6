//! What is visible uses visible types only. Types that a linked specification defines are not visible either.
//! Code REFERENCED_INACCESSIBLE.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::MergedSchema,
    type_members::fields,
};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for (name, definition) in merged.visible_types() {
        for field in fields(definition).filter(|field| !merged.is_hidden(&field.directives)) {
            check_reference(merged, format!("{name}.{}", field.name), field.ty.inner_named_type(), diagnostics);
        }
    }
    for input in merged.inputs_of_visible() {
        if !merged.is_hidden(&input.definition.directives) {
            check_reference(merged, input.coordinate, input.definition.ty.inner_named_type(), diagnostics);
        }
    }
}

fn check_reference(merged: &MergedSchema<'_>, coordinate: String, ty: &str, diagnostics: &mut Diagnostics) {
    let why = if merged.is_hidden_type(ty) {
        "is @inaccessible"
    } else if merged.is_feature_type(ty) {
        "belongs to a linked specification, which clients do not see"
    } else {
        return;
    };
    let message = format!("`{coordinate}` is visible, but its type `{ty}` {why}");
    diagnostics.push(Diagnostic::new(codes::REFERENCED_INACCESSIBLE, message).on(coordinate));
}

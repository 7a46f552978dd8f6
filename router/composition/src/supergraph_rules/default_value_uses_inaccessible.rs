//! Default values that clients can read use nothing hidden. Code DEFAULT_VALUE_USES_INACCESSIBLE.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::MergedSchema,
};
use apollo_compiler::{
    ast::{Type, Value},
    schema::ExtendedType,
};
use indexmap::IndexSet;

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for input in merged.inputs_of_visible() {
        if merged.is_hidden(&input.definition.directives) {
            continue;
        }
        let Some(value) = &input.definition.default_value else { continue };
        let mut hidden = IndexSet::new();
        add_hidden(merged, &input.definition.ty, value, &mut hidden);
        for used in hidden {
            let coordinate = &input.coordinate;
            let message =
                format!("`{coordinate}` is visible, but its default value uses `{used}`, which is @inaccessible");
            diagnostics.push(Diagnostic::new(codes::DEFAULT_VALUE_USES_INACCESSIBLE, message).on(coordinate.as_str()));
        }
    }
}

/// Adds the hidden enum values and input fields that a value uses. A hidden type as a whole is what the visible element
/// refers to, which is another rule's.
fn add_hidden(merged: &MergedSchema<'_>, ty: &Type, value: &Value, hidden: &mut IndexSet<String>) {
    let name = ty.inner_named_type();
    if merged.is_hidden_type(name) {
        return;
    }
    match (merged.schema.types.get(name), value) {
        (_, Value::List(values)) => values.iter().for_each(|value| add_hidden(merged, ty, value, hidden)),
        (Some(ExtendedType::Enum(definition)), Value::Enum(value)) => {
            let value = definition.values.get(value).filter(|value| merged.is_hidden(&value.directives));
            hidden.extend(value.map(|value| format!("{name}.{}", value.value)));
        }
        (Some(ExtendedType::InputObject(input)), Value::Object(given)) => {
            for (field, value) in given {
                let Some(field) = input.fields.get(field) else { continue };
                if merged.is_hidden(&field.directives) {
                    hidden.insert(format!("{name}.{}", field.name));
                } else {
                    add_hidden(merged, &field.ty, value, hidden);
                }
            }
        }
        _ => {}
    }
}

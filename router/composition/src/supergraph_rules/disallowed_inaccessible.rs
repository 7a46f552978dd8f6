//! What specifications define, and arguments of directives on definitions, cannot be hidden: no client sees them.
//! Code DISALLOWED_INACCESSIBLE.

use crate::{
    codes,
    diagnostic::{Diagnostic, Diagnostics},
    merged_schema::MergedSchema,
    type_members::fields,
};
use apollo_compiler::schema::{DirectiveDefinition, ExtendedType};

pub(super) fn check(merged: &MergedSchema<'_>, diagnostics: &mut Diagnostics) {
    for (name, definition) in &merged.schema.types {
        let is_specified = definition.is_built_in() || merged.is_feature_type(name);
        if is_specified && is_hidden_within(merged, definition) {
            let message =
                format!("`{name}` is defined by a specification; neither it nor its members can be @inaccessible");
            diagnostics.push(Diagnostic::new(codes::DISALLOWED_INACCESSIBLE, message).on(name.as_str()));
        }
    }
    for directive in merged.schema.directive_definitions.values() {
        for argument in directive.arguments.iter().filter(|argument| merged.is_hidden(&argument.directives)) {
            let coordinate = format!("@{}({}:)", directive.name, argument.name);
            let why = if merged.is_feature_directive(&directive.name) {
                "a specification defines the directive"
            } else if !is_for_operations_only(directive) {
                "the directive can be applied to definitions"
            } else {
                continue;
            };
            let message = format!("`{coordinate}` cannot be @inaccessible, because {why}");
            diagnostics.push(Diagnostic::new(codes::DISALLOWED_INACCESSIBLE, message).on(coordinate));
        }
    }
}

fn is_for_operations_only(directive: &DirectiveDefinition) -> bool {
    directive.locations.iter().all(hansa_federation::is_executable)
}

fn is_hidden_within(merged: &MergedSchema<'_>, definition: &ExtendedType) -> bool {
    let is_member_hidden = match definition {
        ExtendedType::Enum(definition) => definition.values.values().any(|value| merged.is_hidden(&value.directives)),
        ExtendedType::InputObject(input) => input.fields.values().any(|field| merged.is_hidden(&field.directives)),
        _ => fields(definition).any(|field| {
            let mut arguments = field.arguments.iter();
            merged.is_hidden(&field.directives) || arguments.any(|argument| merged.is_hidden(&argument.directives))
        }),
    };
    is_member_hidden || merged.is_hidden(definition.directives())
}

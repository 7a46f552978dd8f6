//! Rejects a `@fromContext` that stands where no value can be put in, or that names no context of the subgraph. Codes
//! CONTEXT_NOT_SET, NO_CONTEXT_IN_SELECTION, CONTEXT_NO_RESOLVABLE_KEY, CONTEXT_INVALID_SELECTION.

use super::{Examined, context_selection};
use crate::{
    Diagnostic, codes,
    directive_arguments::argument_text,
    field_set::split_context,
    subgraph::FederationDirective,
    type_members::{field_of, fields, interfaces},
};
use apollo_compiler::{
    Name, Node,
    ast::{Directive, FieldDefinition, InputValueDefinition},
    schema::ExtendedType,
};

/// An argument that takes its value from a context.
pub(super) struct Contextual<'a> {
    pub(super) coordinate: String,
    pub(super) argument: &'a Node<InputValueDefinition>,
    pub(super) applied: &'a Node<Directive>,
}

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for directive in subgraph.schema.directive_definitions.values() {
        for contextual in contextual(examined, &format!("@{}", directive.name), &directive.arguments) {
            found.push(misplaced(examined, &contextual, "an argument of a directive"));
        }
    }
    for (name, ty) in &subgraph.schema.types {
        let mut needs_key = None;
        for field in fields(ty) {
            for contextual in contextual(examined, &format!("{name}.{}", field.name), &field.arguments) {
                if ty.is_interface() {
                    found.push(misplaced(examined, &contextual, "an argument of an interface's field"));
                } else if check_argument(examined, (ty, field), &contextual, found) {
                    needs_key.get_or_insert(contextual.applied);
                }
            }
        }
        found.extend(needs_key.and_then(|applied| no_resolvable_key(examined, name, ty, applied)));
    }
}

fn contextual<'a>(
    examined: &Examined<'a>,
    of: &str,
    arguments: &'a [Node<InputValueDefinition>],
) -> Vec<Contextual<'a>> {
    let on_argument = |argument: &'a Node<InputValueDefinition>| {
        let applied = examined.subgraph.applied(&argument.directives, FederationDirective::FromContext);
        let coordinate = format!("{of}({}:)", argument.name);
        applied.map(move |applied| Contextual { coordinate: coordinate.clone(), argument, applied })
    };
    arguments.iter().flat_map(on_argument).collect()
}

fn misplaced(examined: &Examined, contextual: &Contextual, place: &str) -> Diagnostic {
    let Contextual { coordinate, applied, .. } = contextual;
    let spelling = examined.spelling(FederationDirective::FromContext);
    let message =
        format!("{spelling} is on {coordinate}, {place}; it works on arguments of object types' own fields only");
    examined.finding(codes::CONTEXT_NOT_SET, message, coordinate, applied)
}

/// Whether a context is named, and so a value is expected.
fn check_argument(
    examined: &Examined,
    (ty, field): (&ExtendedType, &FieldDefinition),
    contextual: &Contextual,
    found: &mut Vec<Diagnostic>,
) -> bool {
    let Contextual { coordinate, argument, applied } = contextual;
    let schema = &examined.subgraph.schema;
    if let Some(interface) = interfaces(ty).find(|interface| field_of(schema, interface, &field.name).is_some()) {
        let place = format!("and the field implements {interface}.{}", field.name);
        found.push(misplaced(examined, contextual, &place));
    }
    if argument.default_value.is_some() {
        let message = format!("{coordinate} takes its value from a context, and cannot have a default value");
        found.push(examined.finding(codes::CONTEXT_NOT_SET, message, coordinate, applied));
    }
    let Some((context, selection)) = argument_text(applied, "field").and_then(split_context) else {
        let spelling = examined.spelling(FederationDirective::FromContext);
        let message = format!(
            "{spelling} on {coordinate} should name a context and select from it, as in \
             `{spelling}(field: \"$shop {{ currency }}\")`"
        );
        found.push(examined.finding(codes::NO_CONTEXT_IN_SELECTION, message, coordinate, applied));
        return false;
    };
    let locations = types_that_set(examined, context);
    if locations.is_empty() {
        let message = format!("{coordinate} takes its value from the context `{context}`, which no type here sets");
        found.push(examined.finding(codes::CONTEXT_NOT_SET, message, coordinate, applied));
    } else if let Err(why) = context_selection::check(examined, contextual, &locations, selection) {
        let message = format!("{coordinate} cannot take its value from the context `{context}`: {why}");
        found.push(examined.finding(codes::CONTEXT_INVALID_SELECTION, message, coordinate, applied));
    }
    true
}

fn types_that_set<'a>(examined: &Examined<'a>, context: &str) -> Vec<(&'a Name, &'a ExtendedType)> {
    let subgraph = examined.subgraph;
    let sets = |ty: &ExtendedType| {
        let mut set = subgraph.applied(ty.directives(), FederationDirective::Context);
        set.any(|applied| argument_text(applied, "name") == Some(context))
    };
    subgraph.schema.types.iter().filter(|(_, ty)| sets(ty)).collect()
}

fn no_resolvable_key(
    examined: &Examined,
    name: &Name,
    ty: &ExtendedType,
    applied: &Node<Directive>,
) -> Option<Diagnostic> {
    let mut keys = examined.subgraph.applied(ty.directives(), FederationDirective::Key);
    // Null is not resolvable here, other than for the router.
    let is_resolvable = |key: &'_ Node<Directive>| match key.specified_argument_by_name("resolvable") {
        Some(value) => value.to_bool() == Some(true),
        None => true,
    };
    if keys.any(is_resolvable) {
        return None;
    }
    let message = format!(
        "{name} has an argument from a context and no resolvable {}: the router could not come back with the value",
        examined.spelling(FederationDirective::Key),
    );
    Some(examined.finding(codes::CONTEXT_NO_RESOLVABLE_KEY, message, name, applied))
}

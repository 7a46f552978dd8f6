//! `@external` fields that nothing uses: federation 1 did not mind them, so they go, and with them types that have nothing
//! else. Code TYPE_WITH_ONLY_UNUSED_EXTERNAL.

use crate::{Diagnostic, codes, subgraph::FieldFacts, subgraph::Subgraph};
use apollo_compiler::{Name, Schema, schema::ExtendedType};
use hashbrown::HashSet;

/// Removes the fields, and gives the facts about those that stay.
pub(super) fn remove_unused_external(subgraph: &mut Subgraph, errors: &mut Vec<Diagnostic>) -> FieldFacts {
    let facts = FieldFacts::of(subgraph);
    let mut emptied: Vec<Name> = Vec::new();
    let referenced = referenced_types(&subgraph.schema);
    for (name, ty) in &mut subgraph.schema.types {
        let ExtendedType::Object(object) = ty else { continue };
        let is_unused = |field: &Name| facts.is_external(name, field) && !facts.is_used(name, field);
        if object.fields.keys().any(is_unused) {
            object.make_mut().fields.retain(|field, _| !is_unused(field));
            if object.fields.is_empty() {
                emptied.push(name.clone());
            }
        }
    }
    for name in emptied {
        let definition = &subgraph.schema.schema_definition;
        let is_query = definition.query.as_ref().is_some_and(|query| **query == name);
        let is_root = [&definition.mutation, &definition.subscription].into_iter().flatten().any(|root| **root == name);
        if !is_root && !referenced.contains(&name) {
            subgraph.schema.types.shift_remove(&name);
            if is_query {
                subgraph.schema.schema_definition.make_mut().query = None;
            }
            continue;
        }
        // The machinery's fields are always there.
        if is_query {
            continue;
        }
        let location = subgraph.schema.types.get(&name).and_then(|ty| ty.name().location());
        let message = format!(
            "{name} is used here, but all its fields are @external and in no @key, @requires or @provides, so that none is left"
        );
        let place = subgraph.place(location, "");
        errors.push(Diagnostic::new(codes::TYPE_WITH_ONLY_UNUSED_EXTERNAL, message).on(name.as_str()).at(place));
    }
    facts
}

/// Types that fields and unions name; the fields that are about to go count too.
fn referenced_types(schema: &Schema) -> HashSet<Name> {
    let mut referenced: HashSet<Name> = HashSet::new();
    for ty in schema.types.values() {
        match ty {
            ExtendedType::Object(object) => {
                referenced.extend(object.fields.values().map(|field| field.ty.inner_named_type().clone()));
            }
            ExtendedType::Interface(interface) => {
                referenced.extend(interface.fields.values().map(|field| field.ty.inner_named_type().clone()));
            }
            ExtendedType::Union(union) => referenced.extend(union.members.iter().map(|member| member.as_ref().clone())),
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) | ExtendedType::InputObject(_) => {}
        }
    }
    referenced
}

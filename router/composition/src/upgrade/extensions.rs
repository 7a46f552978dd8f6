//! Type extensions: in federation 1 the way to say that a type is defined elsewhere, in federation 2 as good as
//! definitions. Code EXTENSION_WITH_NO_BASE.

use super::{elsewhere::Elsewhere, remove_directive, remove_from_field};
use crate::{
    Diagnostic, codes,
    directive_arguments::argument_text,
    field_set::{self, selected_fields},
    subgraph::{FederationDirective, Subgraph},
    type_members::{ROOTS, field_map},
};
use apollo_compiler::{
    Name, Node,
    ast::DirectiveList,
    collections::{IndexMap, IndexSet},
    schema::{ExtendedType, FieldDefinition},
};
use hashbrown::HashSet;

/// Object and interface types that are only extended need a definition somewhere. Other kinds are for the merge to check.
pub(super) fn check_bases(subgraph: &Subgraph, elsewhere: Elsewhere<'_>, errors: &mut Vec<Diagnostic>) {
    for (name, ty) in &subgraph.schema.types {
        let is_checked = is_extension(subgraph, ty) && !ROOTS.contains(&name.as_str());
        if !is_checked || elsewhere.is_defined(name) {
            continue;
        }
        let message = format!("{name} is extended here and defined in no other subgraph");
        let place = subgraph.place(ty.name().location(), "");
        errors.push(Diagnostic::new(codes::EXTENSION_WITH_NO_BASE, message).on(name.as_str()).at(place));
    }
}

/// Whether the type is written as one that another subgraph defines.
fn is_extension(subgraph: &Subgraph, ty: &ExtendedType) -> bool {
    field_map(ty).is_some()
        && (subgraph.extended_only.contains(ty.name()) || subgraph.has(ty.directives(), FederationDirective::Extends))
}

/// `@external` on an object type did nothing in federation 1.
pub(super) fn remove_external_of_object_types(subgraph: &mut Subgraph) {
    let names = &subgraph.names;
    for ty in subgraph.schema.types.values_mut() {
        let ExtendedType::Object(object) = ty else { continue };
        if names.has(&object.directives, FederationDirective::External) {
            remove_directive(&mut object.make_mut().directives, names, FederationDirective::External);
        }
    }
}

/// The key fields of an extension had to be marked `@external`, though the subgraph does know them. Without a key of its
/// own, an extension was taken to mean the first key that the type has elsewhere.
pub(super) fn remove_external_of_keys(subgraph: &mut Subgraph, elsewhere: Elsewhere<'_>) {
    let mut key_fields: Vec<(Name, HashSet<Name>)> = Vec::new();
    for (name, ty) in &subgraph.schema.types {
        if !matches!(ty, ExtendedType::Object(_)) || !is_extension(subgraph, ty) {
            continue;
        }
        let own: Vec<_> = subgraph.applied(ty.directives(), FederationDirective::Key).collect();
        let mut fields = HashSet::new();
        for key in &own {
            fields.extend(own_fields(subgraph, name, argument_text(key, "fields").unwrap_or_default()));
        }
        if own.is_empty() {
            fields.extend(elsewhere.first_keys(name).flat_map(|key| own_fields(subgraph, name, key)));
        }
        key_fields.push((name.clone(), fields));
    }
    let names = &subgraph.names;
    for (name, fields) in key_fields {
        let Some(ExtendedType::Object(object)) = subgraph.schema.types.get_mut(&name) else { continue };
        for field in object.make_mut().fields.values_mut().filter(|field| fields.contains(&field.name)) {
            remove_from_field(field, names, FederationDirective::External);
        }
    }
}

/// Fields of the type itself in a key; those of other types keep their `@external`.
fn own_fields(subgraph: &Subgraph, ty: &Name, key: &str) -> Vec<Name> {
    let selections = field_set::parse(key).unwrap_or_default();
    let selected = selected_fields(&subgraph.schema, ty, &selections);
    let own = selected.into_iter().filter(|selected| selected.parent == *ty);
    own.map(|selected| selected.definition.name.clone()).collect()
}

/// Types that are only extended become definitions. `@extends` stays: the merge still says that the type was extended.
pub(super) fn define_extended_types(subgraph: &mut Subgraph) {
    let extended: Vec<Name> = subgraph
        .schema
        .types
        .iter()
        .filter(|(_, ty)| is_extension(subgraph, ty))
        .map(|(name, _)| name.clone())
        .collect();
    for name in extended {
        match subgraph.schema.types.get_mut(&name) {
            Some(ExtendedType::Object(object)) => {
                let object = object.make_mut();
                define(&mut object.directives, &mut object.fields, &mut object.implements_interfaces);
            }
            Some(ExtendedType::Interface(interface)) => {
                let interface = interface.make_mut();
                define(&mut interface.directives, &mut interface.fields, &mut interface.implements_interfaces);
            }
            _ => {}
        }
        subgraph.extended_only.remove(&name);
    }
}

fn define(
    directives: &mut DirectiveList,
    fields: &mut IndexMap<Name, Node<FieldDefinition>>,
    interfaces: &mut IndexSet<Node<Name>>,
) {
    directives.0.iter_mut().for_each(forget_extension);
    fields.values_mut().for_each(forget_extension);
    *interfaces = interfaces.iter().map(|interface| interface.same_location(interface.as_ref().clone())).collect();
}

fn forget_extension<T: Clone>(node: &mut Node<T>) {
    if node.extension_id().is_some() {
        *node = node.same_location(node.as_ref().clone());
    }
}

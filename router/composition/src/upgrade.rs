//! Subgraphs of federation 1 become subgraphs of federation 2, as the others need them: `@external` only where it means
//! something, `@shareable` wherever a field has several resolvers, type extensions as definitions.
//!
//! All decisions are made on what the subgraphs were before any was upgraded, so their order does not matter. An upgraded
//! subgraph is checked by the subgraph rules at once; only what is found then is the whole truth about it.

mod definitions;
mod elsewhere;
mod extensions;
mod field_sets;
mod interfaces;
mod shareable;
mod tags;
mod unused;

#[cfg(test)]
mod tests;

use crate::{
    Diagnostic, codes,
    diagnostic::Diagnostics,
    link::LinkedFeature,
    specs::{FEDERATION_OF_UPGRADED, Spec},
    subgraph::{FederationDirective, FederationNames, Subgraph},
    subgraph_rules,
};
use apollo_compiler::{Name, Node, ast::DirectiveList, schema::FieldDefinition};
use elsewhere::{Elsewhere, TypesOfAll};
use hansa_federation::Feature;

/// Upgrades the subgraphs that link no federation specification, and checks them.
pub(crate) fn upgrade(subgraphs: &mut [Subgraph], diagnostics: &mut Diagnostics) {
    if !subgraphs.iter().any(Subgraph::is_federation_1) {
        return;
    }
    let types = TypesOfAll::of(subgraphs);
    let is_alone = subgraphs.len() == 1;
    let mut interface_keys: Vec<InterfaceKey> = Vec::new();
    for (position, subgraph) in subgraphs.iter_mut().enumerate() {
        if !subgraph.is_federation_1() {
            continue;
        }
        let mut errors = definitions::problems(subgraph, is_alone);
        if errors.is_empty() {
            let keys = upgrade_one(subgraph, Elsewhere { types: &types, position }, &mut errors);
            if errors.is_empty() {
                let found_before = diagnostics.errors.len();
                subgraph_rules::check(subgraph, diagnostics);
                if diagnostics.errors.len() == found_before {
                    interface_keys.extend(keys.into_iter().map(|interface| InterfaceKey { interface, position }));
                }
            }
        }
        diagnostics.errors.append(&mut errors);
    }
    check_interface_objects(subgraphs, &interface_keys, diagnostics);
}

/// A `@key` on an interface, which meant nothing in federation 1 and was removed.
struct InterfaceKey {
    interface: Name,
    position: usize,
}

/// The steps, in an order that matters. Gives the interfaces that lost a key.
fn upgrade_one(subgraph: &mut Subgraph, elsewhere: Elsewhere<'_>, errors: &mut Vec<Diagnostic>) -> Vec<Name> {
    extensions::check_bases(subgraph, elsewhere, errors);
    link_federation_2(subgraph);
    field_sets::coerce_to_strings(subgraph);
    interfaces::remove_external(subgraph);
    extensions::remove_external_of_object_types(subgraph);
    extensions::remove_external_of_keys(subgraph, elsewhere);
    field_sets::remove_what_is_not_external(subgraph);
    extensions::define_extended_types(subgraph);
    let interface_keys = interfaces::remove_inactive_directives(subgraph);
    field_sets::remove_provides_of_leaves(subgraph);
    let facts = unused::remove_unused_external(subgraph, errors);
    shareable::add(subgraph, &facts, elsewhere);
    tags::remove_from_external(subgraph, elsewhere);
    interface_keys
}

/// From here on the subgraph counts as one of federation 2, with all names imported as they are.
fn link_federation_2(subgraph: &mut Subgraph) {
    let imported = [
        "key",
        "requires",
        "provides",
        "external",
        "tag",
        "extends",
        "shareable",
        "inaccessible",
        "override",
        "composeDirective",
        "interfaceObject",
    ];
    let link = |spec: Spec, feature| LinkedFeature { spec: Some(spec), feature, location: None };
    let links = &mut subgraph.links;
    if links.of_spec(Spec::Link).is_none() {
        let feature = Feature { namespace: links.directive.clone(), ..Spec::Link.feature((1, 0), None) };
        links.features.insert(0, link(Spec::Link, feature));
    }
    let imports = imported.iter().map(|name| (format!("@{name}"), format!("@{name}"))).collect();
    let feature = Feature { imports, ..Spec::Federation.feature(FEDERATION_OF_UPGRADED, None) };
    links.features.push(link(Spec::Federation, feature));
    subgraph.names = FederationNames::of_upgraded(&subgraph.links);
    subgraph.upgraded = true;
}

/// An interface object relies on some subgraph that finds an interface by its key; federation 1 never did.
fn check_interface_objects(subgraphs: &[Subgraph], removed: &[InterfaceKey], diagnostics: &mut Diagnostics) {
    let mut interfaces: Vec<&Name> = removed.iter().map(|key| &key.interface).collect();
    interfaces.sort();
    interfaces.dedup();
    for interface in interfaces {
        let is_object = |subgraph: &&Subgraph| {
            subgraph.schema.types.get(interface).is_some_and(|ty| subgraph.is_interface_object(ty))
        };
        let objects: Vec<&Subgraph> = subgraphs.iter().filter(is_object).collect();
        let Some(first) = objects.first() else { continue };
        let keyed: Vec<&Subgraph> = removed
            .iter()
            .filter(|key| key.interface == *interface)
            .filter_map(|key| subgraphs.get(key.position))
            .collect();
        let names: Vec<&str> = keyed.iter().map(|subgraph| subgraph.name.as_str()).collect();
        let message = format!(
            "{interface} is an interface object in the subgraph {}, and its @key in {} does not count: that is federation 1, \
             which never looked interfaces up; link federation 2 there, or remove the key",
            first.name,
            names.join(", ")
        );
        let mut diagnostic = Diagnostic::new(codes::INTERFACE_OBJECT_USAGE_ERROR, message).on(interface.as_str());
        for (subgraph, label) in objects
            .iter()
            .map(|object| (object, "interface object here"))
            .chain(keyed.iter().map(|keyed| (keyed, "its key in federation 1")))
        {
            let location = subgraph.schema.types.get(interface).and_then(|ty| ty.name().location());
            diagnostic = diagnostic.at(subgraph.place(location, label));
        }
        diagnostics.push(diagnostic);
    }
}

/// Removes all applications of a directive.
fn remove_directive(directives: &mut DirectiveList, names: &FederationNames, directive: FederationDirective) {
    let removed = names.of(directive);
    directives.0.retain(|applied| !removed.contains(&applied.name));
}

/// Removes all applications of a directive to a field, without a copy of fields that have none.
fn remove_from_field(field: &mut Node<FieldDefinition>, names: &FederationNames, directive: FederationDirective) {
    if names.has(&field.directives, directive) {
        remove_directive(&mut field.make_mut().directives, names, directive);
    }
}

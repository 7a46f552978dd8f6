//! Federation directives on interfaces, which federation 1 accepted and took no notice of.

use super::{remove_directive, remove_from_field};
use crate::subgraph::{FederationDirective, Subgraph};
use apollo_compiler::{
    Name, Node,
    schema::{ExtendedType, FieldDefinition},
};

pub(super) fn remove_external(subgraph: &mut Subgraph) {
    let names = &subgraph.names;
    for ty in subgraph.schema.types.values_mut() {
        let ExtendedType::Interface(interface) = ty else { continue };
        let is_concerned = |field: &Node<FieldDefinition>| names.has(&field.directives, FederationDirective::External);
        if interface.fields.values().any(is_concerned) {
            for field in interface.make_mut().fields.values_mut() {
                remove_from_field(field, names, FederationDirective::External);
            }
        }
    }
}

/// Removes `@key`, `@provides` and `@requires`; gives the interfaces that lost a key.
pub(super) fn remove_inactive_directives(subgraph: &mut Subgraph) -> Vec<Name> {
    let mut without_key = Vec::new();
    let names = &subgraph.names;
    let on_fields = [FederationDirective::Provides, FederationDirective::Requires];
    for (name, ty) in &mut subgraph.schema.types {
        let ExtendedType::Interface(interface) = ty else { continue };
        if names.has(&interface.directives, FederationDirective::Key) {
            remove_directive(&mut interface.make_mut().directives, names, FederationDirective::Key);
            without_key.push(name.clone());
        }
        let is_concerned =
            |field: &Node<FieldDefinition>| on_fields.iter().any(|directive| names.has(&field.directives, *directive));
        if !interface.fields.values().any(is_concerned) {
            continue;
        }
        for field in interface.make_mut().fields.values_mut() {
            for directive in on_fields {
                remove_from_field(field, names, directive);
            }
        }
    }
    without_key
}

//! Rejects `@external` on a field of an interface: who resolves a field is said by the object types.
//! Code EXTERNAL_ON_INTERFACE.

use super::Examined;
use crate::{Diagnostic, codes, subgraph::FederationDirective};
use apollo_compiler::schema::ExtendedType;

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        let ExtendedType::Interface(interface) = ty else { continue };
        for field in interface.fields.values() {
            // Federation 1 wrote it on the keys of extensions, where it says nothing.
            if !examined.facts.is_external(name, &field.name) {
                continue;
            }
            for external in subgraph.applied(&field.directives, FederationDirective::External) {
                let coordinate = format!("{name}.{}", field.name);
                let code = codes::EXTERNAL_ON_INTERFACE;
                found.push(examined.on_interface_field(code, FederationDirective::External, &coordinate, external));
            }
        }
    }
}

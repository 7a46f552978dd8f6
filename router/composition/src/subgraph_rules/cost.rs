//! Rejects `@cost` on fields of interfaces: what a field costs is said by the object types.
//! Code COST_APPLIED_TO_INTERFACE_FIELD.

use super::Examined;
use crate::{Diagnostic, codes, subgraph::FederationDirective};
use apollo_compiler::schema::ExtendedType;

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        let ExtendedType::Interface(interface) = ty else { continue };
        for field in interface.fields.values() {
            for cost in subgraph.applied(&field.directives, FederationDirective::Cost) {
                let coordinate = format!("{name}.{}", field.name);
                let code = codes::COST_APPLIED_TO_INTERFACE_FIELD;
                found.push(examined.on_interface_field(code, FederationDirective::Cost, &coordinate, cost));
            }
        }
    }
}

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
                let message = format!(
                    "{} is on {coordinate}, a field of an interface; put it on the field in the types that implement it",
                    examined.spelling(FederationDirective::Cost),
                );
                found.push(examined.finding(codes::COST_APPLIED_TO_INTERFACE_FIELD, message, &coordinate, cost));
            }
        }
    }
}

//! Rejects an `@interfaceObject` without a `@key`: nothing says which objects of the interface it is about.
//! Code INTERFACE_OBJECT_USAGE_ERROR.

use super::Examined;
use crate::{Diagnostic, codes, subgraph::FederationDirective};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        if subgraph.has(ty.directives(), FederationDirective::Key) {
            continue;
        }
        for applied in subgraph.applied(ty.directives(), FederationDirective::InterfaceObject) {
            let message = format!(
                "{name} is {} and has no {}; give it the one that the interface {name} has elsewhere",
                examined.spelling(FederationDirective::InterfaceObject),
                examined.spelling(FederationDirective::Key),
            );
            found.push(examined.finding(codes::INTERFACE_OBJECT_USAGE_ERROR, message, name, applied));
        }
    }
}

//! Rejects `@authenticated`, `@requiresScopes` and `@policy` on interfaces, their fields and interface objects: there, the
//! requirements of the implementations hold. Code AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE.
//!
//! Only as directives of federation: linked as specifications of their own, they never promised this.

use super::Examined;
use crate::{Diagnostic, codes, specs::Spec, subgraph::FederationDirective, type_members::fields};
use apollo_compiler::{Node, ast::Directive, ast::DirectiveList};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    let Some(federation) = subgraph.links.of_spec(Spec::Federation) else { return };
    let names = FederationDirective::REQUIREMENTS.map(|directive| federation.directive_name(directive.name()));
    let mut check = |coordinate: &str, what: &str, directives: &DirectiveList| {
        let is_requirement = |applied: &&Node<Directive>| names.iter().any(|name| *name == applied.name.as_str());
        for applied in directives.iter().filter(is_requirement) {
            let message = format!(
                "@{} is on {coordinate}, {what}; put it on the types that implement the interface, or on their fields",
                applied.name
            );
            found.push(examined.finding(codes::AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE, message, coordinate, applied));
        }
    };
    for (name, ty) in &subgraph.schema.types {
        if subgraph.is_interface_object(ty) {
            check(name, "which stands for an interface", ty.directives());
        }
        if !ty.is_interface() {
            continue;
        }
        check(name, "an interface", ty.directives());
        for field in fields(ty) {
            check(&format!("{name}.{}", field.name), "a field of an interface", &field.directives);
        }
    }
}

//! Rejects an `@external` field that nothing of the subgraph asks for. Code EXTERNAL_UNUSED.

use super::Examined;
use crate::{Diagnostic, codes, subgraph::FederationDirective, type_members::fields};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for field in fields(ty) {
            if !examined.facts.is_external(name, &field.name) || examined.facts.is_used(name, &field.name) {
                continue;
            }
            let external = FederationDirective::External;
            let own = subgraph.applied(&field.directives, external).next();
            let of_type = subgraph.applied(ty.directives(), external).next();
            let Some(applied) = own.or(of_type) else { continue };
            let coordinate = format!("{name}.{}", field.name);
            let mut message = format!(
                "{coordinate} is {}, but no key, requirement, provided selection, context or interface here needs it",
                examined.spelling(external),
            );
            if own.is_none() {
                message.push_str(&format!("; on a type, {} means all its fields", examined.spelling(external)));
            }
            found.push(examined.finding(codes::EXTERNAL_UNUSED, message, &coordinate, applied));
        }
    }
}

//! Rejects `@provides` on a field that the subgraph does not resolve itself, and so cannot provide anything through.
//! Code EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE.

use super::Examined;
use crate::{Diagnostic, codes, subgraph::FederationDirective, type_members::fields};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for field in fields(ty) {
            if !examined.facts.is_external(name, &field.name) {
                continue;
            }
            for provides in subgraph.applied(&field.directives, FederationDirective::Provides) {
                let coordinate = format!("{name}.{}", field.name);
                let message = format!(
                    "{coordinate} is {} and has {} too: what another subgraph resolves, this one provides nothing through",
                    examined.spelling(FederationDirective::External),
                    examined.spelling(FederationDirective::Provides),
                );
                let code = codes::EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE;
                found.push(examined.finding(code, message, &coordinate, provides));
            }
        }
    }
}

//! Rejects `@provides` on a field whose type has no fields to provide. Code PROVIDES_ON_NON_OBJECT_FIELD.

use super::Examined;
use crate::{
    Diagnostic, codes,
    subgraph::FederationDirective,
    type_members::{fields, is_composite},
};

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for field in fields(ty) {
            let returned = field.ty.inner_named_type();
            if is_composite(&subgraph.schema, returned) {
                continue;
            }
            for provides in subgraph.applied(&field.directives, FederationDirective::Provides) {
                // That it is external is said already.
                if examined.facts.is_external(name, &field.name) {
                    continue;
                }
                let coordinate = format!("{name}.{}", field.name);
                let message = format!(
                    "{} is on {coordinate}, whose type {returned} has no fields that it could provide",
                    examined.spelling(FederationDirective::Provides),
                );
                found.push(examined.finding(codes::PROVIDES_ON_NON_OBJECT_FIELD, message, &coordinate, provides));
            }
        }
    }
}

//! Rejects `@provides` on a field whose type has no fields to provide. Code PROVIDES_ON_NON_OBJECT_FIELD.

use super::Examined;
use crate::{Diagnostic, codes, field_facts::fields_of, subgraph::FederationDirective};
use apollo_compiler::schema::ExtendedType;

pub(super) fn check(examined: &Examined, found: &mut Vec<Diagnostic>) {
    use ExtendedType::{Interface, Object, Union};
    let subgraph = examined.subgraph;
    for (name, ty) in &subgraph.schema.types {
        for field in fields_of(ty).into_iter().flat_map(|fields| fields.values()) {
            let returned = field.ty.inner_named_type();
            if matches!(subgraph.schema.types.get(returned), Some(Object(_) | Interface(_) | Union(_))) {
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

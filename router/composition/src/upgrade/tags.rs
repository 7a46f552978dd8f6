//! Tags on `@external` fields: federation 2 refuses them, and they are not needed where the field has the tag elsewhere.

use super::elsewhere::Elsewhere;
use crate::{
    directive_arguments::argument_text,
    subgraph::{FederationDirective, Subgraph},
};
use apollo_compiler::{ast::Directive, schema::ExtendedType};

pub(super) fn remove_from_external(subgraph: &mut Subgraph, elsewhere: Elsewhere<'_>) {
    let names = &subgraph.names;
    for (name, ty) in &mut subgraph.schema.types {
        let ExtendedType::Object(object) = ty else { continue };
        let concerned: Vec<_> = object
            .fields
            .values()
            .filter(|field| {
                names.has(&field.directives, FederationDirective::External)
                    && names.has(&field.directives, FederationDirective::Tag)
            })
            .map(|field| field.name.clone())
            .collect();
        for field_name in concerned {
            let is_elsewhere = |directive: &Directive| {
                let tag = argument_text(directive, "name").unwrap_or_default();
                names.directive(&directive.name) == Some(FederationDirective::Tag)
                    && elsewhere.is_tagged(name, &field_name, tag)
            };
            if let Some(field) = object.make_mut().fields.get_mut(&field_name) {
                field.make_mut().directives.0.retain(|directive| !is_elsewhere(directive));
            }
        }
    }
}

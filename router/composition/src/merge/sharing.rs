//! A field that several subgraphs resolve must be shareable in all of them. Code INVALID_FIELD_SHARING.

use super::{Merger, Occurrence, fields::FieldSources, overrides::FieldOverrides};
use crate::{codes, subgraph::FederationDirective};
use apollo_compiler::{Name, Node, schema::FieldDefinition};

impl<'a> Merger<'a> {
    pub(super) fn check_sharing(
        &mut self,
        (ty, field): (&Name, &Name),
        sources: &FieldSources<'a>,
        overrides: &FieldOverrides,
    ) {
        // Subgraph, type that declares it there, declaration.
        let own = sources
            .iter()
            .filter(|(index, _)| !overrides.is_overridden(*index))
            .map(|(index, source)| (*index, ty.clone(), *source));
        let resolving: Vec<(usize, Name, &Node<FieldDefinition>)> = own
            .chain(self.abstracting_fields(ty, field, sources))
            .filter(|(index, declared_on, _)| !self.facts[*index].is_fully_external(declared_on, field))
            .collect();
        let is_shareable =
            |(index, declared_on, _): &&(usize, Name, _)| self.facts[*index].is_shareable(declared_on, field);
        let (shareable, unshared): (Vec<_>, Vec<_>) = resolving.iter().partition(|one| is_shareable(one));
        if unshared.is_empty() || resolving.len() < 2 {
            return;
        }
        let coordinate = format!("{ty}.{field}");
        let message = format!(
            "{coordinate} is resolved by {}, and is not @shareable in {}",
            self.subgraph_names(resolving.iter().map(|(index, ..)| *index)),
            self.subgraph_names(unshared.iter().map(|(index, ..)| *index))
        );
        let label = |(index, declared_on, source): &&(usize, Name, &Node<FieldDefinition>), text: &str| {
            let through =
                if declared_on == ty { String::new() } else { format!(" (by the interface object {declared_on})") };
            (*index, source.location(), format!("{text}{through}"))
        };
        let places = unshared.iter().map(|one| label(one, "not @shareable here")).chain(shareable.iter().map(|one| {
            match self.facts[one.0].is_external(&one.1, field) {
                true => label(one, "@external here, and resolved where a @provides selects it"),
                false if self.is_marked_shareable(one) => label(one, "@shareable here"),
                false => label(one, "part of a key here, and so shared"),
            }
        }));
        let places: Vec<Occurrence> = places.collect();
        self.report_at(codes::INVALID_FIELD_SHARING, &coordinate, message, places);
    }

    /// By the directive, on the field or its type, rather than by a key.
    fn is_marked_shareable(&self, (index, ty, field): &(usize, Name, &Node<FieldDefinition>)) -> bool {
        let subgraph = self.subgraph(*index);
        let is_on = |directives| subgraph.has(directives, FederationDirective::Shareable);
        is_on(&field.directives) || subgraph.schema.types.get(ty).is_some_and(|ty| is_on(ty.directives()))
    }

    /// Two subgraphs cannot both be the source of one stream of events.
    pub(super) fn check_subscription_field(&mut self, field: &Name, sources: &FieldSources<'a>) {
        let shareable: Vec<_> = sources
            .iter()
            .filter(|(index, source)| self.subgraph(*index).has(&source.directives, FederationDirective::Shareable))
            .collect();
        if shareable.is_empty() {
            return;
        }
        let coordinate = format!("Subscription.{field}");
        let message = format!("{coordinate} cannot be @shareable: a subscription has one source");
        let places = shareable.iter().map(|(index, source)| (*index, source.location(), String::new()));
        self.report_at(codes::INVALID_FIELD_SHARING, &coordinate, message, places);
    }
}

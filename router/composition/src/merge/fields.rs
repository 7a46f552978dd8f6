//! Merges one field of an object or interface type.
//! Code EXTERNAL_MISSING_ON_BASE.

use super::{Merger, Sources, elements::Element, overrides::FieldOverrides, type_references::Position};
use crate::codes;
use apollo_compiler::{Name, Node, ast::DirectiveList, schema::FieldDefinition};

pub(super) type FieldSources<'a> = Sources<'a, Node<FieldDefinition>>;

impl<'a> Merger<'a> {
    /// `None` after an error that leaves no field.
    pub(super) fn merge_field(
        &mut self,
        (ty, field): (&Name, &Name),
        sources: &FieldSources<'a>,
        overrides: &FieldOverrides,
    ) -> Option<FieldDefinition> {
        let coordinate = format!("{ty}.{field}");
        if self.is_external_everywhere((ty, field), sources) {
            let message = format!(
                "{coordinate} is @external in every subgraph that has it, so no subgraph resolves it; remove @external where \
                 the field belongs"
            );
            let places = sources.iter().map(|(index, source)| (*index, source.location(), String::new())).collect();
            self.report_at(codes::EXTERNAL_MISSING_ON_BASE, &coordinate, message, places);
            return None;
        }
        let (external, own): (FieldSources<'a>, FieldSources<'a>) =
            sources.iter().partition(|(index, _)| self.facts[*index].is_external(ty, field));
        self.check_directives_on_external(&coordinate, &external);
        // All are external, but for interface objects that have the field: it comes from those.
        let own = if own.is_empty() { sources.clone() } else { own };
        let descriptions = own.iter().map(|(index, source)| (*index, source.description.as_ref(), source.location()));
        let description = self.merge_description(&coordinate, descriptions);
        let applied = own.iter().map(|(index, source)| (*index, &source.directives)).collect();
        self.record_directives(Element::Field(ty.clone(), field.clone()), applied);
        let arguments =
            self.merge_arguments(&Element::Field(ty.clone(), field.clone()), &argument_sources(&own), &coordinate);
        let types: Vec<_> = own.iter().map(|(index, source)| (*index, &source.ty, source.location())).collect();
        let merged = self.merge_type(Position::Field, &coordinate, &types)?;
        let mut definition = FieldDefinition {
            description,
            name: field.clone(),
            arguments,
            ty: merged.ty,
            directives: DirectiveList::default(),
        };
        let is_same_everywhere = match external.is_empty() {
            true => merged.is_same_everywhere,
            false => {
                self.check_external((ty, &definition), &external, merged.is_same_everywhere)
                    && merged.is_same_everywhere
            }
        };
        definition.directives = self.join_fields((ty, field), sources, overrides, is_same_everywhere);
        Some(definition)
    }

    fn is_external_everywhere(&self, (ty, field): (&Name, &Name), sources: &FieldSources<'a>) -> bool {
        let is_external = |index: usize, ty: &str| self.facts[index].is_external(ty, field);
        let abstracting = self.abstracting_fields(ty, field, sources);
        sources.iter().all(|(index, _)| is_external(*index, ty))
            && abstracting.iter().all(|(index, interface, _)| is_external(*index, interface))
    }
}

fn argument_sources<'a>(own: &FieldSources<'a>) -> super::arguments::ArgumentSources<'a> {
    own.iter().map(|(index, source)| (*index, source.arguments.as_slice(), source.location())).collect()
}

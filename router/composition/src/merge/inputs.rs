//! Input objects: the fields that all subgraphs know.
//! Codes REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH, EMPTY_MERGED_INPUT_TYPE; hint INCONSISTENT_INPUT_OBJECT_FIELD.

use super::{Merger, Sources, elements::Element, kinds::TypeSources, type_references::Position};
use crate::codes;
use apollo_compiler::{
    Name, Node,
    collections::IndexMap,
    schema::{ExtendedType, InputObjectType, InputValueDefinition},
};

type InputFieldSources<'a> = Sources<'a, Node<InputValueDefinition>>;

impl<'a> Merger<'a> {
    pub(super) fn merge_input_object(&mut self, name: &Name, ty: &TypeSources<'a>) {
        let (description, directives) = self.merge_type_head(name, ty);
        let mut gathered: IndexMap<Name, InputFieldSources<'a>> = IndexMap::default();
        for (index, source) in &ty.sources {
            let ExtendedType::InputObject(source) = source else { continue };
            for field in source.fields.values() {
                gathered.entry(field.name.clone()).or_default().push((*index, field));
            }
        }
        let mut fields: IndexMap<Name, Node<InputValueDefinition>> = IndexMap::default();
        for (field, sources) in gathered {
            // Types are compared even of fields that are left out then.
            let definition = self.merge_input_field((name, &field), &sources);
            if self.is_known_everywhere((name, &field), ty, &sources)
                && let Some(definition) = definition
            {
                fields.insert(field, Node::new(definition));
            }
        }
        if fields.is_empty() {
            let message = format!("no field of the input type {name} is known to all subgraphs that have it");
            let places =
                ty.sources.iter().map(|(index, source)| (*index, source.name().location(), String::new())).collect();
            self.report_at(codes::EMPTY_MERGED_INPUT_TYPE, name, message, places);
            return;
        }
        let input = InputObjectType { description, name: name.clone(), directives, fields };
        self.schema.types.insert(name.clone(), ExtendedType::InputObject(Node::new(input)));
    }

    fn merge_input_field(
        &mut self,
        (ty, field): (&Name, &Name),
        sources: &InputFieldSources<'a>,
    ) -> Option<InputValueDefinition> {
        let coordinate = format!("{ty}.{field}");
        let descriptions =
            sources.iter().map(|(index, source)| (*index, source.description.as_ref(), source.location()));
        let description = self.merge_description(&coordinate, descriptions);
        let applied = sources.iter().map(|(index, source)| (*index, &source.directives)).collect();
        self.record_directives(Element::InputField(ty.clone(), field.clone()), applied);
        let types: Vec<_> =
            sources.iter().map(|(index, source)| (*index, source.ty.as_ref(), source.location())).collect();
        let merged = self.merge_type(Position::InputField, &coordinate, &types)?;
        let default_value = self.merge_default_value(Position::InputField, &coordinate, sources);
        let directives = self.join_input_fields(ty, sources, merged.is_same_everywhere);
        Some(InputValueDefinition {
            description,
            name: field.clone(),
            ty: Node::new(merged.ty),
            default_value,
            directives,
        })
    }

    fn is_known_everywhere(
        &mut self,
        (ty, field): (&Name, &Name),
        definition: &TypeSources<'a>,
        sources: &InputFieldSources<'a>,
    ) -> bool {
        let lacking: Vec<usize> = definition
            .sources
            .iter()
            .map(|(index, _)| *index)
            .filter(|index| !sources.iter().any(|(known, _)| known == index))
            .collect();
        let is_hidden = sources.iter().any(|(index, source)| self.is_inaccessible(*index, &source.directives));
        if lacking.is_empty() || is_hidden {
            return true;
        }
        let requiring: Vec<usize> =
            sources.iter().filter(|(_, source)| source.is_required()).map(|(index, _)| *index).collect();
        if requiring.is_empty() {
            self.hint_missing_field(codes::INCONSISTENT_INPUT_OBJECT_FIELD, (ty, field), &definition.sources);
            return false;
        }
        let coordinate = format!("{ty}.{field}");
        let message = format!(
            "the input field {coordinate} is required in {} and not in {}; add it there, or make it optional",
            self.subgraph_names(requiring.iter().copied()),
            self.subgraph_names(lacking.iter().copied())
        );
        let required = sources
            .iter()
            .filter(|(index, _)| requiring.contains(index))
            .map(|(index, source)| (*index, source.location(), "required here".to_owned()));
        let missing = definition
            .sources
            .iter()
            .filter(|(index, _)| lacking.contains(index))
            .map(|(index, source)| (*index, source.name().location(), format!("no {field} here")));
        let places = required.chain(missing).collect();
        self.report_at(codes::REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH, &coordinate, message, places);
        false
    }
}

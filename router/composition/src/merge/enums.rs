//! Enums, by where the supergraph uses them: as output their values are united, as input intersected, as both they must
//! be the same. Values hidden by `@inaccessible` may differ.
//! Codes ENUM_VALUE_MISMATCH, EMPTY_MERGED_ENUM_TYPE; hints INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
//! INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM, UNUSED_ENUM_TYPE.

use super::{
    Merger, Sources,
    elements::Element,
    kinds::{Kind, TypeSources},
};
use crate::codes;
use apollo_compiler::{
    Name, Node,
    ast::{DirectiveList, EnumValueDefinition},
    collections::IndexMap,
    schema::{EnumType, ExtendedType},
};

/// An example of each use: a coordinate.
#[derive(Debug, Default, Clone)]
pub(super) struct EnumPositions {
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
}

type ValueSources<'a> = Sources<'a, Node<EnumValueDefinition>>;

impl<'a> Merger<'a> {
    pub(super) fn merge_enums(&mut self) {
        for (name, ty) in self.types.clone() {
            if ty.kind == Kind::Enum {
                self.merge_enum(&name, &ty);
            }
        }
    }

    fn merge_enum(&mut self, name: &Name, ty: &TypeSources<'a>) {
        let positions = self.enum_positions.get(name).cloned().unwrap_or_default();
        if positions.input.is_none() && positions.output.is_none() {
            let message = format!("nothing uses the enum {name}; its values are merged as those of an output type");
            let places =
                ty.sources.iter().map(|(index, source)| (*index, source.name().location(), String::new())).collect();
            self.report_at(codes::UNUSED_ENUM_TYPE, name, message, places);
        }
        let (description, directives) = self.merge_type_head(name, ty);
        let mut gathered: IndexMap<Name, ValueSources<'a>> = IndexMap::default();
        for (index, source) in &ty.sources {
            let ExtendedType::Enum(source) = source else { continue };
            for value in source.values.values() {
                gathered.entry(value.value.clone()).or_default().push((*index, value));
            }
        }
        let mut values: IndexMap<Name, Node<EnumValueDefinition>> = IndexMap::default();
        for (value, sources) in gathered {
            let definition = self.merge_value((name, &value), &sources);
            if self.is_kept((name, &value), ty, &sources, &positions) {
                values.insert(value, Node::new(definition));
            }
        }
        if values.is_empty() {
            let message = format!("no value of the enum {name} is known to all subgraphs, and it is used as input");
            let places =
                ty.sources.iter().map(|(index, source)| (*index, source.name().location(), String::new())).collect();
            self.report_at(codes::EMPTY_MERGED_ENUM_TYPE, name, message, places);
            return;
        }
        let definition = EnumType { description, name: name.clone(), directives, values };
        self.schema.types.insert(name.clone(), ExtendedType::Enum(Node::new(definition)));
    }

    fn merge_value(&mut self, (ty, value): (&Name, &Name), sources: &ValueSources<'a>) -> EnumValueDefinition {
        let coordinate = format!("{ty}.{value}");
        let descriptions =
            sources.iter().map(|(index, source)| (*index, source.description.as_ref(), source.location()));
        let description = self.merge_description(&coordinate, descriptions);
        let applied = sources.iter().map(|(index, source)| (*index, &source.directives)).collect();
        self.record_directives(Element::EnumValue(ty.clone(), value.clone()), applied);
        let mut directives = DirectiveList::default();
        for (index, _) in sources {
            directives.push(self.join_enum_value(*index));
        }
        EnumValueDefinition { description, value: value.clone(), directives }
    }

    fn is_kept(
        &mut self,
        (ty, value): (&Name, &Name),
        definition: &TypeSources<'a>,
        sources: &ValueSources<'a>,
        positions: &EnumPositions,
    ) -> bool {
        let lacking: Vec<_> = definition
            .sources
            .iter()
            .filter(|(index, _)| !sources.iter().any(|(known, _)| known == index))
            .map(|(index, source)| (*index, source.name().location()))
            .collect();
        let is_hidden = sources.iter().any(|(index, source)| self.is_inaccessible(*index, &source.directives));
        if lacking.is_empty() || is_hidden {
            return true;
        }
        let coordinate = format!("{ty}.{value}");
        let without = self.subgraph_names(lacking.iter().map(|(index, _)| *index));
        let (code, message) = match positions {
            EnumPositions { input: Some(input), output: Some(output) } => (
                codes::ENUM_VALUE_MISMATCH,
                format!(
                    "the value {coordinate} is missing in {without}: an enum that is input ({input}) and output ({output}) \
                     must have the same values everywhere"
                ),
            ),
            EnumPositions { input: Some(_), .. } => (
                codes::INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM,
                format!(
                    "the value {coordinate} is missing in {without}: it is not in the supergraph, as {ty} is used as input"
                ),
            ),
            _ => (
                codes::INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM,
                format!(
                    "the value {coordinate} is missing in {without}: it is in the supergraph, as {ty} is used as output only"
                ),
            ),
        };
        let places =
            lacking.into_iter().map(|(index, location)| (index, location, format!("no {value} here"))).collect();
        self.report_at(code, &coordinate, message, places);
        positions.input.is_none() || positions.output.is_some()
    }
}

//! Directives that clients may use in operations: kept when every subgraph knows them.
//! Hints INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE, NO_EXECUTABLE_DIRECTIVE_INTERSECTION,
//! INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE, INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS.

use super::{Merger, Sources, elements::Element, type_references::Position};
use crate::{
    codes::{self, Code},
    subgraph::Subgraph,
    type_members::STANDARD_DIRECTIVES,
};
use apollo_compiler::{
    Name, Node,
    ast::{DirectiveDefinition, DirectiveList, DirectiveLocation},
    collections::IndexSet,
};
use std::collections::BTreeMap;

impl<'a> Merger<'a> {
    pub(super) fn merge_executable_directives(&mut self) {
        let mut by_name: BTreeMap<Name, Sources<'a, Node<DirectiveDefinition>>> = BTreeMap::new();
        for (index, subgraph) in self.subgraphs.iter().enumerate() {
            for (name, definition) in &subgraph.schema.directive_definitions {
                if is_own_executable(subgraph, definition) && self.composed.of(index, name).is_none() {
                    by_name.entry(name.clone()).or_default().push((index, definition));
                }
            }
        }
        for (name, sources) in by_name {
            if let Some(definition) = self.merge_executable_directive(&name, &sources) {
                self.schema.directive_definitions.insert(name, Node::new(definition));
            }
        }
    }

    /// Arguments of composed directives use types, too.
    pub(super) fn record_composed_arguments(&mut self) {
        let definitions: Vec<_> =
            self.composed.directives.iter().filter_map(|composed| composed.definition.clone()).collect();
        for definition in definitions {
            for argument in &definition.arguments {
                let coordinate = format!("@{}({}:)", definition.name, argument.name);
                self.record_enum_position(&argument.ty, Position::Argument, &coordinate);
            }
        }
    }

    fn merge_executable_directive(
        &mut self,
        name: &Name,
        sources: &Sources<'a, Node<DirectiveDefinition>>,
    ) -> Option<DirectiveDefinition> {
        let defining: Vec<usize> = sources.iter().map(|(index, _)| *index).collect();
        if defining.len() < self.subgraphs.len() {
            let without = (0..self.subgraphs.len()).filter(|index| !defining.contains(index));
            let message =
                format!("@{name} is not defined in {}: operations cannot use it", self.subgraph_names(without));
            self.hint_directive(codes::INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE, name, message, sources);
            return None;
        }
        let of_source = |(_, source): &(usize, &'a Node<DirectiveDefinition>)| executable_locations(source);
        let all: Vec<IndexSet<DirectiveLocation>> = sources.iter().map(of_source).collect();
        let first = all.first()?;
        let locations: IndexSet<DirectiveLocation> =
            first.iter().filter(|location| all.iter().all(|other| other.contains(*location))).copied().collect();
        if locations.is_empty() {
            let message = format!("no location of @{name} is common to all subgraphs: operations cannot use it");
            self.hint_directive(codes::NO_EXECUTABLE_DIRECTIVE_INTERSECTION, name, message, sources);
            return None;
        }
        if all.iter().any(|other| other.len() != locations.len()) {
            let message =
                format!("@{name} has different locations in different subgraphs: operations can use the common ones");
            self.hint_directive(codes::INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS, name, message, sources);
        }
        let repeatable = sources.iter().all(|(_, source)| source.repeatable);
        if !repeatable && sources.iter().any(|(_, source)| source.repeatable) {
            let message = format!("@{name} is repeatable in some subgraphs only: operations cannot repeat it");
            self.hint_directive(codes::INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE, name, message, sources);
        }
        let coordinate = format!("@{name}");
        let descriptions =
            sources.iter().map(|(index, source)| (*index, source.description.as_ref(), source.location()));
        let description = self.merge_description(&coordinate, descriptions);
        let arguments =
            sources.iter().map(|(index, source)| (*index, source.arguments.as_slice(), source.location())).collect();
        let arguments = self.merge_arguments(&Element::Directive(name.clone()), &arguments, &coordinate);
        let directives = DirectiveList::default();
        Some(DirectiveDefinition { description, name: name.clone(), arguments, repeatable, locations, directives })
    }

    fn hint_directive(
        &mut self,
        code: Code,
        name: &Name,
        message: String,
        sources: &Sources<'a, Node<DirectiveDefinition>>,
    ) {
        let places = sources.iter().map(|(index, source)| (*index, source.name.location(), String::new())).collect();
        self.report_at(code, &format!("@{name}"), message, places);
    }
}

fn is_own_executable(subgraph: &Subgraph, definition: &DirectiveDefinition) -> bool {
    let is_federations = subgraph.names.directive(&definition.name).is_some()
        || subgraph.links.feature_of_directive(&definition.name).is_some_and(|linked| linked.spec.is_some());
    !STANDARD_DIRECTIVES.contains(&definition.name.as_str())
        && !is_federations
        && !executable_locations(definition).is_empty()
}

fn executable_locations(definition: &DirectiveDefinition) -> IndexSet<DirectiveLocation> {
    definition.locations.iter().filter(|location| hansa_federation::is_executable(location)).copied().collect()
}

//! Arguments of fields and directives: those that all subgraphs know.
//! Codes REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH, CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS;
//! hint INCONSISTENT_ARGUMENT_PRESENCE.

use super::{Merger, Sources, elements::Element, type_references::Position};
use crate::{codes, subgraph::FederationDirective};
use apollo_compiler::{
    Name, Node,
    ast::{DirectiveList, InputValueDefinition},
    parser::SourceSpan,
};

/// The arguments in each subgraph, and where what they belong to is defined.
pub(super) type ArgumentSources<'a> = Vec<(usize, &'a [Node<InputValueDefinition>], Option<SourceSpan>)>;

impl<'a> Merger<'a> {
    /// `coordinate` is of the field or directive that they belong to.
    pub(super) fn merge_arguments(
        &mut self,
        owner: &Element,
        sources: &ArgumentSources<'a>,
        coordinate: &str,
    ) -> Vec<Node<InputValueDefinition>> {
        let mut names: Vec<&'a Name> = Vec::new();
        for argument in sources.iter().flat_map(|(_, arguments, _)| arguments.iter()) {
            if !names.contains(&&argument.name) {
                names.push(&argument.name);
            }
        }
        let mut merged = Vec::with_capacity(names.len());
        for name in names {
            let having: Sources<'a, Node<InputValueDefinition>> = sources
                .iter()
                .filter_map(|(index, arguments, _)| {
                    arguments.iter().find(|argument| argument.name == *name).map(|argument| (*index, argument))
                })
                .collect();
            let coordinate = format!("{coordinate}({name}:)");
            let is_kept =
                self.check_contextual(&coordinate, &having) && self.check_presence(&coordinate, &having, sources);
            if is_kept {
                merged.extend(self.merge_argument(owner, &coordinate, name, &having).map(Node::new));
            }
        }
        merged
    }

    fn merge_argument(
        &mut self,
        owner: &Element,
        coordinate: &str,
        name: &Name,
        sources: &Sources<'a, Node<InputValueDefinition>>,
    ) -> Option<InputValueDefinition> {
        let descriptions =
            sources.iter().map(|(index, source)| (*index, source.description.as_ref(), source.location()));
        let description = self.merge_description(coordinate, descriptions);
        let element = match owner {
            Element::Field(ty, field) => Some(Element::Argument(ty.clone(), field.clone(), name.clone())),
            Element::Directive(directive) => Some(Element::DirectiveArgument(directive.clone(), name.clone())),
            _ => None,
        };
        if let Some(element) = element {
            self.record_directives(
                element,
                sources.iter().map(|(index, source)| (*index, &source.directives)).collect(),
            );
        }
        let types: Vec<_> =
            sources.iter().map(|(index, source)| (*index, source.ty.as_ref(), source.location())).collect();
        let merged = self.merge_type(Position::Argument, coordinate, &types)?;
        let default_value = self.merge_default_value(Position::Argument, coordinate, sources);
        Some(InputValueDefinition {
            description,
            name: name.clone(),
            ty: Node::new(merged.ty),
            default_value,
            directives: DirectiveList::default(),
        })
    }

    /// False when the argument is filled in from a context somewhere: clients never see it.
    fn check_contextual(&mut self, coordinate: &str, having: &Sources<'a, Node<InputValueDefinition>>) -> bool {
        let (contextual, plain): (Vec<_>, Vec<_>) = having.iter().partition(|(index, argument)| {
            self.subgraph(*index).has(&argument.directives, FederationDirective::FromContext)
        });
        if contextual.is_empty() {
            return true;
        }
        for (index, argument) in plain {
            let (code, consequence) = match argument.is_required() {
                true => (
                    codes::CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS,
                    "which would never get a value: use @fromContext there too, or make it optional",
                ),
                false => (
                    codes::HINT_CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS,
                    "which never gets a value there: the argument is not in the supergraph",
                ),
            };
            let message = format!(
                "{coordinate} is filled in from a context in some subgraphs and is an ordinary argument in `{}`, {consequence}",
                self.subgraph(index).name
            );
            self.report_at(code, coordinate, message, vec![(index, argument.location(), String::new())]);
        }
        false
    }

    /// False when some subgraph that has the field lacks the argument: nobody can then pass it.
    fn check_presence(
        &mut self,
        coordinate: &str,
        having: &Sources<'a, Node<InputValueDefinition>>,
        sources: &ArgumentSources<'a>,
    ) -> bool {
        let lacking: Vec<_> =
            sources.iter().filter(|(index, _, _)| !having.iter().any(|(known, _)| known == index)).collect();
        if lacking.is_empty() {
            return true;
        }
        let requiring: Vec<_> = having.iter().filter(|(_, argument)| argument.is_required()).collect();
        let lacking_names = self.subgraph_names(lacking.iter().map(|(index, _, _)| *index));
        let (code, message) = match requiring.is_empty() {
            true => (
                codes::INCONSISTENT_ARGUMENT_PRESENCE,
                format!("{coordinate} is not in {lacking_names}: the argument is not in the supergraph"),
            ),
            false => (
                codes::REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH,
                format!(
                    "{coordinate} is required in {} and not in {lacking_names}; add it there, or make it optional",
                    self.subgraph_names(requiring.iter().map(|(index, _)| *index))
                ),
            ),
        };
        let required = having.iter().map(|(index, argument)| {
            let label = if argument.is_required() { "required here" } else { "optional here" };
            (*index, argument.location(), label.to_owned())
        });
        let missing = lacking.iter().map(|(index, _, location)| (*index, *location, "not here".to_owned()));
        let places = required.chain(missing).collect();
        self.report_at(code, coordinate, message, places);
        false
    }
}

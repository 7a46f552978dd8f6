//! Directives applied to elements of the supergraph. They are merged last, when all elements are there.
//! Hints INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS, MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS.
//!
//! A repeatable directive keeps all its different applications. Of one that is not, the arguments are merged where there is
//! a way to (see `argument_mergers`); otherwise the most frequent application is taken.

use super::{
    Merger, argument_mergers::merge_arguments, composed_directives::Origin, default_values::same_value,
    elements::Element, kinds::Kind,
};
use crate::{
    codes,
    directive_arguments::{Application, argument_text},
    specs::Spec,
    subgraph::FederationDirective,
};
use apollo_compiler::{
    Name, Node,
    ast::{Directive, DirectiveList, Value},
    name,
    schema::{ExtendedType, FieldDefinition},
};
use hashbrown::HashMap;
use indexmap::IndexMap;

/// Applications to merge, by element and by directive of the supergraph, each with its subgraph.
#[derive(Debug, Default)]
pub(super) struct PostponedDirectives<'a> {
    applications: IndexMap<(Element, usize), Applications<'a>>,
    /// `@cacheTag` and such, which go into the supergraph as `@join__directive`.
    joined: IndexMap<Element, Vec<JoinedDirective<'a>>>,
}

/// Subgraph, application.
type Applications<'a> = Vec<(usize, &'a Node<Directive>)>;

/// Subgraph, name for the router, application.
type JoinedDirective<'a> = (usize, &'static str, &'a Node<Directive>);

impl<'a> Merger<'a> {
    /// Notes what subgraphs apply to an element.
    pub(super) fn record_directives(&mut self, element: Element, sources: Vec<(usize, &'a DirectiveList)>) {
        for (index, directives) in sources {
            for applied in directives.iter() {
                if let Some(directive) = self.composed.of(index, &applied.name) {
                    let key = (element.clone(), directive);
                    self.postponed.applications.entry(key).or_default().push((index, applied));
                } else if let Some(name) = self.joined_name(index, applied) {
                    self.postponed.joined.entry(element.clone()).or_default().push((index, name, applied));
                }
            }
        }
    }

    pub(super) fn is_inaccessible(&self, index: usize, directives: &DirectiveList) -> bool {
        self.subgraph(index).has(directives, FederationDirective::Inaccessible)
    }

    /// An implementation gets an interface object's field with the directives it has there.
    pub(super) fn inherit_directives(&mut self, interface: &Name, object: &Name, field: &FieldDefinition) {
        let from = Element::Field(interface.clone(), field.name.clone());
        let to = Element::Field(object.clone(), field.name.clone());
        self.copy_applications(&from, &to);
        for argument in &field.arguments {
            let from = Element::Argument(interface.clone(), field.name.clone(), argument.name.clone());
            let to = Element::Argument(object.clone(), field.name.clone(), argument.name.clone());
            self.copy_applications(&from, &to);
        }
    }

    fn copy_applications(&mut self, from: &Element, to: &Element) {
        for directive in 0..self.composed.directives.len() {
            let copied = self.postponed.applications.get(&(from.clone(), directive)).cloned();
            if let Some(copied) = copied {
                self.postponed.applications.entry((to.clone(), directive)).or_default().extend(copied);
            }
        }
    }

    pub(super) fn apply_postponed_directives(&mut self) {
        self.propagate_requirements();
        let postponed = std::mem::take(&mut self.postponed);
        for ((element, directive), applications) in postponed.applications {
            for applied in self.merged_applications(&element, directive, &applications) {
                if let Some(list) = element.directives_mut(&mut self.schema) {
                    list.push(applied);
                }
            }
        }
        for (element, applications) in postponed.joined {
            for applied in self.joined_applications(&applications) {
                if let Some(list) = element.directives_mut(&mut self.schema) {
                    list.push(applied);
                }
            }
        }
    }

    /// Whoever reads through an interface needs what its implementations need. Before that, implementations get what an
    /// interface object demands for the fields that it gives them.
    fn propagate_requirements(&mut self) {
        let directives: Vec<usize> =
            FederationDirective::REQUIREMENTS.iter().filter_map(|known| self.composed.index_of(*known)).collect();
        if directives.is_empty() {
            return;
        }
        let related = self.interface_fields();
        for is_upwards in [false, true] {
            let before = self.requirements(&directives);
            for (interface, object, fields) in &related {
                let on = |ty: &Name, field: &Name| Element::Field(ty.clone(), field.clone());
                let mut moves: Vec<(Element, Element)> =
                    fields.iter().map(|field| (on(interface, field), on(object, field))).collect();
                if is_upwards {
                    moves = moves.into_iter().map(|(interface, object)| (object, interface)).collect();
                    moves.push((Element::Type(object.clone()), Element::Type(interface.clone())));
                }
                for ((from, to), directive) in
                    moves.iter().flat_map(|both| directives.iter().map(move |one| (both, one)))
                {
                    if let Some(applications) = before.get(&(from.clone(), *directive)) {
                        let known = self.postponed.applications.entry((to.clone(), *directive)).or_default();
                        known.extend(applications.iter().copied());
                    }
                }
            }
        }
    }

    /// Each interface with each object type that implements it, and the interface's fields.
    fn interface_fields(&self) -> Vec<(Name, Name, Vec<Name>)> {
        let mut related = Vec::new();
        for (interface, _) in self.types.iter().filter(|(_, ty)| ty.kind == Kind::Interface) {
            let Some(ExtendedType::Interface(merged)) = self.schema.types.get(interface) else { continue };
            let fields: Vec<Name> = merged.fields.keys().cloned().collect();
            for object in self.runtime_types.get(interface).into_iter().flatten() {
                related.push((interface.clone(), object.clone(), fields.clone()));
            }
        }
        related
    }

    fn requirements(&self, directives: &[usize]) -> HashMap<(Element, usize), Applications<'a>> {
        let applications = self.postponed.applications.iter();
        let of_these = applications.filter(|((_, directive), _)| directives.contains(directive));
        of_these.map(|(key, applications)| (key.clone(), applications.clone())).collect()
    }

    fn merged_applications(
        &mut self,
        element: &Element,
        directive: usize,
        applications: &[(usize, &'a Node<Directive>)],
    ) -> Vec<Directive> {
        let composed = self.composed.directives[directive].clone();
        let mut different: Vec<(Directive, usize)> = Vec::new();
        for (index, applied) in applications {
            let mut arguments = applied.as_ref().clone();
            arguments.name = composed.name.clone();
            if composed.origin == Origin::Federation(FederationDirective::Context) {
                self.prefix_context(*index, &mut arguments);
            }
            match different.iter_mut().find(|(known, _)| self.is_same_application(directive, known, &arguments)) {
                Some((_, count)) => *count += 1,
                None => different.push((arguments, 1)),
            }
        }
        if composed.is_repeatable || different.len() < 2 {
            return different.into_iter().map(|(directive, _)| directive).collect();
        }
        let coordinate = element.coordinate();
        let all: Vec<&Directive> = different.iter().map(|(directive, _)| directive).collect();
        let merged = match composed.origin {
            Origin::Federation(known) => merge_arguments(known, &composed.name, &all),
            _ => None,
        };
        let (code, taken, how) = match merged {
            Some(merged) => (codes::MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS, merged, "their arguments are merged"),
            None => {
                let most = different.iter().rev().max_by_key(|(_, count)| *count);
                let most = most
                    .map(|(directive, _)| directive.clone())
                    .unwrap_or_else(|| Directive::new(composed.name.clone()));
                (codes::INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS, most, "the most frequent is taken")
            }
        };
        let message =
            format!("@{} has different arguments on {coordinate} in different subgraphs: {how}", composed.name);
        let places =
            applications.iter().map(|(index, applied)| (*index, applied.location(), applied.to_string())).collect();
        self.report_at(code, &coordinate, message, places);
        vec![taken]
    }

    fn prefix_context(&self, index: usize, directive: &mut Directive) {
        for argument in directive.arguments.iter_mut().filter(|argument| argument.name == "name") {
            if let Some(context) = argument.value.as_str() {
                let value = Value::String(self.context_name(index, context));
                argument.make_mut().value = Node::new(value);
            }
        }
    }

    /// Arguments that are left out count as their defaults.
    fn is_same_application(&self, directive: usize, one: &Directive, other: &Directive) -> bool {
        let definition = self.composed.directives[directive].definition.as_ref();
        let value = |directive: &Directive, name: &Name| -> Option<Node<Value>> {
            directive
                .specified_argument_by_name(name)
                .cloned()
                .or_else(|| definition.and_then(|definition| definition.argument_by_name(name)?.default_value.clone()))
        };
        let is_same = |name: &Name| match (value(one, name), value(other, name)) {
            (Some(one), Some(other)) => same_value(&one, &other),
            (None, None) => true,
            _ => false,
        };
        one.arguments.iter().chain(&other.arguments).all(|argument| is_same(&argument.name))
    }

    /// The name under which the router gets a directive that is passed on as it is.
    fn joined_name(&self, index: usize, applied: &Directive) -> Option<&'static str> {
        let subgraph = self.subgraph(index);
        if subgraph.names.directive(&applied.name) == Some(FederationDirective::CacheTag) {
            return Some("federation__cacheTag");
        }
        let linked = subgraph.links.feature_of_directive(&applied.name)?;
        match linked.spec {
            Some(Spec::Link) if self.links_connectors(index, applied) => Some("link"),
            Some(Spec::Connect) => {
                let is = |name: &&'static str| linked.feature.directive_name(name) == applied.name.as_str();
                ["connect", "source"].into_iter().find(is)
            }
            _ => None,
        }
    }

    /// A router that speaks to connectors needs to know their version.
    fn links_connectors(&self, index: usize, applied: &Directive) -> bool {
        let Some(connect) = self.subgraph(index).links.of_spec(Spec::Connect) else { return false };
        let url = argument_text(applied, "url");
        url.is_some_and(|url| url.starts_with(&connect.identity))
    }

    fn joined_applications(&mut self, applications: &[JoinedDirective<'a>]) -> Vec<Directive> {
        let mut different: Vec<(&Directive, &str, Vec<usize>)> = Vec::new();
        for (index, name, applied) in applications {
            match different.iter_mut().find(|(known, other, _)| other == name && known.arguments == applied.arguments) {
                Some((_, _, indexes)) if indexes.contains(index) => {}
                Some((_, _, indexes)) => indexes.push(*index),
                None => different.push((applied, name, vec![*index])),
            }
        }
        self.uses.join_directives |= !different.is_empty();
        let join = |(applied, name, indexes): (&Directive, &str, Vec<usize>)| {
            let graphs = indexes.iter().map(|index| Node::new(self.graph(*index))).collect();
            let arguments = applied.arguments.iter().map(|argument| (argument.name.clone(), argument.value.clone()));
            Application::new(name!("join__directive"))
                .with(name!("graphs"), Value::List(graphs))
                .with(name!("name"), Value::String(name.to_owned()))
                .with(name!("args"), Value::Object(arguments.collect()))
                .build()
        };
        different.into_iter().map(join).collect()
    }
}

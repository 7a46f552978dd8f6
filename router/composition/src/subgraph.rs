//! A subgraph schema, ready for the rules: parsed, linked, with the definitions that federation gives it, its root types
//! under their usual names, and valid as GraphQL.

mod build;
mod constant_values;
mod definitions;
mod duplicates;
mod field_facts;
mod graphql_rules;
mod names;
mod roots;
mod syntax;

#[cfg(test)]
mod tests;

pub(crate) use build::read;
pub(crate) use definitions::directive_problems;
pub(crate) use field_facts::FieldFacts;
pub(crate) use names::{FederationDirective, FederationNames};
pub(crate) use syntax::parse;

use crate::{Place, diagnostic, link::Links, specs::Spec};
use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, DirectiveList},
    parser::SourceSpan,
    schema::ExtendedType,
};
use hashbrown::HashSet;
use std::ops::Range;

#[derive(Debug, Clone)]
pub(crate) struct Subgraph {
    pub(crate) name: String,
    pub(crate) url: String,
    /// Without `_service`, `_entities` and their types.
    pub(crate) schema: Schema,
    pub(crate) links: Links,
    pub(crate) names: FederationNames,
    /// Types that the SDL extends and does not define.
    pub(crate) extended_only: HashSet<Name>,
    /// Was written for federation 1.
    pub(crate) upgraded: bool,
}

impl Subgraph {
    pub(crate) fn is_federation_1(&self) -> bool {
        self.links.of_spec(Spec::Federation).is_none()
    }

    /// Applications of a federation directive in a list, under whatever name the subgraph has it.
    pub(crate) fn applied<'d>(
        &self,
        directives: &'d DirectiveList,
        directive: FederationDirective,
    ) -> impl Iterator<Item = &'d Node<Directive>> + use<'_, 'd> {
        let names = self.names.of(directive);
        directives.iter().filter(move |applied| names.contains(&applied.name))
    }

    pub(crate) fn has(&self, directives: &DirectiveList, directive: FederationDirective) -> bool {
        self.names.has(directives, directive)
    }

    /// `@key` as this subgraph writes it.
    pub(crate) fn spelling(&self, directive: FederationDirective) -> String {
        format!("@{}", self.names.of(directive).first().map_or(directive.name(), |name| name.as_str()))
    }

    pub(crate) fn place(&self, location: Option<SourceSpan>, label: impl Into<String>) -> Place {
        Place { label: label.into(), ..diagnostic::place(&self.name, &self.schema.sources, location) }
    }

    /// A part of the text of a string literal; `None` where the literal is written with escapes.
    pub(crate) fn place_in_string(&self, literal: SourceSpan, text: &str, range: Range<usize>) -> Option<Place> {
        let span = diagnostic::span_in_string(&self.schema.sources, literal, text, range)?;
        Some(Place { subgraph: self.name.clone(), span: Some(span), label: String::new() })
    }

    pub(crate) fn is_interface_object(&self, ty: &ExtendedType) -> bool {
        self.has(ty.directives(), FederationDirective::InterfaceObject)
    }

    /// Whether a type belongs to a linked specification or to the machinery of federation.
    pub(crate) fn is_machinery_type(&self, name: &str) -> bool {
        name.starts_with("__")
            || matches!(name, "_Any" | "_Service" | "_Entity")
            || self.names.is_federation_type(name)
            || self.links.features.iter().any(|linked| linked.spec.is_some() && linked.feature.defines_type(name))
    }
}

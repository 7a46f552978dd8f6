//! What the other subgraphs say about a type or a field: a table of all subgraphs as they were before the upgrade.

use crate::{
    directive_arguments::argument_text,
    subgraph::FieldFacts,
    subgraph::{FederationDirective, Subgraph},
    type_members::{field_map, fields},
};
use apollo_compiler::{
    Name, Node,
    schema::{ExtendedType, FieldDefinition},
};
use hashbrown::HashMap;

/// Positions of subgraphs, by type and field.
#[derive(Debug, Default)]
pub(super) struct TypesOfAll {
    by_name: HashMap<Name, TypeUse>,
}

#[derive(Debug, Default)]
struct TypeUse {
    declared: Vec<usize>,
    /// Declared as an object or interface, and by more than extensions.
    defined: Vec<usize>,
    /// The first `@key` of each subgraph that has one.
    first_keys: Vec<(usize, String)>,
    fields: HashMap<Name, FieldUse>,
}

#[derive(Debug, Default)]
struct FieldUse {
    resolved: Vec<usize>,
    /// Tags where the field is not external.
    tags: Vec<(usize, String)>,
}

/// The table seen from one subgraph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elsewhere<'t> {
    pub(super) types: &'t TypesOfAll,
    pub(super) position: usize,
}

impl TypesOfAll {
    pub(super) fn of(subgraphs: &[Subgraph]) -> TypesOfAll {
        let mut types = TypesOfAll::default();
        for (position, subgraph) in subgraphs.iter().enumerate() {
            let facts = FieldFacts::of(subgraph);
            for (name, ty) in &subgraph.schema.types {
                if !ty.is_built_in() && !subgraph.is_machinery_type(name) {
                    types.by_name.entry_ref(name).or_default().add(position, subgraph, ty, &facts);
                }
            }
        }
        types
    }
}

impl TypeUse {
    fn add(&mut self, position: usize, subgraph: &Subgraph, ty: &ExtendedType, facts: &FieldFacts) {
        let name = ty.name();
        self.declared.push(position);
        if field_map(ty).is_some() && !subgraph.extended_only.contains(name) {
            self.defined.push(position);
        }
        let first_key = subgraph.applied(ty.directives(), FederationDirective::Key).next();
        let first_key = first_key.and_then(|key| argument_text(key, "fields"));
        self.first_keys.extend(first_key.map(|key| (position, key.to_owned())));
        for field in fields(ty) {
            let field_use = self.fields.entry_ref(&field.name).or_default();
            if !facts.is_fully_external(name, &field.name) {
                field_use.resolved.push(position);
            }
            if !facts.is_external(name, &field.name) {
                field_use.tags.extend(tags(subgraph, field).map(|tag| (position, tag.to_owned())));
            }
        }
    }
}

/// Names that a field is tagged with, by `@tag`: that the directive has several names is for the merge to refuse.
fn tags<'f>(subgraph: &Subgraph, field: &'f Node<FieldDefinition>) -> impl Iterator<Item = &'f str> {
    let applied = subgraph.applied(&field.directives, FederationDirective::Tag);
    applied.filter(|tag| tag.name == FederationDirective::Tag.name()).filter_map(|tag| argument_text(tag, "name"))
}

impl<'t> Elsewhere<'t> {
    fn of_type(&self, ty: &str) -> Option<&'t TypeUse> {
        self.types.by_name.get(ty)
    }

    fn of_field(&self, ty: &str, field: &str) -> Option<&'t FieldUse> {
        self.of_type(ty)?.fields.get(field)
    }

    fn is_other(&self, positions: &[usize]) -> bool {
        positions.iter().any(|position| *position != self.position)
    }

    pub(super) fn is_declared(&self, ty: &str) -> bool {
        self.of_type(ty).is_some_and(|ty| self.is_other(&ty.declared))
    }

    pub(super) fn is_defined(&self, ty: &str) -> bool {
        self.of_type(ty).is_some_and(|ty| self.is_other(&ty.defined))
    }

    /// The first key of the type in each other subgraph, as text.
    pub(super) fn first_keys(&self, ty: &str) -> impl Iterator<Item = &'t str> + use<'t> {
        let own = self.position;
        let keys = self.of_type(ty).map(|ty| ty.first_keys.as_slice()).unwrap_or_default();
        keys.iter().filter(move |(position, _)| *position != own).map(|(_, key)| key.as_str())
    }

    pub(super) fn is_resolved(&self, ty: &str, field: &str) -> bool {
        self.of_field(ty, field).is_some_and(|field| self.is_other(&field.resolved))
    }

    /// Whether another subgraph gives the field this tag, and not as an external field.
    pub(super) fn is_tagged(&self, ty: &str, field: &str, tag: &str) -> bool {
        let tags = self.of_field(ty, field).map(|field| field.tags.as_slice()).unwrap_or_default();
        tags.iter().any(|(position, other)| *position != self.position && other == tag)
    }
}

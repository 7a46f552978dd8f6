//! The merged world: all types with who resolves what, and all objects. Everything else is derived from it: subgraph
//! SDLs, supergraph SDL, what a subgraph answers, and what the reference interpreter expects.
//!
//! Rules that every generated world keeps, so that composition would accept it: each entity is reachable from each of
//! its subgraphs by keys (directly or in a chain), a value type has all its fields in each of its subgraphs, a field in
//! several subgraphs is shareable.

mod ty;

pub(crate) use ty::Ty;

use crate::{field_set::FieldSet, guards::Guard};
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Index into [`World::subgraphs`].
pub(crate) type SubgraphIndex = usize;

/// Index into [`World::records`].
pub(crate) type RecordIndex = usize;

#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub subgraphs: Vec<String>,
    pub objects: IndexMap<String, ObjectType>,
    pub interfaces: IndexMap<String, InterfaceType>,
    pub unions: IndexMap<String, UnionType>,
    pub enums: IndexMap<String, EnumType>,
    pub scalars: Vec<String>,
    pub inputs: IndexMap<String, Vec<Argument>>,
    pub records: Vec<Record>,
    /// By coordinate: `Type` or `Type.field`.
    pub guards: BTreeMap<String, Guard>,
    pub context: Option<Context>,
    /// Subgraphs whose SDL is of federation 1.
    pub federation_1: BTreeSet<SubgraphIndex>,
    /// Answers every request with an error.
    pub down: Option<SubgraphIndex>,
}

/// What the type's objects give to those below them, in the one subgraph that knows of it.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub setter: String,
    pub subgraph: SubgraphIndex,
}

/// An argument that clients do not give.
#[derive(Debug, Clone)]
pub(crate) struct ContextArgument {
    pub ty: Ty,
    /// The setter's field.
    pub value: String,
}

impl ContextArgument {
    pub(crate) const NAME: &str = "given";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Root,
    Entity,
    Value,
}

#[derive(Debug, Clone)]
pub(crate) struct ObjectType {
    pub role: Role,
    pub presence: BTreeMap<SubgraphIndex, Presence>,
    pub keys: Vec<FieldSet>,
    pub fields: IndexMap<String, Field>,
    pub is_inaccessible: bool,
}

/// What a subgraph declares of an object type, fields aside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Presence {
    pub keys: Vec<PresentKey>,
    pub implements: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct PresentKey {
    /// Index into [`ObjectType::keys`].
    pub key: usize,
    pub is_resolvable: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub ty: Ty,
    pub arguments: Vec<Argument>,
    pub placements: BTreeMap<SubgraphIndex, Placement>,
    pub source: Source,
    pub is_inaccessible: bool,
    /// A `@provides` somewhere names it, so that its resolvers must be shareable.
    pub is_provided: bool,
    /// Part of a key, with its way to be unique.
    pub key_part: Option<KeyPart>,
    pub from_context: Option<ContextArgument>,
    /// Given to implementations by interface objects of this interface.
    pub from_interface: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyPart {
    /// Differs in each record.
    Unique,
    /// Pairs with `Low`: only both together are unique.
    High,
    Low,
    /// Refers to a record of its own.
    Nested,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Stored,
    /// The stored text, followed by the arguments.
    Echo,
    /// The stored list, cut by `first`.
    Slice,
    /// The record whose `id` is asked for.
    Lookup,
    /// The stored text, followed by the number that mutations change.
    Revision,
    /// Text made of the `@requires` inputs.
    Computed,
    /// Changes the number that all mutations share, and answers with it or with the stored object.
    Mutation,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Placement {
    pub how: How,
    pub requires: Option<FieldSet>,
    pub provides: Option<FieldSet>,
    pub override_from: Option<SubgraphIndex>,
    /// The override, from here or of here, holds only while this label is active.
    pub label: Option<String>,
    /// The field's type here, where it is narrower than elsewhere.
    pub ty: Option<Ty>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum How {
    #[default]
    Resolved,
    External,
    /// Still in the subgraph's SDL, but another subgraph took it over.
    Overridden,
}

#[derive(Debug, Clone)]
pub(crate) struct Argument {
    pub name: String,
    pub ty: Ty,
    pub default: Option<Json>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct InterfaceType {
    pub members: Vec<String>,
    /// Fields that every member has, with the interface's type for them.
    pub interface_fields: IndexMap<String, Ty>,
    /// Fields declared in each subgraph that knows the interface as one.
    pub presence: BTreeMap<SubgraphIndex, Vec<String>>,
    pub entity: Option<EntityInterface>,
    /// An interface that this one implements, in the subgraphs listed.
    pub parent: Option<String>,
    pub extends_in: BTreeSet<SubgraphIndex>,
}

/// An interface with `@key(fields: "id")`.
#[derive(Debug, Clone)]
pub(crate) struct EntityInterface {
    /// The one subgraph that knows it as an interface.
    pub home: SubgraphIndex,
    /// Those that know it as an interface object.
    pub object_sides: Vec<SubgraphIndex>,
    /// What the object sides add; each implementation has these fields too.
    pub contributed: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct UnionType {
    pub members: Vec<String>,
    pub presence: BTreeMap<SubgraphIndex, Vec<String>>,
}

#[derive(Debug, Clone)]
pub(crate) struct EnumType {
    pub values: Vec<String>,
    pub inaccessible: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub type_name: String,
    pub values: IndexMap<String, Value>,
    /// Its only key is null: what other subgraphs know of it cannot be had.
    pub has_null_key: bool,
    /// Subgraphs that cannot give it when asked for it.
    pub missing_in: BTreeMap<SubgraphIndex, Missing>,
}

/// What a subgraph answers for an entity that it cannot give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Null.
    Unknown,
    /// Null with an error.
    Failing,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Leaf(Json),
    Record(RecordIndex),
    List(Vec<Value>),
    /// The value cannot be had.
    Failed(Failing),
}

/// How a resolver fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    /// Null with an error.
    Reported,
    /// A value of another kind than the schema says.
    Misfit,
    /// Null where the schema allows none, and no error.
    SilentNull,
    /// The answer lacks the field.
    LeftOut,
}

impl Failing {
    /// Its name among the counters.
    pub(crate) fn feature(self) -> &'static str {
        match self {
            Failing::Reported => "error: failing field",
            Failing::Misfit => "error: value of a wrong kind",
            Failing::SilentNull => "error: null where none may be",
            Failing::LeftOut => "error: field left out",
        }
    }
}

impl Field {
    pub(crate) fn stored(ty: Ty) -> Field {
        Field {
            ty,
            arguments: Vec::new(),
            placements: BTreeMap::new(),
            source: Source::Stored,
            is_inaccessible: false,
            is_provided: false,
            key_part: None,
            from_context: None,
            from_interface: None,
        }
    }

    pub(crate) fn resolvers(&self) -> impl Iterator<Item = SubgraphIndex> {
        self.placements.iter().filter(|(_, placement)| placement.how == How::Resolved).map(|(subgraph, _)| *subgraph)
    }

    /// The type that the subgraph declares.
    pub(crate) fn ty_in(&self, subgraph: SubgraphIndex) -> &Ty {
        self.placements.get(&subgraph).and_then(|placement| placement.ty.as_ref()).unwrap_or(&self.ty)
    }

    /// The narrowest type of all subgraphs': that of the data.
    pub(crate) fn narrowest_ty(&self) -> &Ty {
        self.placements.values().find_map(|placement| placement.ty.as_ref()).unwrap_or(&self.ty)
    }

    pub(crate) fn only_resolver(&self) -> Option<SubgraphIndex> {
        let mut resolvers = self.resolvers();
        let first = resolvers.next();
        if resolvers.next().is_some() { None } else { first }
    }

    pub(crate) fn is_resolved_in(&self, subgraph: SubgraphIndex) -> bool {
        self.placements.get(&subgraph).is_some_and(|placement| placement.how == How::Resolved)
    }

    /// Of a progressive override.
    pub(crate) fn label(&self) -> Option<&str> {
        self.placements.values().find_map(|placement| placement.label.as_deref())
    }

    pub(crate) fn is_external_somewhere(&self) -> bool {
        self.placements.values().any(|placement| placement.how == How::External)
    }

    pub(crate) fn is_shareable(&self) -> bool {
        self.is_provided || self.resolvers().count() > 1
    }
}

impl ObjectType {
    pub(crate) fn new(role: Role) -> ObjectType {
        ObjectType {
            role,
            presence: BTreeMap::new(),
            keys: Vec::new(),
            fields: IndexMap::new(),
            is_inaccessible: false,
        }
    }
}

impl World {
    pub(crate) fn is_leaf(&self, type_name: &str) -> bool {
        !self.is_abstract(type_name) && !self.objects.contains_key(type_name)
    }

    pub(crate) fn is_abstract(&self, type_name: &str) -> bool {
        self.interfaces.contains_key(type_name) || self.unions.contains_key(type_name)
    }

    /// Object types that a value of `type_name` can have in `subgraph`.
    pub(crate) fn possible_in(&self, type_name: &str, subgraph: SubgraphIndex) -> Vec<&str> {
        if let Some(interface) = self.interfaces.get(type_name) {
            if interface.entity.as_ref().is_some_and(|entity| entity.object_sides.contains(&subgraph)) {
                return interface.members.iter().map(String::as_str).collect();
            }
            let implements = |object: &ObjectType| {
                object
                    .presence
                    .get(&subgraph)
                    .is_some_and(|presence| presence.implements.iter().any(|i| i == type_name))
            };
            return self
                .objects
                .iter()
                .filter(|(_, object)| implements(object))
                .map(|(name, _)| name.as_str())
                .collect();
        }
        if let Some(union) = self.unions.get(type_name) {
            return union.presence.get(&subgraph).into_iter().flatten().map(String::as_str).collect();
        }
        self.objects.get_key_value(type_name).map(|(name, _)| name.as_str()).into_iter().collect()
    }

    /// Object types that a value of `type_name` can have anywhere.
    pub(crate) fn possible(&self, type_name: &str) -> BTreeSet<&str> {
        (0..self.subgraphs.len()).flat_map(|subgraph| self.possible_in(type_name, subgraph)).collect()
    }

    /// The interface of which `subgraph` knows only the interface object, if `type_name` implements one.
    pub(crate) fn interface_object_for(&self, type_name: &str, subgraph: SubgraphIndex) -> Option<&str> {
        self.interfaces
            .iter()
            .find(|(_, interface)| {
                interface.members.iter().any(|member| member == type_name)
                    && interface.entity.as_ref().is_some_and(|entity| entity.object_sides.contains(&subgraph))
            })
            .map(|(name, _)| name.as_str())
    }

    /// Whether all ways to a value lead there: plans that make detours give the same.
    pub(crate) fn has_every_way(&self) -> bool {
        self.down.is_none() && self.records.iter().all(|record| record.missing_in.is_empty() && !record.has_null_key)
    }

    pub(crate) fn field(&self, type_name: &str, field: &str) -> Option<&Field> {
        self.objects.get(type_name)?.fields.get(field)
    }
}

//! Which moves between subgraphs are possible: for each field the subgraphs that resolve it, for each type the keys by
//! which a subgraph can be entered, and what concrete types a subgraph can answer with.
//!
//! A state is a type as one subgraph knows it. Built once per supergraph, immutable, shared by all requests and by
//! composition. Lists are in the order of subgraphs, so everything built on them is deterministic.

mod contexts;

pub use contexts::{ContextSetId, ContextSets, ContextValueId, Contexts};

use hansa_federation::{Field, FieldInSubgraph, Key, SubgraphId, Supergraph, TypeDefinition, TypeId, TypeKind};
use std::sync::Arc;

/// The moves of one supergraph.
#[derive(Debug)]
pub struct QueryGraph {
    supergraph: Arc<Supergraph>,
    types: Vec<TypeMoves>,
    interface_objects: Vec<TypeId>,
    has_partial_unions: bool,
    contexts: Contexts,
}

#[derive(Debug, Default)]
struct TypeMoves {
    /// By the index of the field in the type's definition.
    resolvers: Vec<Vec<Resolver>>,
    entries: Vec<Entry>,
}

/// A subgraph that resolves a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolver {
    pub subgraph: SubgraphId,
    /// The type on which the subgraph declares the field: the object type itself, or the interface that is an
    /// interface object there.
    pub declared_on: TypeId,
}

/// A key by which `_entities` of a subgraph gives a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub subgraph: SubgraphId,
    /// The type with the key: the object type itself, or an interface that it implements and that is an interface
    /// object there.
    pub entered_as: TypeId,
    /// Index among the keys of that type in that subgraph.
    pub key: u32,
}

/// The concrete types with which a subgraph can answer where it declares some type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuntimeTypes<'a> {
    /// An object type: no need to ask for `__typename`.
    Object(TypeId),
    /// An interface object: the concrete type is not known there.
    InterfaceObject(TypeId),
    Abstract(&'a [TypeId]),
}

impl QueryGraph {
    pub fn new(supergraph: Arc<Supergraph>) -> Self {
        let ids = (0..supergraph.types.len() as u32).map(TypeId);
        let with_ids = supergraph.types.iter().enumerate();
        let interface_objects = with_ids.filter(|(_, definition)| is_interface_object_somewhere(definition));
        let interface_objects: Vec<TypeId> = interface_objects.map(|(index, _)| TypeId(index as u32)).collect();
        let types = ids.map(|id| type_moves(&supergraph, id, &interface_objects)).collect();
        let has_partial_unions = supergraph.types.iter().any(|definition| is_partial(&supergraph, definition));
        let contexts = Contexts::new(&supergraph);
        QueryGraph { supergraph, types, interface_objects, has_partial_unions, contexts }
    }

    /// Whether the subgraphs differ in what some place of a union can hold.
    pub fn has_partial_unions(&self) -> bool {
        self.has_partial_unions
    }

    /// What fields read from objects above them.
    pub fn contexts(&self) -> &Contexts {
        &self.contexts
    }

    /// Interfaces that some subgraph has as an interface object, ascending.
    pub fn interface_objects(&self) -> &[TypeId] {
        &self.interface_objects
    }

    pub fn supergraph(&self) -> &Arc<Supergraph> {
        &self.supergraph
    }

    /// The subgraphs that resolve a field of an object type or of an interface (as interface object), not counting
    /// where it is only external. Empty for an unknown field.
    pub fn resolvers(&self, ty: TypeId, field: &str) -> &[Resolver] {
        match self.supergraph.ty(ty).field_index(field) {
            Some(index) => &self.types[ty.0 as usize].resolvers[index],
            None => &[],
        }
    }

    /// The keys by which `subgraph` can be entered for `ty`.
    pub fn entries(&self, ty: TypeId, subgraph: SubgraphId) -> impl Iterator<Item = Entry> {
        self.types[ty.0 as usize].entries.iter().copied().filter(move |entry| entry.subgraph == subgraph)
    }

    /// All keys by which `ty` can be entered, in any subgraph.
    pub fn all_entries(&self, ty: TypeId) -> &[Entry] {
        &self.types[ty.0 as usize].entries
    }

    pub fn key(&self, entry: Entry) -> &Key {
        let known = self.supergraph.ty(entry.entered_as).in_subgraph(entry.subgraph);
        &known.expect("entries are made from what the subgraph knows").keys[entry.key as usize]
    }

    pub fn runtime_types(&self, ty: TypeId, subgraph: SubgraphId) -> RuntimeTypes<'_> {
        let definition = self.supergraph.ty(ty);
        match definition.in_subgraph(subgraph) {
            _ if definition.kind == TypeKind::Object => RuntimeTypes::Object(ty),
            Some(known) if known.is_interface_object => RuntimeTypes::InterfaceObject(ty),
            Some(known) => RuntimeTypes::Abstract(&known.possible_types),
            None => RuntimeTypes::Abstract(&[]),
        }
    }

    pub fn field(&self, ty: TypeId, field: &str) -> Option<&Field> {
        self.supergraph.ty(ty).field(field)
    }

    /// The field as the subgraph of a resolver declares it.
    pub fn declaration(&self, resolver: Resolver, field: &str) -> Option<&FieldInSubgraph> {
        self.field(resolver.declared_on, field)?.in_subgraph(resolver.subgraph)
    }
}

fn type_moves(supergraph: &Supergraph, id: TypeId, interface_objects: &[TypeId]) -> TypeMoves {
    let definition = supergraph.ty(id);
    let declaring: Vec<TypeId> = match definition.kind {
        TypeKind::Object => {
            // The interfaces of the object that some subgraph has as an interface object.
            let interfaces = interface_objects.iter().copied();
            let of_object = interfaces.filter(|interface| supergraph.ty(*interface).possible_types.contains(&id));
            std::iter::once(id).chain(of_object).collect()
        }
        TypeKind::Interface => vec![id],
        _ => return TypeMoves::default(),
    };
    let resolvers = definition.fields.iter().map(|field| field_resolvers(supergraph, &declaring, field)).collect();
    let mut entries = Vec::new();
    for entered_as in declaring {
        for known in &supergraph.ty(entered_as).in_subgraphs {
            if entered_as != id && !known.is_interface_object {
                continue;
            }
            let resolvable = known.keys.iter().enumerate().filter(|(_, key)| key.is_resolvable);
            entries.extend(resolvable.map(|(key, _)| Entry { subgraph: known.subgraph, entered_as, key: key as u32 }));
        }
    }
    entries.sort_by_key(|entry| entry.subgraph);
    TypeMoves { resolvers, entries }
}

fn is_interface_object_somewhere(definition: &TypeDefinition) -> bool {
    definition.kind == TypeKind::Interface && definition.in_subgraphs.iter().any(|known| known.is_interface_object)
}

/// A union of which subgraphs know different members, or a type with a field whose value is a union for some of them.
fn is_partial(supergraph: &Supergraph, definition: &TypeDefinition) -> bool {
    let is_union = |ty: TypeId| supergraph.ty(ty).kind == TypeKind::Union;
    let has_two_types = |field: &Field| {
        let mut types = field.in_subgraphs.iter().map(|known| known.ty.named);
        types.clone().any(is_union) && types.any(|ty| ty != field.ty.named)
    };
    let members = definition.in_subgraphs.iter().map(|known| &known.possible_types);
    match definition.kind {
        TypeKind::Union => members.clone().zip(members.skip(1)).any(|(a, b)| a != b),
        TypeKind::Object | TypeKind::Interface => definition.fields.iter().any(has_two_types),
        _ => false,
    }
}

fn field_resolvers(supergraph: &Supergraph, declaring: &[TypeId], field: &Field) -> Vec<Resolver> {
    let mut resolvers: Vec<Resolver> = Vec::new();
    for (index, declared_on) in declaring.iter().copied().enumerate() {
        let Some(declared) = supergraph.ty(declared_on).field(&field.name) else { continue };
        for known in declared.in_subgraphs.iter().filter(|known| !known.is_external) {
            let in_type = supergraph.ty(declared_on).in_subgraph(known.subgraph);
            let is_interface_object = in_type.is_some_and(|known| known.is_interface_object);
            let is_taken = resolvers.iter().any(|resolver| resolver.subgraph == known.subgraph);
            let is_usable =
                is_interface_object || gives_for_all_types(supergraph, declared_on, (known.subgraph, &field.name));
            if !is_taken && is_usable && (index == 0 || is_interface_object) {
                resolvers.push(Resolver { subgraph: known.subgraph, declared_on });
            }
        }
    }
    resolvers.sort_by_key(|resolver| resolver.subgraph);
    resolvers
}

/// Whether every object type that the subgraph may answer with gives the field without requirements. An interface's field
/// can only then be asked for without knowing the concrete type. Labels of progressive overrides are another matter: they
/// are looked at when an operation is planned.
fn gives_for_all_types(supergraph: &Supergraph, ty: TypeId, (subgraph, field): (SubgraphId, &str)) -> bool {
    let definition = supergraph.ty(ty);
    if definition.kind == TypeKind::Object {
        return true;
    }
    let possible_types =
        definition.in_subgraph(subgraph).map(|known| known.possible_types.as_slice()).unwrap_or_default();
    possible_types.iter().all(|object| {
        let declared = supergraph.ty(*object).field(field).and_then(|field| field.in_subgraph(subgraph));
        declared
            .is_some_and(|known| !known.is_external && known.requires.is_none() && known.context_arguments.is_empty())
    })
}

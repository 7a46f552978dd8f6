//! Moves: from a position along a field, down to a concrete type, and over keys to other subgraphs.
//!
//! Whether a key or requirement can be had depends on moves, which depend on keys and requirements. They are the least
//! solution of that system: conditions start out as not to be had, and whatever was computed from one is computed again
//! when it changes. Nothing recurses over the schema, so circular requirements end as not to be had.

mod conditions;
mod exclusions;
mod fields;

use exclusions::{ExclusionId, Exclusions};

use super::{
    contexts::{ContextSetId, Contexts},
    labels::{LabelIndex, Labels},
    positions::{Position, PositionId, Positions, ProvisionId},
};
use hansa_federation::{FieldSet, SubgraphId, Supergraph, TypeDefinition, TypeId, TypeInSubgraph, TypeKind};
use hansa_query_graph::{Entry, QueryGraph};
use hashbrown::{HashMap, HashSet};
use std::{borrow::Cow, collections::BTreeSet, rc::Rc};

/// A position from which a field is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) position: PositionId,
    /// Come over a key just now: nothing else has been read there.
    pub(super) is_entered: bool,
    pub(super) context: ContextSetId,
    /// The same for what is below.
    pub(super) context_below: ContextSetId,
}

/// Where a move leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Advance {
    /// It cannot be done.
    Dead,
    /// There are no objects that it could be done for.
    Vacuous,
    To(Vec<(PositionId, ContextSetId)>),
}

/// A field, and how it may be had.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    field: &'a str,
    /// None within keys and requirements: they may not depend on labels.
    labels: Option<&'a Labels>,
    exclusion: ExclusionId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Condition {
    /// What can be reached over keys, for objects that are known to be of a type.
    Reach(TypeId, PositionId, ExclusionId),
    /// Whether a field set can be had from a position.
    Fits(PositionId, SetId, ExclusionId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Reach(Rc<Vec<PositionId>>),
    Fits(bool),
}

/// A field set, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct SetId(u32);

#[derive(Debug)]
pub(super) struct Moves<'g> {
    pub(super) graph: &'g QueryGraph,
    pub(super) positions: Positions<'g>,
    pub(super) contexts: Contexts<'g>,
    pub(super) labels: LabelIndex,
    exclusions: Exclusions,
    /// Object types of which a subgraph has no field left, others having overridden them.
    emptied: HashSet<(TypeId, SubgraphId)>,
    sets: Vec<&'g FieldSet>,
    set_ids: HashMap<&'g FieldSet, SetId>,
    ids: HashMap<Condition, usize>,
    conditions: Vec<Condition>,
    known: Vec<Known>,
    /// By condition, those computed from it.
    dependents: Vec<BTreeSet<usize>>,
    pending: Vec<usize>,
    is_pending: Vec<bool>,
    evaluating: Option<usize>,
}

impl<'g> Moves<'g> {
    pub(super) fn new(graph: &'g QueryGraph) -> Self {
        Moves {
            graph,
            positions: Positions::new(),
            contexts: Contexts::new(graph.supergraph()),
            labels: LabelIndex::new(graph.supergraph()),
            exclusions: Exclusions::new(),
            emptied: emptied(graph.supergraph()),
            sets: Vec::new(),
            set_ids: HashMap::new(),
            ids: HashMap::new(),
            conditions: Vec::new(),
            known: Vec::new(),
            dependents: Vec::new(),
            pending: Vec::new(),
            is_pending: Vec::new(),
            evaluating: None,
        }
    }

    pub(super) fn supergraph(&self) -> &'g Supergraph {
        self.graph.supergraph()
    }

    pub(super) fn plain(&mut self, ty: TypeId, subgraph: SubgraphId) -> PositionId {
        self.positions.id(Position { ty, subgraph, provision: ProvisionId::NONE })
    }

    pub(super) fn definition(&self, position: PositionId) -> &'g TypeDefinition {
        self.supergraph().ty(self.positions.get(position).ty)
    }

    /// What the position's subgraph says of its type.
    pub(super) fn declared(&self, position: PositionId) -> Option<&'g TypeInSubgraph> {
        self.definition(position).in_subgraph(self.positions.get(position).subgraph)
    }

    pub(super) fn is_interface_object(&self, position: PositionId) -> bool {
        self.declared(position).is_some_and(|known| known.is_interface_object)
    }

    /// Whether the concrete type has yet to be found out, and can be found out there.
    pub(super) fn is_abstract(&self, position: PositionId) -> bool {
        self.definition(position).is_abstract() && !self.is_interface_object(position)
    }

    /// The object types that answers at the position can have; none for an interface object.
    pub(super) fn runtime_types(&self, position: PositionId) -> Cow<'g, [TypeId]> {
        let types = self.declared(position).map(|known| known.possible_types.as_slice()).unwrap_or_default();
        let subgraph = self.positions.get(position).subgraph;
        let is_left = |ty: &TypeId| !self.emptied.contains(&(*ty, subgraph));
        match types.iter().all(is_left) {
            true => Cow::Borrowed(types),
            false => types.iter().copied().filter(is_left).collect(),
        }
    }

    /// The position and what can be reached from it over keys, for objects of type `ty` (of which the position's type
    /// may be a narrower or wider one).
    fn reach(&mut self, ty: TypeId, position: PositionId, exclusion: ExclusionId) -> Rc<Vec<PositionId>> {
        match self.read(Condition::Reach(ty, position, exclusion)) {
            Known::Reach(reached) => reached,
            Known::Fits(_) => Rc::default(),
        }
    }

    /// Whether a field set can be had from a position, keys to other subgraphs included.
    pub(super) fn fits(&mut self, position: PositionId, set: &'g FieldSet) -> bool {
        self.fits_without(position, set, ExclusionId::NONE)
    }

    fn fits_without(&mut self, position: PositionId, set: &'g FieldSet, exclusion: ExclusionId) -> bool {
        let next = SetId(self.sets.len() as u32);
        let sets = &mut self.sets;
        let set = *self.set_ids.entry(set).or_insert_with(|| {
            sets.push(set);
            next
        });
        self.read(Condition::Fits(position, set, exclusion)) == Known::Fits(true)
    }

    /// All standings that positions of one type give.
    pub(super) fn standings(&mut self, ty: TypeId, starts: &[(PositionId, ContextSetId)]) -> Vec<Standing> {
        self.standings_without(ty, starts, ExclusionId::NONE)
    }

    fn standings_without(
        &mut self,
        ty: TypeId,
        starts: &[(PositionId, ContextSetId)],
        exclusion: ExclusionId,
    ) -> Vec<Standing> {
        let mut standings: Vec<Standing> = Vec::new();
        let mut indices: HashMap<(PositionId, ContextSetId), usize> = HashMap::new();
        for (start, context) in starts {
            for position in self.reach(ty, *start, exclusion).iter() {
                let context_below = self.context_below(*context, *position);
                // A root type needs no key, and gives none by which to come back with what a field requires.
                let is_entered = position != start && !self.is_root(self.positions.get(*position).ty);
                let standing = Standing { position: *position, is_entered, context: *context, context_below };
                let index = *indices.entry((*position, context_below)).or_insert(standings.len());
                match standings.get_mut(index) {
                    Some(known) => known.is_entered |= standing.is_entered,
                    None => standings.push(standing),
                }
            }
        }
        standings
    }

    /// Moves along a field from any of the standings.
    pub(super) fn along(&mut self, standings: &[Standing], field: &str, labels: &Labels) -> Advance {
        self.along_any(standings, Asked { field, labels: Some(labels), exclusion: ExclusionId::NONE })
    }

    fn along_any(&mut self, standings: &[Standing], asked: Asked) -> Advance {
        let mut sum = Advance::Dead;
        for standing in standings {
            let one = self.along_one(*standing, asked);
            sum = self.either(sum, one);
        }
        sum
    }

    /// Moves down to an object type. Where it cannot be met, there is nothing to be done.
    pub(super) fn narrow(&mut self, ty: TypeId, starts: &[(PositionId, ContextSetId)], to: TypeId) -> Advance {
        self.narrow_without((ty, to), starts, ExclusionId::NONE)
    }

    fn narrow_without(
        &mut self,
        (ty, to): (TypeId, TypeId),
        starts: &[(PositionId, ContextSetId)],
        exclusion: ExclusionId,
    ) -> Advance {
        let is_union = self.supergraph().ty(ty).kind == TypeKind::Union;
        let mut sum = Advance::Dead;
        for (start, context) in starts {
            let narrowed = match (self.is_interface_object(*start), self.narrowed(*start, to)) {
                (true, _) => self.narrow_interface_object((ty, to), (*start, *context), exclusion),
                (false, Some(narrowed)) => one(narrowed, *context),
                (false, None) if self.is_abstract(*start) || is_union => return Advance::Vacuous,
                // An object that the subgraph declares where others have an interface.
                (false, None) => Advance::Dead,
            };
            sum = self.either(sum, narrowed);
        }
        sum
    }

    /// An interface object's concrete type is found out where the interface itself is known; but whatever the subgraph
    /// has for all objects can still be had there.
    fn narrow_interface_object(
        &mut self,
        (ty, to): (TypeId, TypeId),
        (start, context): (PositionId, ContextSetId),
        exclusion: ExclusionId,
    ) -> Advance {
        if self.definition(start).possible_types.binary_search(&to).is_err() {
            return Advance::Dead;
        }
        let mut found = Vec::new();
        for position in self.reach(ty, start, exclusion).iter() {
            if self.is_abstract(*position)
                && let Some(narrowed) = self.narrowed(*position, to)
            {
                found.push((narrowed, context));
            }
        }
        match found.is_empty() {
            true => Advance::Dead,
            false => {
                found.push((start, context));
                Advance::To(found)
            }
        }
    }

    /// A position as one of an object type; `None` when its objects cannot be of it.
    fn narrowed(&mut self, position: PositionId, to: TypeId) -> Option<PositionId> {
        let known = self.positions.get(position);
        match self.is_abstract(position) {
            true => {
                self.runtime_types(position).binary_search(&to).ok()?;
                let provision = self.narrowed_provision(known.provision, to);
                Some(self.positions.id(Position { ty: to, provision, ..known }))
            }
            false => (known.ty == to).then_some(position),
        }
    }

    /// Ways are alternatives: one of them is enough, and all that lead somewhere stay open.
    fn either(&mut self, a: Advance, b: Advance) -> Advance {
        match (a, b) {
            (Advance::To(mut a), Advance::To(b)) => {
                for (position, context) in b {
                    let is_known =
                        a.iter().any(|(known, with)| *known == position && self.contexts.is_subset(context, *with));
                    if !is_known {
                        a.push((position, context));
                    }
                }
                Advance::To(a)
            }
            (Advance::To(to), _) | (_, Advance::To(to)) => Advance::To(to),
            (Advance::Vacuous, _) | (_, Advance::Vacuous) => Advance::Vacuous,
            (Advance::Dead, Advance::Dead) => Advance::Dead,
        }
    }

    /// The keys by which objects at a position can be had from elsewhere. Root types need none, see `roots`.
    pub(super) fn entries(&self, position: PositionId) -> &'g [Entry] {
        self.graph.all_entries(self.positions.get(position).ty)
    }

    pub(super) fn is_root(&self, ty: TypeId) -> bool {
        let supergraph = self.supergraph();
        ty == supergraph.query || Some(ty) == supergraph.mutation || Some(ty) == supergraph.subscription
    }

    /// Where an entry leads, for objects of type `ty`.
    pub(super) fn entered(&mut self, ty: TypeId, entry: Entry) -> Option<PositionId> {
        let target = self.plain(entry.entered_as, entry.subgraph);
        match self.supergraph().ty(ty).kind == TypeKind::Object && self.is_abstract(target) {
            true => self.narrowed(target, ty),
            false => Some(target),
        }
    }
}

fn one(position: PositionId, context: ContextSetId) -> Advance {
    Advance::To(vec![(position, context)])
}

fn emptied(supergraph: &Supergraph) -> HashSet<(TypeId, SubgraphId)> {
    let mut emptied = HashSet::new();
    for (index, definition) in supergraph.types.iter().enumerate() {
        if definition.kind != TypeKind::Object {
            continue;
        }
        let mut left: HashSet<SubgraphId> = HashSet::new();
        for field in &definition.fields {
            left.extend(field.in_subgraphs.iter().map(|known| known.subgraph));
        }
        let without = definition.in_subgraphs.iter().filter(|known| !left.contains(&known.subgraph));
        emptied.extend(without.map(|known| (TypeId(index as u32), known.subgraph)));
    }
    emptied
}

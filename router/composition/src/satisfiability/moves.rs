//! Moves: from a position along a field, down to a concrete type, and over keys to other subgraphs.
//!
//! Whether a key or requirement can be had depends on moves, which depend on keys and requirements. They are the least
//! solution of that system: conditions start out as not to be had, and whatever was computed from one is computed again
//! when it changes. Nothing recurses over the schema, so circular requirements end as not to be had.

mod conditions;
mod exclusions;
mod fields;
mod narrowing;

use exclusions::{ExclusionId, Exclusions};

use super::{
    contexts::{ContextSetId, Contexts},
    labels::{LabelIndex, Labels},
    positions::{Position, PositionId, Positions, ProvisionId},
};
use hansa_federation::{
    Field, FieldSet, FieldSetSelection, SubgraphId, Supergraph, TypeDefinition, TypeId, TypeInSubgraph, TypeKind,
};
use hansa_query_graph::{Entry, QueryGraph};
use hashbrown::{HashMap, HashSet};
use std::{
    borrow::Cow,
    collections::{BTreeSet, VecDeque},
    rc::Rc,
};

/// Conditions that exclude subgraphs are as many as there are positions times sets of subgraphs; this bounds them.
const EXCLUDING_CONDITIONS_MAX: usize = 4_000;

/// A position from which a field is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) position: PositionId,
    /// What a field requires can be brought along: on coming in by a key, or on coming back by one of the subgraph's own.
    pub(super) can_return: bool,
    pub(super) context: ContextSetId,
    /// The same for what is below.
    pub(super) context_below: ContextSetId,
}

impl Standing {
    /// Where objects are that a field has just brought.
    pub(super) fn at(position: PositionId, context: ContextSetId) -> Self {
        Standing { position, can_return: false, context, context_below: context }
    }
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
    stale: VecDeque<usize>,
    is_pending: Vec<bool>,
    evaluating: Option<usize>,
    /// Steps from a position along a field so far.
    work: u64,
    entries: HashMap<TypeId, Rc<[Entry]>>,
    /// Positions with a key that can be read right there.
    own_keys: HashMap<PositionId, bool>,
}

impl<'g> Moves<'g> {
    pub(super) fn new(graph: &'g QueryGraph) -> Self {
        Moves {
            graph,
            positions: Positions::new(),
            contexts: Contexts::new(graph),
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
            stale: VecDeque::new(),
            entries: HashMap::new(),
            own_keys: HashMap::new(),
            is_pending: Vec::new(),
            evaluating: None,
            work: 0,
        }
    }

    /// A measure of what was done so far, the same on every machine.
    #[cfg(test)]
    pub(super) fn work(&self) -> u64 {
        self.work
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
        let exclusion = self.affordable(exclusion);
        match self.read(Condition::Reach(ty, position, exclusion)) {
            Known::Reach(reached) => reached,
            Known::Fits(_) => Rc::default(),
        }
    }

    /// Whether a field set can be had from a position, keys to other subgraphs included.
    pub(super) fn fits(&mut self, position: PositionId, set: &'g FieldSet) -> bool {
        self.fits_without(position, set, ExclusionId::NONE)
    }

    /// Past a number of conditions nothing is excluded any more.
    fn affordable(&self, exclusion: ExclusionId) -> ExclusionId {
        match self.conditions.len() < EXCLUDING_CONDITIONS_MAX {
            true => exclusion,
            false => ExclusionId::NONE,
        }
    }

    fn fits_without(&mut self, position: PositionId, set: &'g FieldSet, exclusion: ExclusionId) -> bool {
        let next = SetId(self.sets.len() as u32);
        let sets = &mut self.sets;
        let set = *self.set_ids.entry(set).or_insert_with(|| {
            sets.push(set);
            next
        });
        let exclusion = self.affordable(exclusion);
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
                let can_return = is_entered || self.has_own_key(*position);
                let standing = Standing { position: *position, can_return, context: *context, context_below };
                let index = *indices.entry((*position, context_below)).or_insert(standings.len());
                match standings.get_mut(index) {
                    Some(known) => known.can_return |= standing.can_return,
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

    /// Whether a leaf can be had from any of the standings.
    pub(super) fn has(&mut self, standings: &[Standing], field: &str, labels: &Labels) -> bool {
        self.has_leaf(standings, Asked { field, labels: Some(labels), exclusion: ExclusionId::NONE })
    }

    fn has_leaf(&mut self, standings: &[Standing], asked: Asked) -> bool {
        let mut met = None;
        standings.iter().any(|standing| {
            self.may_have(standing.position, asked.field, &mut met) && self.along_one(*standing, asked) != Advance::Dead
        })
    }

    /// False where a concrete type has no such field. Of many standings most are of one type, whose field is looked up by
    /// its name once only: `met` keeps it.
    fn may_have(&self, position: PositionId, field: &str, met: &mut Option<(TypeId, Option<&'g Field>)>) -> bool {
        if self.is_abstract(position) {
            return true;
        }
        let Position { ty, subgraph, .. } = self.positions.get(position);
        let known = match met {
            Some((known, field)) if *known == ty => *field,
            _ => met.insert((ty, self.supergraph().ty(ty).field(field))).1,
        };
        known.is_some_and(|field| field.in_subgraph(subgraph).is_some())
    }

    fn along_any(&mut self, standings: &[Standing], asked: Asked) -> Advance {
        let mut sum = Advance::Dead;
        let mut met = None;
        for standing in standings {
            if !self.may_have(standing.position, asked.field, &mut met) {
                continue;
            }
            let one = self.along_one(*standing, asked);
            sum = self.either(sum, one);
        }
        sum
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

    /// The keys by which objects at a position can be had from elsewhere, small ones first: a subgraph that is entered by
    /// the less leaves more ways open from there.
    fn by_size(&mut self, position: PositionId) -> Rc<[Entry]> {
        let (ty, graph) = (self.positions.get(position).ty, self.graph);
        let known = self.entries.entry(ty).or_insert_with(|| {
            let mut entries = graph.all_entries(ty).to_vec();
            entries.sort_by_key(|entry| size(&graph.key(*entry).fields.selections));
            entries.into()
        });
        known.clone()
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

fn size(selections: &[FieldSetSelection]) -> usize {
    let sizes = selections.iter().map(|selection| match selection {
        FieldSetSelection::Field(field) => 1 + size(&field.selections),
        FieldSetSelection::InlineFragment { selections, .. } => size(selections),
    });
    sizes.sum()
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

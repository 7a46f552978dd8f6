//! What is above a position and sets contexts: as sets of the context values that can be read from there.

pub(super) use hansa_query_graph::ContextSetId;

use hansa_federation::{FieldInSubgraph, FieldSet, TypeId};
use hansa_query_graph::{ContextSets, ContextValueId, QueryGraph};

#[derive(Debug)]
pub(super) struct Contexts<'g> {
    known: &'g hansa_query_graph::Contexts,
    sets: ContextSets,
}

impl<'g> Contexts<'g> {
    pub(super) fn new(graph: &'g QueryGraph) -> Self {
        Contexts { known: graph.contexts(), sets: ContextSets::default() }
    }

    pub(super) fn is_unused(&self) -> bool {
        self.known.is_empty()
    }

    /// Values of contexts which the type sets.
    pub(super) fn readable_on(&self, ty: TypeId) -> &'g [ContextValueId] {
        self.known.readable_on(ty)
    }

    pub(super) fn selection(&self, value: ContextValueId, ty: TypeId) -> Option<&'g FieldSet> {
        self.known.selection(value, ty)
    }

    pub(super) fn is_given(&self, set: ContextSetId, known: &FieldInSubgraph) -> bool {
        self.known.values_of(known).all(|value| self.sets.contains(set, value))
    }

    pub(super) fn with(&mut self, set: ContextSetId, added: &[ContextValueId]) -> ContextSetId {
        self.sets.with(set, added)
    }

    /// What a set leaves when objects of a type come in between.
    pub(super) fn without_readable_on(&mut self, set: ContextSetId, ty: TypeId) -> ContextSetId {
        self.sets.without(set, self.known.readable_on(ty))
    }

    pub(super) fn union(&mut self, a: ContextSetId, b: ContextSetId) -> ContextSetId {
        self.sets.union(a, b)
    }

    pub(super) fn intersection(&mut self, a: ContextSetId, b: ContextSetId) -> ContextSetId {
        self.sets.intersection(a, b)
    }

    pub(super) fn is_subset(&self, part: ContextSetId, whole: ContextSetId) -> bool {
        self.sets.is_subset(part, whole)
    }
}

//! Which subgraphs a plan has a field of the answer from, for people who compare answers.

use crate::plan::{Fetch, FetchKind, QueryPlan, RootBelow, Selection, SelectionValue, ShapeId, ShapeValue, SlotId};
use hansa_federation::SubgraphId;
use hashbrown::HashSet;
use std::sync::Arc;

impl QueryPlan {
    /// The subgraphs that are asked for what is at a response position, given by response names: `["user", "name"]`.
    /// Ascending, each once; several where types differ or fetches bring the same. None for what the router answers by
    /// itself and for what is not in the answer.
    pub fn sources(&self, position: &[&str]) -> Vec<SubgraphId> {
        let Some((last, parents)) = position.split_last() else { return Vec::new() };
        let shapes = self.shapes_at(parents);
        let slots: Vec<(ShapeId, SlotId)> = self.fields(&shapes, last).map(|(shape, slot, _)| (shape, slot)).collect();
        self.writers(&slots)
    }

    /// The subgraphs that are asked for anything within the object or objects at a position; the empty one is the whole
    /// answer. Where an object is null because of a part of it, they are the ones that may have caused it.
    pub fn sources_within(&self, position: &[&str]) -> Vec<SubgraphId> {
        let mut shapes = self.shapes_at(position);
        let mut slots: Vec<(ShapeId, SlotId)> = Vec::new();
        let mut next = 0;
        while let Some(id) = shapes.get(next).copied() {
            next += 1;
            for field in self.shape(id).variants.iter().flat_map(|variant| &variant.fields) {
                slots.push((id, field.slot));
                match field.value {
                    ShapeValue::Object(below) if !shapes.contains(&below) => shapes.push(below),
                    _ => {}
                }
            }
        }
        self.writers(&slots)
    }

    fn shapes_at(&self, position: &[&str]) -> Vec<ShapeId> {
        let mut shapes = vec![QueryPlan::ROOT];
        for name in position {
            shapes = self.fields(&shapes, name).filter_map(|(_, _, object)| object).collect();
            shapes.sort();
            shapes.dedup();
        }
        shapes
    }

    fn writers(&self, slots: &[(ShapeId, SlotId)]) -> Vec<SubgraphId> {
        let mut without = HashSet::new();
        let is_source = |fetch: &&Fetch| {
            without.clear();
            selections(fetch).any(|selection| writes(selection, slots, &mut without))
        };
        let mut sources: Vec<SubgraphId> = self.fetches.iter().filter(is_source).map(|fetch| fetch.subgraph).collect();
        sources.sort();
        sources.dedup();
        sources
    }

    fn fields<'a>(
        &'a self,
        shapes: &'a [ShapeId],
        name: &'a str,
    ) -> impl Iterator<Item = (ShapeId, SlotId, Option<ShapeId>)> + 'a {
        let variants = shapes.iter().flat_map(|id| self.shape(*id).variants.iter().map(|variant| (*id, variant)));
        let fields = variants.flat_map(|(id, variant)| variant.fields.iter().map(move |field| (id, field)));
        fields.filter(move |(_, field)| field.response_name == name).map(|(id, field)| {
            let object = match field.value {
                ShapeValue::Object(shape) => Some(shape),
                _ => None,
            };
            (id, field.slot, object)
        })
    }
}

fn selections(fetch: &Fetch) -> impl Iterator<Item = &Selection> {
    let (root, lookups) = match &fetch.kind {
        FetchKind::Root(selection) | FetchKind::RootBelow(RootBelow { selection, .. }) => {
            (Some(selection), [].as_slice())
        }
        FetchKind::Entities(lookups) => (None, lookups.as_slice()),
    };
    root.into_iter().chain(lookups.iter().map(|lookup| &lookup.selection))
}

/// `without`: selections that were looked through. They are shared, and as a tree there could be very many.
fn writes(selection: &Selection, slots: &[(ShapeId, SlotId)], without: &mut HashSet<*const Selection>) -> bool {
    let mut fields = selection.variants.iter().flat_map(|variant| &variant.fields);
    fields.any(|field| {
        let is_below = match &field.value {
            SelectionValue::Object(below) => without.insert(Arc::as_ptr(below)) && writes(below, slots, without),
            SelectionValue::Leaf(_) => false,
        };
        is_below || slots.contains(&(selection.shape, field.slot))
    })
}

//! The pieces of the response: which fragments are deferred at which position, and what is delivered together.

use super::Assembly;
use crate::{
    plan::{DeferredFragment, FragmentId, Part, PartId, PartKind, ShapeId},
    selections::{UsageId, UsageSetId},
};

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) parts: Vec<Part>,
    pub(crate) fragments: Vec<DeferredFragment>,
}

impl Parts {
    pub(crate) fn new() -> Self {
        Parts { parts: vec![Part::INITIAL], fragments: Vec::new() }
    }

    /// The items of a streamed list after the first ones.
    pub(crate) fn add_streamed(&mut self, within: PartId) -> PartId {
        self.parts.push(Part { within: Some(within), kind: PartKind::Streamed });
        PartId(self.parts.len() as u32 - 1)
    }

    fn deferred(&mut self, within: PartId, mut fragments: Vec<FragmentId>) -> PartId {
        fragments.sort_unstable();
        let part = Part { within: Some(within), kind: PartKind::Deferred(fragments) };
        if let Some(known) = self.parts.iter().position(|known| *known == part) {
            return PartId(known as u32);
        }
        let id = PartId(self.parts.len() as u32);
        if let PartKind::Deferred(fragments) = &part.kind {
            for fragment in fragments {
                self.fragments[fragment.0 as usize].parts.push(id);
            }
        }
        self.parts.push(part);
        id
    }
}

impl Assembly<'_> {
    /// Notes that a deferred fragment begins at the rows of a shape.
    pub(super) fn begin_fragment(&mut self, shape: ShapeId, usage: UsageId) -> FragmentId {
        let draft = &mut self.shapes[shape.0 as usize];
        if let Some((_, fragment)) = draft.begun.iter().find(|(known, _)| *known == usage) {
            return *fragment;
        }
        let id = FragmentId(self.parts.fragments.len() as u32);
        draft.begun.push((usage, id));
        let usage = self.selections.deferral.usage(usage);
        let within = usage.within.and_then(|outer| self.fragment(shape, outer));
        self.parts.fragments.push(DeferredFragment { label: usage.label.clone(), within, parts: Vec::new() });
        id
    }

    /// The fragment as it began at the shape or at the nearest one above it.
    fn fragment(&self, shape: ShapeId, usage: UsageId) -> Option<FragmentId> {
        let mut shape = Some(shape);
        while let Some(id) = shape {
            let draft = &self.shapes[id.0 as usize];
            if let Some((_, fragment)) = draft.begun.iter().find(|(known, _)| *known == usage) {
                return Some(*fragment);
            }
            shape = draft.parent;
        }
        None
    }

    /// The part of fields that wait for these fragments, or for no other than their rows.
    pub(super) fn part_of(&mut self, shape: ShapeId, deferred: Option<UsageSetId>) -> PartId {
        let within = self.shapes[shape.0 as usize].part;
        let Some(set) = deferred else { return within };
        let selections = self.selections;
        let usages = selections.deferral.set(set).iter();
        let fragments = usages.filter_map(|usage| self.fragment(shape, *usage)).collect();
        self.parts.deferred(within, fragments)
    }
}

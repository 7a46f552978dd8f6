//! The pieces of the response: which fragments are deferred at which position, and what is delivered together.

use super::Assembly;
use crate::{
    plan::{DeferredFragment, FragmentId, Part, PartId, PartKind, ShapeId},
    selections::{UsageId, UsageSetId},
};
use hashbrown::HashMap;

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) parts: Vec<Part>,
    pub(crate) fragments: Vec<DeferredFragment>,
    /// Deferred parts, by the part that they begin within and their fragments.
    known: HashMap<(PartId, Vec<FragmentId>), PartId>,
}

impl Parts {
    pub(crate) fn new() -> Self {
        Parts { parts: vec![Part::INITIAL], fragments: Vec::new(), known: HashMap::new() }
    }

    /// The items of a streamed list after the first ones.
    pub(crate) fn add_streamed(&mut self, within: PartId) -> PartId {
        self.parts.push(Part { within: Some(within), kind: PartKind::Streamed });
        PartId(self.parts.len() as u32 - 1)
    }

    fn deferred(&mut self, within: PartId, mut fragments: Vec<FragmentId>) -> PartId {
        fragments.sort_unstable();
        let key = (within, fragments);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = PartId(self.parts.len() as u32);
        for fragment in &key.1 {
            self.fragments[fragment.0 as usize].parts.push(id);
        }
        self.parts.push(Part { within: Some(within), kind: PartKind::Deferred(key.1.clone()) });
        self.known.insert(key, id);
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
            shape = draft.parent.map(|(parent, _)| parent);
        }
        None
    }

    /// The part of fields that wait for these fragments, or for no other than their rows.
    pub(super) fn part_of(&mut self, shape: ShapeId, deferred: Option<UsageSetId>) -> PartId {
        let within = self.shapes[shape.0 as usize].part;
        let Some(set) = deferred else { return within };
        if let Some(known) = self.shapes[shape.0 as usize].parts.get(&set) {
            return *known;
        }
        let selections = self.selections;
        let usages = selections.deferral.set(set).iter();
        let fragments = usages.filter_map(|usage| self.fragment(shape, *usage)).collect();
        let part = self.parts.deferred(within, fragments);
        self.shapes[shape.0 as usize].parts.insert(set, part);
        part
    }
}

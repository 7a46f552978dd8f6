//! Objects that are null whatever subgraphs say of them: a field that the caller may not read and that may not be null takes
//! them with it. Nothing else of them is asked for.

use super::{Collector, Item, SelectionId};
use hansa_federation::{TypeId, Wrapping};
use std::collections::BTreeSet;

/// Selections that make their objects null, whatever type these have.
#[derive(Debug, Default)]
pub(super) struct Doomed(BTreeSet<SelectionId>);

impl Collector<'_> {
    /// Leaves of an object's fields those that make it null, if any does, and those that are refused besides. Mutations are
    /// left as they are: what they do is done even where the answer is null.
    pub(super) fn without_siblings_of_refused(&self, concrete: TypeId, items: &mut Vec<Item>) {
        let may_doom = !self.unmet.is_empty() && self.supergraph.mutation != Some(concrete);
        if may_doom && items.iter().any(|item| self.dooms(concrete, item)) {
            items.retain(|item| item.refusal.is_some() || self.dooms(concrete, item));
        }
    }

    /// Notes a selection whose objects are null, once it is known under its id.
    pub(super) fn note_doomed(&mut self, id: SelectionId) {
        if self.unmet.is_empty() {
            return;
        }
        let groups = &self.selections.get(id).groups;
        let is_doomed = |ty: &TypeId, items: &[Item]| items.iter().any(|item| self.dooms(*ty, item));
        let are_doomed = groups.iter().all(|group| group.types.iter().all(|ty| is_doomed(ty, &group.items)));
        if are_doomed && !groups.is_empty() {
            self.doomed.0.insert(id);
        }
    }

    /// Whether a field makes the object null that has it. What is deferred spares the object.
    fn dooms(&self, concrete: TypeId, item: &Item) -> bool {
        let Some(field) = self.supergraph.ty(concrete).field(&item.name) else { return false };
        let is_sure = match item.child {
            _ if item.refusal.is_some() => field.ty.wrapping.is_non_null(0),
            // A list may be empty.
            Some(child) => self.doomed.0.contains(&child) && field.ty.wrapping == Wrapping::NON_NULL,
            None => false,
        };
        is_sure && item.deferred.is_none()
    }
}

//! How large a response's layout gets. Selections are shared, positions of the response are not: fragments that multiply
//! are a small document and a huge layout.

use super::{SelectionId, Selections};
use hashbrown::{HashMap, HashSet};

impl Selections {
    /// Fields of all positions at and below a selection, once for each concrete type. Stops at the largest number.
    pub(crate) fn extent(&self, selection: SelectionId) -> u64 {
        self.extent_of(selection, &mut HashMap::new())
    }

    fn extent_of(&self, selection: SelectionId, known: &mut HashMap<SelectionId, u64>) -> u64 {
        if let Some(extent) = known.get(&selection) {
            return *extent;
        }
        let groups = &self.get(selection).groups;
        let mut extent: u64 = groups.iter().map(|group| (group.types.len() * group.items.len()) as u64).sum();
        let mut positions = HashSet::new();
        for item in groups.iter().flat_map(|group| &group.items) {
            if let Some(child) = item.child
                && positions.insert((&item.response_name, child, item.deferred, item.stream))
            {
                // The items of a streamed list after the first ones are laid out again.
                let layouts = if item.stream.is_some() { 2 } else { 1 };
                let below = self.extent_of(child, known).saturating_add(1);
                extent = extent.saturating_add(below.saturating_mul(layouts));
            }
        }
        known.insert(selection, extent);
        extent
    }
}

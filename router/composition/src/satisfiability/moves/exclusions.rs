//! Subgraphs that may not be entered while the key for entering them is read: what is read by way of them would need
//! them first, if not for the same object then for another one beside it.

use hansa_federation::SubgraphId;
use hashbrown::HashMap;

/// A set of subgraphs, interned; 0 is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ExclusionId(u32);

impl ExclusionId {
    pub(super) const NONE: ExclusionId = ExclusionId(0);
}

#[derive(Debug)]
pub(super) struct Exclusions {
    sets: Vec<Vec<SubgraphId>>,
    ids: HashMap<Vec<SubgraphId>, ExclusionId>,
}

impl Exclusions {
    pub(super) fn new() -> Self {
        Exclusions { sets: vec![Vec::new()], ids: HashMap::new() }
    }

    pub(super) fn excludes(&self, id: ExclusionId, subgraph: SubgraphId) -> bool {
        self.sets[id.0 as usize].binary_search(&subgraph).is_ok()
    }

    pub(super) fn with(&mut self, id: ExclusionId, subgraph: SubgraphId) -> ExclusionId {
        let mut set = self.sets[id.0 as usize].clone();
        let Err(index) = set.binary_search(&subgraph) else { return id };
        set.insert(index, subgraph);
        let next = ExclusionId(self.sets.len() as u32);
        let sets = &mut self.sets;
        *self.ids.entry_ref(&set).or_insert_with(|| {
            sets.push(set.clone());
            next
        })
    }
}

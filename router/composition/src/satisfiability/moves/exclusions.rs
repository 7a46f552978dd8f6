//! Subgraphs that may not be entered while the key for entering them is read: what is read by way of them would need
//! them first, if not for the same object then for another one beside it.

use hansa_federation::SubgraphId;
use hashbrown::HashMap;

/// With more sets of several subgraphs than this only the last one counts.
const SETS_MAX: usize = 128;

/// A set of subgraphs, interned; 0 is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ExclusionId(u32);

impl ExclusionId {
    pub(super) const NONE: ExclusionId = ExclusionId(0);
}

#[derive(Debug)]
pub(super) struct Exclusions {
    sets: Vec<Vec<SubgraphId>>,
    of_several: usize,
    ids: HashMap<Vec<SubgraphId>, ExclusionId>,
}

impl Exclusions {
    pub(super) fn new() -> Self {
        Exclusions { sets: vec![Vec::new()], of_several: 0, ids: HashMap::new() }
    }

    pub(super) fn excludes(&self, id: ExclusionId, subgraph: SubgraphId) -> bool {
        self.sets[id.0 as usize].binary_search(&subgraph).is_ok()
    }

    pub(super) fn with(&mut self, id: ExclusionId, subgraph: SubgraphId) -> ExclusionId {
        let mut set = self.sets[id.0 as usize].clone();
        let Err(index) = set.binary_search(&subgraph) else { return id };
        set.insert(index, subgraph);
        if self.of_several >= SETS_MAX && !self.ids.contains_key(&set) {
            set = vec![subgraph];
        }
        if let Some(known) = self.ids.get(&set) {
            return *known;
        }
        let next = ExclusionId(self.sets.len() as u32);
        self.of_several += usize::from(set.len() > 1);
        self.sets.push(set.clone());
        self.ids.insert(set, next);
        next
    }
}

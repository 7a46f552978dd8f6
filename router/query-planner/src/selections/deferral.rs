//! What an operation wants later: deferred fragments, the groups of fields that they make, and streamed lists.
//! GraphQL specification (draft), "CollectFields" and "GetFilteredDeferUsageSet".

use crate::plan::InitialCount;
use hashbrown::HashMap;

/// Index of a deferred fragment at one place of the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UsageId(u32);

/// Index of a set of deferred fragments, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct UsageSetId(u32);

/// Index of a `@stream`, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StreamId(u32);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) label: Option<String>,
    /// The deferred fragment that it is in.
    pub(crate) within: Option<UsageId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamUsage {
    pub(crate) label: Option<String>,
    pub(crate) initial_count: InitialCount,
}

/// All that is deferred or streamed in one operation.
#[derive(Debug)]
pub(crate) struct Deferral {
    usages: Vec<Usage>,
    sets: Vec<Vec<UsageId>>,
    set_ids: HashMap<Vec<UsageId>, UsageSetId>,
    streams: Vec<StreamUsage>,
}

impl UsageSetId {
    /// No fragment: what is answered at once.
    pub(crate) const EMPTY: UsageSetId = UsageSetId(0);
}

impl Deferral {
    pub(crate) fn new() -> Self {
        Deferral { usages: Vec::new(), sets: vec![Vec::new()], set_ids: HashMap::new(), streams: Vec::new() }
    }

    pub(crate) fn usage(&self, id: UsageId) -> &Usage {
        &self.usages[id.0 as usize]
    }

    /// Ascending.
    pub(crate) fn set(&self, id: UsageSetId) -> &[UsageId] {
        &self.sets[id.0 as usize]
    }

    pub(crate) fn stream(&self, id: StreamId) -> &StreamUsage {
        &self.streams[id.0 as usize]
    }

    pub(crate) fn add_usage(&mut self, usage: Usage) -> UsageId {
        self.usages.push(usage);
        UsageId(self.usages.len() as u32 - 1)
    }

    pub(crate) fn intern_stream(&mut self, stream: StreamUsage) -> StreamId {
        let known = self.streams.iter().position(|known| *known == stream);
        StreamId(known.unwrap_or_else(|| {
            self.streams.push(stream);
            self.streams.len() - 1
        }) as u32)
    }

    /// The fragments that a field waits for, from those that its occurrences are in: none if it occurs outside of all, and
    /// not those within another of them.
    pub(crate) fn filtered(&mut self, occurrences: impl Iterator<Item = Option<UsageId>>) -> UsageSetId {
        let Some(mut set) = occurrences.collect::<Option<Vec<UsageId>>>() else { return UsageSetId::EMPTY };
        set.sort_unstable();
        set.dedup();
        let all = set.clone();
        set.retain(|usage| !self.enclosing(*usage).any(|outer| all.contains(&outer)));
        if let Some(known) = self.set_ids.get(&set) {
            return *known;
        }
        let id = UsageSetId(self.sets.len() as u32);
        self.sets.push(set.clone());
        self.set_ids.insert(set, id);
        id
    }

    fn enclosing(&self, usage: UsageId) -> impl Iterator<Item = UsageId> {
        std::iter::successors(self.usage(usage).within, |outer| self.usage(*outer).within)
    }
}

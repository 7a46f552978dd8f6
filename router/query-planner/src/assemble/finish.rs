//! The finished plan: requests put together, numbered in order, each with its document and its decode selection.

mod documents;
mod texts;

use super::Assembly;
use super::draft::{FetchDraft, FetchSet};
use crate::plan::{Fetch, FetchId, OperationKind, QueryPlan, Shape};
use apollo_compiler::executable::Operation;
use hansa_federation::SubgraphId;
use hashbrown::HashMap;

impl Assembly<'_> {
    pub(crate) fn finish(mut self, kind: OperationKind, operation: &Operation) -> QueryPlan {
        let drafts = self.joined_requests();
        let texts = documents::Documents { assembly: &self, operation };
        let fetches = drafts.iter().enumerate().map(|(index, draft)| {
            let (document, variables, kind) = texts.document(draft);
            Fetch {
                id: FetchId(index as u32),
                subgraph: draft.subgraph,
                depends_on: draft.depends_on.iter().map(|index| FetchId(*index as u32)).collect(),
                operation: document,
                variables,
                kind,
            }
        });
        let fetches = fetches.collect();
        let shapes: Vec<Shape> = self.shapes.into_iter().map(|draft| draft.shape).collect();
        QueryPlan { kind, shapes, fetches, target_count: self.draft.target_count }
    }

    /// Entity fetches of one subgraph that wait for the same fetches are one request with several lookups. What follows
    /// from other dependencies is left out of them.
    fn joined_requests(&mut self) -> Vec<FetchDraft> {
        let mut joined: Vec<FetchDraft> = Vec::new();
        let mut places: Vec<usize> = Vec::new();
        let mut known: HashMap<(SubgraphId, FetchSet), usize> = HashMap::new();
        for mut draft in std::mem::take(&mut self.draft.fetches) {
            draft.depends_on = draft.depends_on.iter().map(|index| places[*index]).collect();
            if draft.root.is_some() {
                places.push(joined.len());
                joined.push(draft);
                continue;
            }
            let key = (draft.subgraph, draft.depends_on.clone());
            match known.get(&key) {
                Some(index) => {
                    joined[*index].lookups.append(&mut draft.lookups);
                    places.push(*index);
                }
                None => {
                    known.insert(key, joined.len());
                    places.push(joined.len());
                    joined.push(draft);
                }
            }
        }
        drop_implied(&mut joined);
        joined
    }
}

/// Removes dependencies that other dependencies have themselves.
fn drop_implied(fetches: &mut [FetchDraft]) {
    let mut reaches: Vec<FetchSet> = Vec::with_capacity(fetches.len());
    for fetch in fetches {
        let all: FetchSet =
            fetch.depends_on.iter().flat_map(|index| reaches[*index].iter().copied().chain([*index])).collect();
        let implied: FetchSet = fetch.depends_on.iter().flat_map(|index| &reaches[*index]).copied().collect();
        fetch.depends_on.retain(|index| !implied.contains(index));
        reaches.push(all);
    }
}

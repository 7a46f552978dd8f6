//! The query's root below the root, such as a mutation's payload that leads back to it: what other subgraphs have there is
//! asked by a root fetch, once for all rows of the place, when the fetch that brings the rows has ended.

use super::{
    Assembly, NodeId, Place,
    draft::{FetchSet, LookupKey, OpenedLookup},
};
use crate::{
    plan::{OperationKind, TargetId},
    planner::PlanError,
    solve::Hop,
};

impl Assembly<'_> {
    /// The fetch and the node for a hop without a key.
    pub(super) fn root_below(
        &mut self,
        place: Place,
        hop: &Hop,
        depends_on: FetchSet,
    ) -> Result<(usize, NodeId), PlanError> {
        let part = self.part_at(place, hop.deferred);
        let contexts = hop.contexts.clone();
        let key = LookupKey { rows: place.node, subgraph: hop.subgraph, depends_on, part, contexts, asked_as: None };
        let opened = match self.draft.lookups.get(&key).and_then(|open| open.first()) {
            Some(opened) => *opened,
            None => {
                let fetch = self.open_fetch((hop.subgraph, part), key.depends_on.clone())?;
                let node = self.draft.add_node(hop.subgraph, place.ty, self.draft.node(place.node).shape);
                let target = TargetId(self.draft.target_count);
                self.draft.target_count += 1;
                self.draft.fetches[fetch].root = Some((OperationKind::Query, node));
                self.draft.fetches[fetch].root_rows = Some(target);
                let opened = OpenedLookup { fetch, node, target };
                self.draft.lookups.entry(key).or_default().push(opened);
                opened
            }
        };
        self.draft.node_type(opened.node, place.ty);
        let targets = &mut self.draft.node_type(place.node, place.ty).targets;
        if !targets.contains(&opened.target) {
            targets.push(opened.target);
        }
        Ok((opened.fetch, opened.node))
    }
}

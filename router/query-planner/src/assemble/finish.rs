//! The finished plan: requests put together, numbered in order, each with its document and its decode selection.

mod documents;
mod templates;
mod texts;

use super::draft::FetchDraft;
use super::{Assembly, parts::Parts};
use crate::{
    plan::{Fetch, FetchId, OperationKind, PartId, QueryPlan, Shape},
    planner::PlanError,
};
use apollo_compiler::executable::Operation;
use documents::Document;
use hansa_federation::SubgraphId;
use hashbrown::HashMap;
use std::{collections::BTreeSet, hash::Hash};

impl Assembly<'_> {
    pub(crate) fn finish(mut self, kind: OperationKind, operation: &Operation) -> Result<QueryPlan, PlanError> {
        let contextual = self.wait_for_contexts()?;
        let mut drafts = std::mem::take(&mut self.draft.fetches);
        if let Some(shape) = contextual {
            let why = "its context is read from something that waits for it";
            drafts = sorted(drafts).ok_or_else(|| self.without_context(shape, why))?;
            postpone(&mut drafts);
        }
        drop_implied(&mut drafts);
        let documents = documents::Documents::new(&self, operation);
        let drafts = joined(drafts, |draft, _| Ok(draft.depends_on.clone()))?;
        let mut drafts = joined(drafts, |draft, depth| Ok((depth, documents.selections(draft)?)))?;
        drop_implied(&mut drafts);
        let fetches = drafts.iter().enumerate().map(|(index, draft)| {
            let Document { operation, variables, kind, template } = documents.document(draft)?;
            Ok(Fetch {
                id: FetchId(index as u32),
                subgraph: draft.subgraph,
                depends_on: draft.depends_on.iter().map(|index| FetchId(*index as u32)).collect(),
                operation,
                variables,
                kind,
                template,
                part: draft.part,
            })
        });
        let fetches = fetches.collect::<Result<_, PlanError>>()?;
        let Parts { parts, fragments, .. } = self.parts;
        // Collected, they would stay in the larger memory of the drafts.
        let mut shapes: Vec<Shape> = Vec::with_capacity(self.shapes.len());
        shapes.extend(self.shapes.into_iter().map(|draft| draft.shape.trimmed()));
        Ok(QueryPlan { kind, shapes, fetches, target_count: self.draft.target_count, parts, fragments })
    }
}

/// Entity fetches of one subgraph that agree in `class` become one request with several lookups: those that wait for the
/// same fetches, and those that ask the same after chains of the same length, which are ready together. Fetches of equal
/// depth never wait for each other, so no circle can come of it.
fn joined<K: Hash + Eq>(
    drafts: Vec<FetchDraft>,
    class: impl Fn(&FetchDraft, u32) -> Result<K, PlanError>,
) -> Result<Vec<FetchDraft>, PlanError> {
    let mut joined: Vec<FetchDraft> = Vec::new();
    let mut depths: Vec<u32> = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    let mut known: HashMap<(SubgraphId, PartId, K), usize> = HashMap::new();
    for mut draft in drafts {
        draft.depends_on = draft.depends_on.iter().map(|index| places[*index]).collect();
        let depth = draft.depends_on.iter().map(|index| depths[*index] + 1).max().unwrap_or(0);
        let key = if draft.root.is_some() { None } else { Some((draft.subgraph, draft.part, class(&draft, depth)?)) };
        if let Some(index) = key.as_ref().and_then(|key| known.get(key)) {
            joined[*index].lookups.append(&mut draft.lookups);
            joined[*index].depends_on.append(&mut draft.depends_on);
            places.push(*index);
            continue;
        }
        if let Some(key) = key {
            known.insert(key, joined.len());
        }
        places.push(joined.len());
        depths.push(depth);
        joined.push(draft);
    }
    Ok(sorted(joined).expect("fetches of equal depth do not wait for each other"))
}

/// What is fetched only for contexts that one later part reads is fetched for that part. Fetches are in order.
fn postpone(drafts: &mut [FetchDraft]) {
    for index in (0..drafts.len()).rev().filter(|index| drafts[*index].is_for_contexts).collect::<Vec<_>>() {
        let waiting = drafts.iter().filter(|draft| draft.depends_on.contains(&index));
        let parts: BTreeSet<PartId> = waiting.map(|draft| draft.part).collect();
        if let (Some(part), 1) = (parts.first(), parts.len()) {
            drafts[index].part = *part;
        }
    }
}

/// Restores the order in which each fetch comes after those it waits for: joining, or a value from a context, may have
/// given an early one a late dependency. `None`: some wait for each other.
fn sorted(drafts: Vec<FetchDraft>) -> Option<Vec<FetchDraft>> {
    let mut order: Vec<usize> = Vec::with_capacity(drafts.len());
    let mut is_placed = vec![false; drafts.len()];
    while order.len() < drafts.len() {
        let before = order.len();
        for (index, draft) in drafts.iter().enumerate() {
            if !is_placed[index] && draft.depends_on.iter().all(|dependency| is_placed[*dependency]) {
                is_placed[index] = true;
                order.push(index);
            }
        }
        if order.len() == before {
            return None;
        }
    }
    let mut places = vec![0; drafts.len()];
    for (place, index) in order.iter().enumerate() {
        places[*index] = place;
    }
    let mut drafts: Vec<Option<FetchDraft>> = drafts.into_iter().map(Some).collect();
    let in_order = order.into_iter().filter_map(|index| drafts[index].take());
    let renumbered = in_order.map(|mut draft| {
        draft.depends_on = draft.depends_on.iter().map(|index| places[*index]).collect();
        draft
    });
    Some(renumbered.collect())
}

/// Removes dependencies that other dependencies have themselves.
fn drop_implied(fetches: &mut [FetchDraft]) {
    let words = fetches.len().div_ceil(WORD);
    // For each fetch a bit set of those it waits for, directly or not.
    let mut reaches: Vec<u64> = Vec::with_capacity(fetches.len() * words);
    for fetch in fetches {
        let mut implied = vec![0_u64; words];
        for index in &fetch.depends_on {
            let of_dependency = &reaches[index * words..][..words];
            implied.iter_mut().zip(of_dependency).for_each(|(bits, more)| *bits |= more);
        }
        fetch.depends_on.retain(|index| implied[index / WORD] & (1 << (index % WORD)) == 0);
        for index in &fetch.depends_on {
            implied[index / WORD] |= 1 << (index % WORD);
        }
        reaches.extend(implied);
    }
}

const WORD: usize = u64::BITS as usize;

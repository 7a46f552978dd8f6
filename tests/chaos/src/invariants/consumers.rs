//! I7: every consumer has handled every event: its checkpoint is the head of the lane, and nothing was parked.

use super::Violations;
use crate::stores::Store;
use anyhow::Result;
use std::collections::HashMap;

const HEADS: &str = "SELECT CAST(lane AS TEXT), CAST(position AS TEXT) FROM event_lanes WHERE position > 0";
const CHECKPOINTS: &str = "SELECT consumer, source, CAST(lane AS TEXT), CAST(position AS TEXT) FROM checkpoints";
const PARKED: &str = "SELECT consumer, source, CAST(lane AS TEXT), CAST(position AS TEXT), reason FROM dead_letters
    WHERE state <> 'skipped'";

/// By context and lane.
pub(super) type Heads = HashMap<(String, String), String>;

pub(super) async fn heads(stores: &[Store]) -> Result<Heads> {
    let mut heads = Heads::new();
    for store in stores {
        for row in store.rows(HEADS).await? {
            let text = |column: usize| row[column].clone().unwrap_or_default();
            heads.insert((store.context.to_owned(), text(0)), text(1));
        }
    }
    Ok(heads)
}

/// How many checkpoints are behind the log that they are of.
pub(super) async fn behind(store: &Store, heads: &Heads) -> Result<Vec<String>> {
    let mut behind = Vec::new();
    for row in store.rows(CHECKPOINTS).await? {
        let text = |column: usize| row[column].clone().unwrap_or_default();
        let (consumer, source, lane, position) = (text(0), text(1), text(2), text(3));
        if let Some(head) = heads.get(&(source.clone(), lane.clone()))
            && *head != position
        {
            behind.push(format!("{} {consumer}: {source} lane {lane} is at {position} of {head}", store.context));
        }
    }
    Ok(behind)
}

pub(super) async fn have_parked_nothing(store: &Store, violations: &mut Violations) -> Result<()> {
    for row in store.rows(PARKED).await? {
        let text: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
        violations.add("I7", format!("{}: a dead letter: {}", store.context, text.join(" ")));
    }
    Ok(())
}

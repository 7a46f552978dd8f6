//! I7: every consumer has handled every event: its checkpoint is the head of the lane, and nothing was parked.

use super::Violations;
use crate::{documents::DocumentLog, stores::Store};
use anyhow::Result;
use std::collections::{BTreeMap, HashMap};

const HEADS: &str = "SELECT CAST(lane AS TEXT), CAST(position AS TEXT) FROM event_lanes WHERE position > 0";
const CHECKPOINTS: &str = "SELECT consumer, source, CAST(lane AS TEXT), CAST(position AS TEXT) FROM checkpoints";
const PARKED: &str = "SELECT consumer, source, CAST(lane AS TEXT), CAST(position AS TEXT), reason FROM dead_letters
    WHERE state <> 'skipped'";

/// By context and lane.
pub(super) type Heads = HashMap<(String, String), String>;

pub(super) async fn heads(stores: &[Store], logs: &[DocumentLog]) -> Result<Heads> {
    let mut heads = Heads::new();
    for store in stores {
        for row in store.rows(HEADS).await? {
            let text = |column: usize| row[column].clone().unwrap_or_default();
            heads.insert((store.context.to_owned(), text(0)), text(1));
        }
    }
    for log in logs {
        for (lane, position) in log.heads().await? {
            heads.insert((log.context.to_owned(), lane.to_string()), position.to_string());
        }
    }
    Ok(heads)
}

/// Lanes in which a consumer is not at the end of the log that it reads.
pub(super) async fn behind(store: &Store, heads: &Heads) -> Result<Vec<String>> {
    let mut checkpoints: BTreeMap<(String, String), HashMap<String, String>> = BTreeMap::new();
    for row in store.rows(CHECKPOINTS).await? {
        let text = |column: usize| row[column].clone().unwrap_or_default();
        checkpoints.entry((text(0), text(1))).or_default().insert(text(2), text(3));
    }
    let mut behind = Vec::new();
    for ((consumer, source), lanes) in checkpoints {
        for ((_, lane), head) in heads.iter().filter(|((context, _), _)| *context == source) {
            let position = lanes.get(lane).map_or("0", String::as_str);
            if position != head {
                behind.push(format!("{} {consumer}: {source} lane {lane} is at {position} of {head}", store.context));
            }
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

//! I8 and I9: each lane's positions are 1, 2, 3, … without a hole; each stream's versions too, in the order of positions.

use super::Violations;
use crate::stores::Store;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, HashMap, HashSet};

const EVENTS: &str = "SELECT CAST(lane AS TEXT), CAST(position AS TEXT), stream_id, CAST(stream_version AS TEXT)
    FROM events ORDER BY events.lane, events.position";
/// Streams of aggregates whose state is their events; others count changes, of which one may have several events.
const SOURCED: &str = "SELECT stream_id FROM event_streams";
const HEADS: &str = "SELECT CAST(lane AS TEXT), CAST(position AS TEXT) FROM event_lanes ORDER BY lane";

pub(super) async fn are_whole(store: &Store, violations: &mut Violations) -> Result<()> {
    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    let mut versions: HashMap<String, i64> = HashMap::new();
    let sourced: HashSet<String> = store.rows(SOURCED).await?.into_iter().filter_map(|mut row| row.remove(0)).collect();
    for row in store.rows(EVENTS).await? {
        let number = |column: usize| row[column].as_deref().unwrap_or_default().parse::<i64>().context("a number");
        let (lane, position, version) = (number(0)?, number(1)?, number(3)?);
        let before = last.insert(lane, position).unwrap_or(0);
        if position != before + 1 {
            violations.add("I9", format!("{} lane {lane}: position {position} after {before}", store.context));
        }
        let stream = row[2].clone().unwrap_or_default();
        if !sourced.contains(&stream) {
            continue;
        }
        let before = versions.insert(stream.clone(), version).unwrap_or(0);
        if version != before + 1 {
            violations.add("I8", format!("{} stream {stream}: version {version} after {before}", store.context));
        }
    }
    for row in store.rows(HEADS).await? {
        let number = |column: usize| row[column].as_deref().unwrap_or_default().parse::<i64>().context("a number");
        let (lane, head) = (number(0)?, number(1)?);
        let position = last.get(&lane).copied().unwrap_or(0);
        if position != head {
            violations
                .add("I9", format!("{} lane {lane}: the head is {head}, the last event {position}", store.context));
        }
    }
    Ok(())
}

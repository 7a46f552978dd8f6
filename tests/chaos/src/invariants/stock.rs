//! I4 and I5: stock is never negative, never promised twice, and nothing stays held. The stock is folded from the events
//! here, independently of the context, and compared with its read model.

use super::Violations;
use crate::stores::Store;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;

const EVENTS: &str =
    "SELECT CAST(event AS TEXT) FROM events WHERE stream_id LIKE 'stockitem%' ORDER BY stream_id, stream_version";
const LEVELS: &str = "SELECT id, CAST(on_hand AS TEXT), CAST(held AS TEXT), CAST(committed AS TEXT),
        CAST(awaiting_dispatch AS TEXT) FROM stock_levels";

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Level {
    on_hand: i64,
    held: i64,
    committed: i64,
    /// Sold, and still in the warehouse.
    awaiting: i64,
}

pub(super) async fn is_neither_lost_nor_oversold(store: &Store, violations: &mut Violations) -> Result<()> {
    let mut folded: BTreeMap<String, Level> = BTreeMap::new();
    for row in store.rows(EVENTS).await? {
        let event: Value = serde_json::from_str(row[0].as_deref().unwrap_or_default()).context("an event is JSON")?;
        let stream = event["stream_id"].as_str().unwrap_or_default().to_owned();
        let level = folded.entry(stream.clone()).or_default();
        level.apply(&event);
        let Level { on_hand, held, committed, awaiting } = *level;
        if held < 0 || on_hand < held || awaiting < 0 || committed < awaiting {
            violations.add("I4", format!("{stream} after version {}: {level:?}", event["stream_version"]));
        }
    }
    let mut read: BTreeMap<String, Level> = BTreeMap::new();
    for row in store.rows(LEVELS).await? {
        let number = |column: usize| row[column].as_deref().unwrap_or_default().parse::<i64>().context("a number");
        let level = Level { on_hand: number(1)?, held: number(2)?, committed: number(3)?, awaiting: number(4)? };
        read.insert(row[0].clone().unwrap_or_default(), level);
    }
    for (stream, level) in &folded {
        if read.get(stream) != Some(level) {
            violations.add("I7", format!("{stream}: folded {level:?}, read {:?}", read.get(stream)));
        }
        if level.held != 0 {
            violations.add("I5", format!("{stream}: {} are still held at rest", level.held));
        }
    }
    Ok(())
}

impl Level {
    /// Units on hand are those received and adjusted, less what was sold.
    fn apply(&mut self, event: &Value) {
        let content = &event["content"];
        let number = |field: &str| content[field].as_i64().unwrap_or(0);
        let quantity = number("quantity");
        match event["event_type"].as_str().unwrap_or_default() {
            "received" => self.on_hand += quantity,
            "adjusted" | "counted" => self.on_hand += number("change"),
            "reserved" => self.held += quantity,
            "released" if content["from"] == "COMMITTED" => {
                self.committed -= quantity;
                self.awaiting -= quantity;
                self.on_hand += quantity;
            }
            "released" | "expired" => self.held -= quantity,
            "committed" => {
                self.held -= quantity;
                self.committed += quantity;
                self.awaiting += quantity;
                self.on_hand -= quantity;
            }
            "dispatched" => self.awaiting -= quantity,
            other => debug_assert!(false, "{other} is no event of stock"),
        }
    }
}

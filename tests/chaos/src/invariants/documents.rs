//! I7 to I9 for logs of documents, and I1 and I2 for edits: an edit that was acknowledged is in the log once; one of which
//! nobody knows is there once at most.

use super::Violations;
use crate::{
    documents::{DocumentLog, Entry},
    editor::Edit,
    history::Known,
    stores::Store,
};
use anyhow::Result;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What orders believes that the catalog's prices are, as they changed on their own.
const PRICES: &str = "SELECT variant_id, CAST(price AS TEXT) FROM variant_prices ORDER BY variant_id";

pub(super) async fn are_whole(log: &DocumentLog, violations: &mut Violations) -> Result<Vec<Entry>> {
    let entries = log.events().await?;
    let context = log.context;
    let (mut positions, mut versions, mut ids) = (BTreeMap::new(), HashMap::new(), HashSet::new());
    for Entry { lane, position, event } in &entries {
        let before: i64 = positions.insert(*lane, *position).unwrap_or(0);
        if *position != before + 1 {
            violations.add("I9", format!("{context} lane {lane}: position {position} after {before}"));
        }
        // A write of a document may have several events.
        let (stream, version) = (text(event, "stream_id"), event["stream_version"].as_i64().unwrap_or(0));
        let before: i64 = versions.insert(stream, version).unwrap_or(0);
        if version < before {
            violations.add("I8", format!("{context} stream {stream}: version {version} after {before}"));
        }
        if !ids.insert(text(event, "event_id")) {
            violations.add("I8", format!("{context}: {} is in the log twice", text(event, "event_id")));
        }
    }
    match log.carrying().await? {
        0 => {}
        count => {
            violations.add("I7", format!("{context}: {count} documents carry events that never came into the log"))
        }
    }
    Ok(entries)
}

pub(super) fn have_each_edit_once(edits: &[Edit], logs: &[(&'static str, Vec<Entry>)], violations: &mut Violations) {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for (_, entries) in logs {
        for key in entries.iter().filter_map(|entry| Edit::key_of_event(&entry.event)) {
            *counts.entry(key).or_default() += 1;
        }
    }
    for edit in edits {
        let (key, count) = (edit.key(), counts.get(&edit.key()).copied().unwrap_or(0));
        match (edit.known, count) {
            (Known::Done, 0) => violations.add("I1", format!("{key} was acknowledged, and is not in the log")),
            (_, 2..) => violations.add("I2", format!("{key} is in the log {count} times")),
            (Known::Refused, 1..) => violations.add("I1", format!("{key} was refused, and is in the log")),
            _ => {}
        }
    }
}

/// The prices that orders keeps are those of the catalog's events.
pub(super) async fn are_projected(catalog: &[Entry], orders: &Store, violations: &mut Violations) -> Result<()> {
    let mut folded: BTreeMap<String, String> = BTreeMap::new();
    for Entry { event, .. } in catalog.iter().filter(|entry| is_price(&entry.event)) {
        let content = &event["content"];
        folded.insert(text(content, "variantId").to_owned(), content["after"]["minor_units"].to_string());
    }
    let mut read: BTreeMap<String, String> = BTreeMap::new();
    for row in orders.rows(PRICES).await? {
        read.insert(row[0].clone().unwrap_or_default(), row[1].clone().unwrap_or_default());
    }
    for (variant, price) in &folded {
        if read.get(variant) != Some(price) {
            violations
                .add("I7", format!("orders has {:?} as the price of {variant}, which is {price}", read.get(variant)));
        }
    }
    Ok(())
}

fn is_price(event: &Value) -> bool {
    event["aggregate"] == "price" && event["event_type"] == "changed"
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

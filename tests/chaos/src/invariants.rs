//! What must hold when everything is healed and at rest: I1 to I11. README.md beside this says what each is.

mod consumers;
mod documents;
mod effects;
mod ledger;
mod logs;
mod money;
mod orders;
mod rest;
mod stock;

use crate::{
    documents::{CONTEXTS, DocumentLog},
    history::Seen,
    shop::Buyer,
    stores::{RELATIONAL, Store},
    system::System,
};
use anyhow::Result;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub invariant: &'static str,
    pub what: String,
}

#[derive(Debug, Default)]
struct Violations(Vec<Violation>);

impl Violations {
    fn add(&mut self, invariant: &'static str, what: String) {
        self.0.push(Violation { invariant, what });
    }
}

/// What was found.
#[derive(Debug)]
pub struct Checked {
    pub violations: Vec<Violation>,
    /// The status of each order by its events.
    pub statuses: BTreeMap<String, String>,
    rest: rest::Rest,
}

impl Checked {
    /// How long it took until nothing moved.
    pub fn rest_since(&self, start: Instant) -> Duration {
        self.rest.at.saturating_duration_since(start)
    }

    /// How long each kind of thing moved, of those that moved at all.
    pub fn moved_since(&self, start: Instant) -> BTreeMap<&'static str, Duration> {
        self.rest.ends.iter().map(|(kind, end)| (*kind, end.saturating_duration_since(start))).collect()
    }
}

/// Waits until nothing moves any more, and checks everything.
pub async fn at_rest(system: &System, buyers: &[Buyer], seen: &Seen, rest_max: Duration) -> Result<Checked> {
    let (mut stores, mut logs) = (Vec::new(), Vec::new());
    for context in RELATIONAL {
        stores.push(Store::open(system, context).await?);
    }
    for context in CONTEXTS {
        logs.push(DocumentLog::open(system, context).await?);
    }
    let mut violations = Violations::default();
    let rest = rest::wait(&stores, &logs, rest_max).await?;
    for what in &rest.still_moving {
        violations.add("I11", format!("not at rest after {rest_max:?}: {what}"));
    }
    for store in &stores {
        logs::are_whole(store, &mut violations).await?;
        consumers::have_parked_nothing(store, &mut violations).await?;
        match store.context {
            "inventory" => stock::is_neither_lost_nor_oversold(store, &mut violations).await?,
            "payments" => ledger::balances(store, &mut violations).await?,
            "orders" => orders::have_ended(store, &mut violations).await?,
            _ => {}
        }
    }
    effects::are_there(&stores, &mut violations).await?;
    let mut entries = Vec::new();
    for log in &logs {
        entries.push((log.context, documents::are_whole(log, &mut violations).await?));
    }
    documents::have_each_edit_once(&seen.edits, &entries, &mut violations);
    let orders = stores.iter().find(|store| store.context == "orders");
    if let (Some(orders), Some((_, catalog))) = (orders, entries.iter().find(|(context, _)| *context == "catalog")) {
        documents::are_projected(catalog, orders, &mut violations).await?;
    }
    for old in &seen.old_reads {
        violations.add("I10", old.clone());
    }
    if let Some(orders) = orders {
        orders::are_cancelled_as_told(orders, &seen.cancellations, &mut violations).await?;
    }
    orders::are_as_acknowledged(buyers, &seen.placements, &mut violations).await?;
    money::is_charged_once(system, &stores, &mut violations).await?;
    let statuses = match orders {
        Some(orders) => orders::statuses(orders).await?,
        None => BTreeMap::new(),
    };
    Ok(Checked { violations: violations.0, statuses, rest })
}

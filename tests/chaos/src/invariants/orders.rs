//! I1, I2 and I11: acknowledged orders are there as they were acknowledged, each key has one order, and every placing has
//! ended.

use super::Violations;
use crate::{
    history::{Cancellation, Outcome, Placement},
    shop::Buyer,
    stores::Store,
};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

const EVENTS: &str = "SELECT CAST(event AS TEXT) FROM events ORDER BY stream_id, stream_version";

const OPEN: &str =
    "SELECT id, status FROM orders WHERE status NOT IN ('CONFIRMED', 'REJECTED', 'CANCELLED', 'FULFILLED')";

/// An order as its events have it.
#[derive(Debug, Default, Clone)]
pub(super) struct Order {
    pub(super) total: Value,
    pub(super) last: String,
    pub(super) is_placed: bool,
    pub(super) was_confirmed: bool,
    /// A wish to cancel it came too late.
    was_kept: bool,
    has_ended: bool,
}

/// From the orders' events, independently of the context's read model.
pub(super) async fn folded(store: &Store) -> Result<BTreeMap<String, Order>> {
    let mut orders: BTreeMap<String, Order> = BTreeMap::new();
    for row in store.rows(EVENTS).await? {
        let event: Value = serde_json::from_str(row[0].as_deref().unwrap_or_default()).context("an event is JSON")?;
        let (aggregate, kind) = (event["aggregate"].as_str().unwrap_or_default(), event["event_type"].as_str());
        let kind = kind.unwrap_or_default();
        let Some(id) = event["content"]["orderId"].as_str() else { continue };
        let order = orders.entry(id.to_owned()).or_default();
        match (aggregate, kind) {
            ("order", "placed") => {
                order.is_placed = true;
                order.total = event["content"]["total"].clone();
                order.last = kind.to_owned();
            }
            (
                "order",
                "confirmed" | "rejected" | "cancelled" | "fulfilled" | "payment_review" | "cancellation_requested",
            ) => {
                order.was_confirmed |= kind == "confirmed";
                order.last = kind.to_owned();
            }
            ("order", "cancellation_refused") => {
                order.was_kept = true;
                order.last = "confirmed".to_owned();
            }
            ("order_placement", "completed" | "compensated" | "left_for_review") => order.has_ended = true,
            ("order_placement", "started" | "cancellation_noted") => order.has_ended = false,
            _ => {}
        }
    }
    Ok(orders)
}

impl Order {
    pub(super) fn is_confirmed(&self) -> bool {
        matches!(self.last.as_str(), "confirmed" | "fulfilled")
    }
}

/// Orders that are shown as not ended.
pub(super) async fn open(store: &Store) -> Result<Vec<String>> {
    let rows = store.rows(OPEN).await?;
    Ok(rows.into_iter().map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(" is ")).collect())
}

/// Orders whose placing has not ended.
pub(super) async fn under_way(store: &Store) -> Result<Vec<String>> {
    let orders = folded(store).await?;
    let moving = orders.iter().filter(|(_, order)| order.is_placed && !order.has_ended);
    Ok(moving.map(|(id, order)| format!("{id} was last {}", order.last)).collect())
}

/// The status of each order by its events, in the words of the API.
pub(super) async fn statuses(store: &Store) -> Result<BTreeMap<String, String>> {
    let orders = folded(store).await?.into_iter().filter(|(_, order)| order.is_placed);
    Ok(orders
        .map(|(id, order)| (id, if order.last == "placed" { "PENDING" } else { &order.last }.to_uppercase()))
        .collect())
}

/// No order is left in a state that only a placing under way has.
pub(super) async fn have_ended(store: &Store, violations: &mut Violations) -> Result<()> {
    for (id, order) in folded(store).await? {
        if !matches!(order.last.as_str(), "confirmed" | "rejected" | "cancelled" | "fulfilled") {
            violations.add("I11", format!("{id} ended as {}", order.last));
        }
    }
    Ok(())
}

/// Who was told that an order is being cancelled finds it cancelled, or told why not.
pub(super) async fn are_cancelled_as_told(
    store: &Store,
    cancellations: &[Cancellation],
    violations: &mut Violations,
) -> Result<()> {
    let orders = folded(store).await?;
    for Cancellation { order: id, outcome } in cancellations {
        let Outcome::Answered { .. } = outcome else { continue };
        let is_as_told = |order: &Order| order.was_kept || matches!(order.last.as_str(), "cancelled" | "rejected");
        if !orders.get(id).is_some_and(is_as_told) {
            let last = orders.get(id).map(|order| order.last.as_str());
            violations.add("I1", format!("{id} was to be cancelled, and was last {last:?}"));
        }
    }
    Ok(())
}

pub(super) async fn are_as_acknowledged(
    buyers: &[Buyer],
    placements: &[Placement],
    violations: &mut Violations,
) -> Result<()> {
    let mut keys: HashMap<&str, &str> = HashMap::new();
    for placement in placements {
        let Outcome::Answered { order, .. } = &placement.outcome else {
            if placement.outcome == Outcome::Unknown {
                violations.add("I1", format!("{}: nobody says what became of it", placement.idempotency_key));
            }
            continue;
        };
        if let Some(other) = keys.insert(order, &placement.idempotency_key) {
            violations.add("I2", format!("{order} is the order of {other} and of {}", placement.idempotency_key));
        }
        let found = buyers[placement.buyer].order(order).await?;
        let lines = |of: &Value| {
            let lines = of["lines"].as_array().cloned().unwrap_or_default();
            let mut lines: Vec<String> =
                lines.iter().map(|line| format!("{} x {}", line["variant"]["id"], line["quantity"])).collect();
            lines.sort();
            lines
        };
        let is_same = found["total"] == placement.checkout["total"] && lines(&found) == lines(&placement.checkout);
        if !is_same {
            violations.add("I1", format!("{order} is {found} and was acknowledged as {}", placement.checkout));
        }
    }
    Ok(())
}

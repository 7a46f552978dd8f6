//! I7: what other contexts keep of an order is there, once all is handled. A placing asks again when nobody answers, and so
//! hides an event that a participant has never seen; what is only told is told once.

use super::{Violations, orders};
use crate::stores::Store;
use anyhow::Result;
use std::collections::{BTreeMap, HashSet};

/// What payments knows of placed orders.
const SHARES: &str = "SELECT DISTINCT order_id FROM order_shares";
/// What shipping knows of confirmed orders.
const CONFIRMED: &str = "SELECT order_id FROM confirmed_orders";
const SHIPMENTS: &str = "SELECT order_id, status FROM shipments";
/// Of which inventory awaits the dispatch.
const AWAITED: &str = "SELECT DISTINCT order_id FROM reservations
    JOIN reservation_lines ON reservation_lines.reservation_id = reservations.id
    WHERE standing = 'COMMITTED' AND dispatched < quantity";
const ON_THEIR_WAY: &str = "SELECT id, status FROM shipments
    WHERE is_confirmed AND status NOT IN ('delivered', 'failed', 'cancelled')";

/// Shipments that the carrier has not brought yet.
pub(super) async fn on_their_way(shipping: &Store) -> Result<Vec<String>> {
    let rows = shipping.rows(ON_THEIR_WAY).await?;
    Ok(rows.into_iter().map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(" is ")).collect())
}

pub(super) async fn are_there(stores: &[Store], violations: &mut Violations) -> Result<()> {
    let of = |context: &str| stores.iter().find(|store| store.context == context);
    let (Some(orders), Some(payments), Some(shipping)) = (of("orders"), of("payments"), of("shipping")) else {
        return Ok(());
    };
    let (shares, confirmed) = (ids(payments, SHARES).await?, ids(shipping, CONFIRMED).await?);
    let (mut delivered, mut left): (BTreeMap<String, bool>, HashSet<String>) = (BTreeMap::new(), HashSet::new());
    for row in shipping.rows(SHIPMENTS).await? {
        let (order, status) = (row[0].clone().unwrap_or_default(), row[1].as_deref().unwrap_or_default());
        if matches!(status, "dispatched" | "in_transit" | "delivered" | "failed") {
            left.insert(order.clone());
        }
        *delivered.entry(order).or_insert(true) &= status == "delivered";
    }
    let awaited = match of("inventory") {
        Some(inventory) => ids(inventory, AWAITED).await?,
        None => HashSet::new(),
    };
    for (id, order) in orders::folded(orders).await?.iter().filter(|(_, order)| order.is_placed) {
        if !shares.contains(id) {
            violations.add("I7", format!("{id} was placed, and payments does not know whose money it is"));
        }
        if order.was_confirmed && !confirmed.contains(id) {
            violations.add("I7", format!("{id} was confirmed, and shipping does not know it"));
        }
        if order.last == "cancelled" && left.contains(id) {
            violations.add("I7", format!("{id} was cancelled and paid back, and its parcel left"));
        }
        if order.last == "confirmed" && delivered.get(id) == Some(&true) {
            violations.add("I7", format!("{id} was delivered as a whole, and is not fulfilled"));
        }
        if awaited.contains(id) && delivered.get(id) == Some(&true) {
            violations.add("I7", format!("{id} was delivered as a whole, and inventory still awaits its dispatch"));
        }
    }
    Ok(())
}

async fn ids(store: &Store, text: &'static str) -> Result<HashSet<String>> {
    Ok(store.rows(text).await?.into_iter().filter_map(|mut row| row.remove(0)).collect())
}

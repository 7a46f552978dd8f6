//! I3: nobody is charged twice, and only for orders that stand. The provider's own log counts.

use super::{Violations, orders};
use crate::{stores::Store, system::System};
use anyhow::{Context, Result};
use std::collections::BTreeMap;

/// What the provider has of an order: captures, and what is left after refunds.
const CHARGES: &str = "SELECT order_id, CAST(SUM(CASE WHEN captured > 0 THEN 1 ELSE 0 END) AS TEXT),
        CAST(SUM(captured - refunded) AS TEXT), CAST(SUM(CASE WHEN is_voided OR captured > 0 THEN 0 ELSE 1 END) AS TEXT)
    FROM payments GROUP BY order_id";

pub(super) async fn is_charged_once(system: &System, stores: &[Store], violations: &mut Violations) -> Result<()> {
    let provider = Store::open_named(system, "payments", "payments_sandbox").await?;
    let mut charges: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
    for row in provider.rows(CHARGES).await? {
        let number = |column: usize| row[column].as_deref().unwrap_or_default().parse::<i64>().context("a number");
        charges.insert(row[0].clone().unwrap_or_default(), (number(1)?, number(2)?, number(3)?));
    }
    let Some(store) = stores.iter().find(|store| store.context == "orders") else { return Ok(()) };
    let orders = orders::folded(store).await?;
    for (id, order) in &orders {
        let (captures, charged, open) = charges.remove(id).unwrap_or_default();
        let total = order.total["minor_units"].as_i64().unwrap_or(0);
        let expected = if order.is_confirmed() { total } else { 0 };
        if captures > 1 {
            violations.add("I3", format!("{id} was captured {captures} times"));
        }
        if charged != expected {
            violations.add("I3", format!("{id}, last {}: {charged} are charged, {expected} should be", order.last));
        }
        if open > 0 {
            violations.add("I3", format!("{id}, last {}: an authorisation is neither captured nor voided", order.last));
        }
    }
    for (id, charge) in charges {
        violations.add("I3", format!("{id} is no order, and the provider has {charge:?} of it"));
    }
    Ok(())
}

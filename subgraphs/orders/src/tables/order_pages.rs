//! Pages of orders, newest first: a buyer's, and those in which a tenant sells.

use super::orders::{self, OrderRow};
use crate::domain::{
    ids::OrderId,
    order::{Order, OrderStatus, Placed},
};
use chrono::{DateTime, Utc};
use hansa_relational::{
    Direction, FromRow, Keyset, Query, Relational, Row, StoreError, UnitOfWork, Value, query, time_text,
};
use hansa_subgraph_host::{CursorValue, Fault, Page};
use hansa_values::{TenantId, UserId};
use serde::Serialize;
use std::collections::HashMap;

pub(crate) const BOUGHT: Keyset = Keyset::new(&[("placed_at", Direction::Descending), ("id", Direction::Descending)]);
pub(crate) const SOLD: Keyset =
    Keyset::new(&[("placed_at", Direction::Descending), ("order_id", Direction::Descending)]);

/// Which orders of a list are wanted: all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OrderFilter {
    /// In one of these; empty where it does not matter.
    pub(crate) statuses: Vec<OrderStatus>,
    pub(crate) placed_after: Option<DateTime<Utc>>,
    pub(crate) placed_before: Option<DateTime<Utc>>,
}

/// Where a page ends.
pub(crate) fn place(row: &OrderRow) -> CursorValue {
    CursorValue { sort_values: vec![time_text(row.placed_at).into()], id: row.id.to_string() }
}

/// Where a page begins.
fn start(page: &Page) -> Result<Option<Vec<Value>>, Fault> {
    let Some(CursorValue { sort_values, id }) = &page.start else { return Ok(None) };
    let time = sort_values.first().and_then(|value| value.as_str());
    let time = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    let time = time.ok_or_else(|| Fault::bad_input("this cursor names no time; start at the first page again"))?;
    Ok(Some(vec![Value::from(time.to_utc()), Value::from(id)]))
}

/// Rows in the page's direction, one more than it has.
pub(crate) async fn of_buyer(
    db: &Relational,
    (buyer, filter): (UserId, &OrderFilter),
    page: &Page,
) -> Result<Vec<OrderRow>, Fault> {
    let rows = orders::columns().push("buyer_id = ").push_bind(buyer.to_string());
    Ok(paged(rows, filter, (BOUGHT, page))?.fetch_all(db).await?)
}

/// Of a tenant that sells in them.
pub(crate) async fn of_seller(
    db: &Relational,
    (tenant, filter): (TenantId, &OrderFilter),
    page: &Page,
) -> Result<Vec<OrderRow>, Fault> {
    let keys = query("SELECT order_id FROM order_sellers WHERE tenant_id = ").push_bind(tenant.to_string());
    let ids: Vec<Sold> = paged(keys, filter, (SOLD, page))?.fetch_all(db).await?;
    let rows = orders::by_ids(db, ids.iter().map(|Sold(id)| *id)).await?;
    let mut rows: HashMap<OrderId, OrderRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(ids.iter().filter_map(|Sold(id)| rows.remove(id)).collect())
}

/// Conditions, order and limit of a page.
pub(crate) fn paged(mut rows: Query, filter: &OrderFilter, (order, page): (Keyset, &Page)) -> Result<Query, Fault> {
    let order = if page.is_backward() { order.reversed() } else { order };
    if !filter.statuses.is_empty() {
        rows = rows.push(" AND ").push_in("status", filter.statuses.iter().map(|status| status.as_str()));
    }
    if let Some(after) = filter.placed_after {
        rows = rows.push(" AND placed_at > ").push_bind(after);
    }
    if let Some(before) = filter.placed_before {
        rows = rows.push(" AND placed_at < ").push_bind(before);
    }
    if let Some(start) = start(page)? {
        rows = rows.push(" AND ").push_after(order, start);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    Ok(rows.push_order(order).push(" LIMIT ").push_bind(limit))
}

struct Sold(OrderId);

impl FromRow for Sold {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.parsed("order_id").map(Sold)
    }
}

/// From now on the sellers' staff sees it.
pub(crate) async fn show_to_sellers(
    unit: &mut UnitOfWork,
    (placed, status): (&Placed, OrderStatus),
) -> Result<(), StoreError> {
    for line in &placed.lines {
        query(
            "INSERT INTO order_sellers (tenant_id, order_id, status, placed_at)
             SELECT $1, id, $3, placed_at FROM orders WHERE id = $2
             ON CONFLICT (tenant_id, order_id) DO NOTHING",
        )
        .bind(line.tenant_id.to_string())
        .bind(placed.order_id.to_string())
        .bind(status.as_str())
        .execute(unit)
        .await?;
    }
    Ok(())
}

/// The sellers' staff finds it by what it is now.
pub(crate) async fn tell_sellers(unit: &mut UnitOfWork, order: &Order) -> Result<(), StoreError> {
    let Some(placed) = order.placed() else { return Ok(()) };
    query("UPDATE order_sellers SET status = $2 WHERE order_id = $1")
        .bind(placed.order_id.to_string())
        .bind(order.status().as_str())
        .execute(unit)
        .await
        .map(drop)
}

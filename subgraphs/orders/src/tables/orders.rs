//! The tables `orders`, `order_lines` and `order_sellers`: orders as they are shown; `order_pages.rs` lists them. Written in the unit that records the
//! events they come from.

use crate::domain::{
    ids::{OrderId, OrderLineId},
    order::{Order, OrderStatus, Placed},
};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Query, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::{TenantId, UserId};
use std::{collections::HashMap, sync::Arc};

/// An order as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRow {
    pub id: OrderId,
    pub buyer: UserId,
    pub status: OrderStatus,
    /// Why it was rejected or cancelled.
    pub reason: Option<String>,
    pub detail: Option<String>,
    pub placed: Arc<Placed>,
    pub placed_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub version: i64,
}

struct Seller {
    order: OrderId,
    tenant: TenantId,
}

struct LineKey {
    line: OrderLineId,
    order: OrderId,
}

impl OrderRow {
    /// As it is when it was just placed.
    pub(crate) fn pending(placed: Placed, now: DateTime<Utc>) -> OrderRow {
        OrderRow {
            id: placed.order_id,
            buyer: placed.buyer_id,
            status: OrderStatus::Pending,
            reason: None,
            detail: None,
            placed: Arc::new(placed),
            placed_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

impl FromRow for OrderRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(OrderRow {
            id: row.parsed("id")?,
            buyer: row.parsed("buyer_id")?,
            status: row.parsed("status")?,
            reason: row.optional_text("reason")?,
            detail: row.optional_text("detail")?,
            placed: Arc::new(super::from_json(row, "placed")?),
            placed_at: row.time("placed_at")?,
            updated_at: row.time("updated_at")?,
            version: row.int("version")?,
        })
    }
}

impl FromRow for Seller {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Seller { order: row.parsed("order_id")?, tenant: row.parsed("tenant_id")? })
    }
}

impl FromRow for LineKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(LineKey { line: row.parsed("id")?, order: row.parsed("order_id")? })
    }
}

pub(super) fn columns() -> Query {
    query("SELECT id, buyer_id, status, reason, detail, placed, placed_at, updated_at, version FROM orders WHERE ")
}

pub(crate) async fn by_id(source: impl Source, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
    columns().push("id = ").push_bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn by_ids(
    db: &Relational,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<OrderRow>, StoreError> {
    columns().push_in("id", ids.into_iter().map(|id| id.to_string())).fetch_all(db).await
}

/// The orders that these lines are of.
pub(crate) async fn of_lines(
    db: &Relational,
    ids: &[OrderLineId],
) -> Result<HashMap<OrderLineId, OrderId>, StoreError> {
    let keys: Vec<LineKey> = query("SELECT id, order_id FROM order_lines WHERE ")
        .push_in("id", ids.iter().map(ToString::to_string))
        .fetch_all(db)
        .await?;
    Ok(keys.into_iter().map(|key| (key.line, key.order)).collect())
}

/// Which tenants' staff may see these orders.
pub(crate) async fn sellers(
    db: &Relational,
    orders: impl IntoIterator<Item = OrderId>,
) -> Result<HashMap<OrderId, Vec<TenantId>>, StoreError> {
    let rows: Vec<Seller> = query("SELECT order_id, tenant_id FROM order_sellers WHERE ")
        .push_in("order_id", orders.into_iter().map(|id| id.to_string()))
        .push(" ORDER BY order_id, tenant_id")
        .fetch_all(db)
        .await?;
    let mut sellers: HashMap<OrderId, Vec<TenantId>> = HashMap::new();
    for Seller { order, tenant } in rows {
        sellers.entry(order).or_default().push(tenant);
    }
    Ok(sellers)
}

pub(crate) async fn insert(unit: &mut UnitOfWork, placed: &Placed, version: i64) -> Result<(), StoreError> {
    let now = unit.command().now;
    query(
        "INSERT INTO orders (id, buyer_id, status, placed, placed_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(placed.order_id.to_string())
    .bind(placed.buyer_id.to_string())
    .bind(OrderStatus::Pending.as_str())
    .bind(super::json_of(placed)?)
    .bind(now)
    .bind(now)
    .bind(version)
    .execute(unit)
    .await?;
    for line in &placed.lines {
        query("INSERT INTO order_lines (id, order_id, tenant_id) VALUES ($1, $2, $3)")
            .bind(line.line_id.to_string())
            .bind(placed.order_id.to_string())
            .bind(line.tenant_id.to_string())
            .execute(unit)
            .await?;
    }
    Ok(())
}

pub(crate) async fn update(unit: &mut UnitOfWork, order: &Order, version: i64) -> Result<(), StoreError> {
    let Some(placed) = order.placed() else { return Ok(()) };
    query("UPDATE orders SET status = $2, reason = $3, detail = $4, updated_at = $5, version = $6 WHERE id = $1")
        .bind(placed.order_id.to_string())
        .bind(order.status().as_str())
        .bind(order.reason().map(|reason| reason.as_str()))
        .bind(order.detail().map(str::to_owned))
        .bind(unit.command().now)
        .bind(version)
        .execute(unit)
        .await
        .map(drop)
}

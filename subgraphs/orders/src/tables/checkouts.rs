//! The table `checkouts`.

use crate::domain::{
    checkout::Checkout,
    ids::{CheckoutId, OrderId},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_relational::{FromRow, Query, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;

/// An expired checkout is shown so much longer.
const SHOWN: TimeDelta = TimeDelta::days(1);
/// A buyer's others are expired early where there would be more.
const OF_A_BUYER_MAX: i64 = 500;

impl FromRow for Checkout {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Checkout {
            id: row.parsed("id")?,
            buyer: row.parsed("buyer_id")?,
            quote: super::from_json(row, "quote")?,
            quote_hash: row.text("quote_hash")?,
            created_at: row.time("created_at")?,
            expires_at: row.time("expires_at")?,
            order: row.optional_parsed("order_id")?,
        })
    }
}

fn columns() -> Query {
    query("SELECT id, buyer_id, quote, quote_hash, created_at, expires_at, order_id FROM checkouts WHERE ")
}

pub(crate) async fn by_id(source: impl Source, id: CheckoutId) -> Result<Option<Checkout>, StoreError> {
    columns().push("id = ").push_bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[CheckoutId]) -> Result<Vec<Checkout>, StoreError> {
    columns().push_in("id", ids.iter().map(ToString::to_string)).fetch_all(db).await
}

/// Inserts one, and clears the buyer's old ones.
pub(crate) async fn insert(unit: &mut UnitOfWork, checkout: &Checkout) -> Result<(), StoreError> {
    clear(unit, checkout.buyer, checkout.created_at).await?;
    query(
        "INSERT INTO checkouts (id, buyer_id, quote, quote_hash, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(checkout.id.to_string())
    .bind(checkout.buyer.to_string())
    .bind(super::json_of(&checkout.quote)?)
    .bind(&checkout.quote_hash)
    .bind(checkout.created_at)
    .bind(checkout.expires_at)
    .execute(unit)
    .await?;
    Ok(())
}

/// Uses the checkout up; gives whether it was free. Whoever else wants to, at the same time, waits here.
pub(crate) async fn set_order(unit: &mut UnitOfWork, id: CheckoutId, order: OrderId) -> Result<bool, StoreError> {
    let set = query("UPDATE checkouts SET order_id = $2 WHERE id = $1 AND order_id IS NULL");
    Ok(set.bind(id.to_string()).bind(order.to_string()).execute(unit).await? > 0)
}

/// A buyer's, used up or not.
pub(crate) async fn delete_of(unit: &mut UnitOfWork, buyer: UserId) -> Result<(), StoreError> {
    query("DELETE FROM checkouts WHERE buyer_id = $1").bind(buyer.to_string()).execute(unit).await.map(drop)
}

async fn clear(unit: &mut UnitOfWork, buyer: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
    query(
        "DELETE FROM checkouts WHERE buyer_id = $1 AND (expires_at < $2 OR id NOT IN
            (SELECT id FROM checkouts WHERE buyer_id = $1 ORDER BY id DESC LIMIT $3))",
    )
    .bind(buyer.to_string())
    .bind(now - SHOWN)
    .bind(OF_A_BUYER_MAX - 1)
    .execute(unit)
    .await
    .map(drop)
}

//! The table `order_shares`: a projection of placed orders.

use super::money;
use crate::domain::{ids::OrderId, ledger::Share};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::TenantId;
use std::collections::HashMap;

impl FromRow for Share {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Share { vendor: row.parsed("vendor_id")?, tenant: row.parsed("tenant_id")?, amount: money(row, "amount")? })
    }
}

pub(crate) async fn of_order(source: impl Source, order: OrderId) -> Result<Vec<Share>, StoreError> {
    query("SELECT * FROM order_shares WHERE order_id = $1 ORDER BY vendor_id")
        .bind(order.to_string())
        .fetch_all(source)
        .await
}

/// Keeps the first that comes.
pub(crate) async fn insert(unit: &mut UnitOfWork, order: OrderId, share: &Share) -> Result<(), StoreError> {
    query(
        "INSERT INTO order_shares (order_id, vendor_id, tenant_id, amount, currency) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (order_id, vendor_id) DO NOTHING",
    )
    .bind(order.to_string())
    .bind(share.vendor.to_string())
    .bind(share.tenant.to_string())
    .bind(share.amount.minor_units)
    .bind(share.amount.currency.as_str())
    .execute(unit)
    .await
    .map(|_| ())
}

struct Sole {
    order: OrderId,
    tenant: TenantId,
}

impl FromRow for Sole {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Sole { order: row.parsed("order_id")?, tenant: row.parsed("tenant_id")? })
    }
}

/// The tenants that sell everything in their orders.
pub(crate) async fn sole_tenants(
    db: &Relational,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, TenantId>, StoreError> {
    let sole = query("SELECT order_id, MIN(tenant_id) AS tenant_id FROM order_shares WHERE ")
        .push_in("order_id", orders.iter().map(ToString::to_string))
        .push(" GROUP BY order_id HAVING COUNT(DISTINCT tenant_id) = 1");
    let sole = sole.fetch_all::<Sole>(db).await?;
    Ok(sole.into_iter().map(|Sole { order, tenant }| (order, tenant)).collect())
}

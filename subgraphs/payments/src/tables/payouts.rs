//! The table `payouts`.

use super::money;
use crate::domain::ids::{PayoutId, VendorId};
use chrono::{DateTime, Utc};
use hansa_relational::{Direction, FromRow, Keyset, Relational, Row, Source, StoreError, UnitOfWork, Value, query};
use hansa_subgraph_host::Page;
use hansa_values::{Money, TenantId};

/// Ids sort by the time at which they were made; the newest is first.
const NEWEST: Keyset = Keyset::new(&[("id", Direction::Descending)]);

/// What was sent to a vendor's bank.
#[derive(Debug, Clone, PartialEq)]
pub struct PayoutRow {
    pub id: PayoutId,
    pub vendor: VendorId,
    pub tenant: TenantId,
    pub amount: Money,
    pub created_at: DateTime<Utc>,
}

impl FromRow for PayoutRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(PayoutRow {
            id: row.parsed("id")?,
            vendor: row.parsed("vendor_id")?,
            tenant: row.parsed("tenant_id")?,
            amount: money(row, "amount")?,
            created_at: row.time("created_at")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: PayoutId) -> Result<Option<PayoutRow>, StoreError> {
    query("SELECT * FROM payouts WHERE id = $1").bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn page(db: &Relational, tenant: TenantId, page: &Page) -> Result<Vec<PayoutRow>, StoreError> {
    let order = if page.is_backward() { NEWEST.reversed() } else { NEWEST };
    let mut rows = query("SELECT * FROM payouts WHERE tenant_id = $1").bind(tenant.to_string());
    if let Some(start) = &page.start {
        rows = rows.push(" AND ").push_after(order, vec![Value::from(&start.id)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, payout: &PayoutRow) -> Result<(), StoreError> {
    query(
        "INSERT INTO payouts (id, vendor_id, tenant_id, amount, currency, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(payout.id.to_string())
    .bind(payout.vendor.to_string())
    .bind(payout.tenant.to_string())
    .bind(payout.amount.minor_units)
    .bind(payout.amount.currency.as_str())
    .bind(payout.created_at)
    .execute(unit)
    .await
    .map(|_| ())
}

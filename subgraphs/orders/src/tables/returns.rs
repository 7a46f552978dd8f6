//! The table `returns`: returns as they are shown.

use crate::domain::{
    ids::{OrderId, ReturnId},
    order::{OrderReturn, ReturnStatus, Returned},
};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Query, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::TenantId;

/// A return as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnRow {
    pub id: ReturnId,
    pub order: OrderId,
    /// Who sold it.
    pub tenant: TenantId,
    pub status: ReturnStatus,
    pub refused_because: Option<String>,
    pub returned: Returned,
    pub requested_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl FromRow for ReturnRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(ReturnRow {
            id: row.parsed("id")?,
            order: row.parsed("order_id")?,
            tenant: row.parsed("tenant_id")?,
            status: row.parsed("status")?,
            refused_because: row.optional_text("refused_because")?,
            returned: super::from_json(row, "returned")?,
            requested_at: row.time("requested_at")?,
            updated_at: row.time("updated_at")?,
        })
    }
}

fn columns() -> Query {
    query(
        "SELECT id, order_id, tenant_id, status, refused_because, returned, requested_at, updated_at FROM returns WHERE ",
    )
}

pub(crate) async fn by_id(source: impl Source, id: ReturnId) -> Result<Option<ReturnRow>, StoreError> {
    columns().push("id = ").push_bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[ReturnId]) -> Result<Vec<ReturnRow>, StoreError> {
    columns().push_in("id", ids.iter().map(ToString::to_string)).fetch_all(db).await
}

/// Oldest first. An order has few: no more than it has units.
pub(crate) async fn of_orders(
    db: &Relational,
    orders: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<ReturnRow>, StoreError> {
    let ids = orders.into_iter().map(|id| id.to_string());
    columns().push_in("order_id", ids).push(" ORDER BY order_id, id").fetch_all(db).await
}

/// Writes a return as its order has it now.
pub(crate) async fn write(unit: &mut UnitOfWork, id: ReturnId, one: &OrderReturn) -> Result<(), StoreError> {
    let now = unit.command().now;
    query(
        "INSERT INTO returns (id, order_id, tenant_id, status, refused_because, returned, requested_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET status = excluded.status, refused_because = excluded.refused_because,
            updated_at = excluded.updated_at",
    )
    .bind(id.to_string())
    .bind(one.returned.order_id.to_string())
    .bind(one.returned.tenant_id.to_string())
    .bind(one.status.as_str())
    .bind(one.refused_because.clone())
    .bind(super::json_of(&one.returned)?)
    .bind(now)
    .bind(now)
    .execute(unit)
    .await
    .map(drop)
}

//! The table `fee_postings`: whose sales the postings of fees are of, written with them.

use crate::domain::ledger::Entry;
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};
use hansa_values::{CurrencyCode, TenantId};

/// What the platform has taken of a tenant's sales, in minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FeeSum {
    pub(crate) currency: CurrencyCode,
    pub(crate) taken: i64,
    pub(crate) returned: i64,
}

impl FromRow for FeeSum {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(FeeSum { currency: row.parsed("currency")?, taken: row.int("taken")?, returned: row.int("returned")? })
    }
}

pub(super) async fn insert(unit: &mut UnitOfWork, entry: &Entry) -> Result<(), StoreError> {
    let now = unit.command().now;
    for (place, fee) in entry.fees() {
        query(
            "INSERT INTO fee_postings (entry_id, number, tenant_id, currency, taken, returned, posted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(entry.id.to_string())
        .bind(i64::try_from(place + 1).unwrap_or(i64::MAX))
        .bind(fee.tenant.to_string())
        .bind(entry.currency.as_str())
        .bind(fee.taken)
        .bind(fee.returned)
        .bind(now)
        .execute(unit)
        .await?;
    }
    Ok(())
}

/// A tenant's sums of some time, one for each currency: from `since` on, and before `until`.
pub(crate) async fn of_tenant(
    db: &Relational,
    tenant: TenantId,
    (since, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> Result<Vec<FeeSum>, StoreError> {
    let mut sums = query(
        "SELECT currency, CAST(SUM(taken) AS BIGINT) AS taken, CAST(SUM(returned) AS BIGINT) AS returned
         FROM fee_postings WHERE tenant_id = $1",
    )
    .bind(tenant.to_string());
    if let Some(since) = since {
        sums = sums.push(" AND posted_at >= ").push_bind(since);
    }
    if let Some(until) = until {
        sums = sums.push(" AND posted_at < ").push_bind(until);
    }
    sums.push(" GROUP BY currency ORDER BY currency").fetch_all(db).await
}

//! The table `availabilities`: how much of a variant can be sold, and what the last event about it said.

use crate::domain::{Level, VariantId};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::TenantId;

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Availability {
    pub(crate) variant: VariantId,
    pub(crate) tenant: TenantId,
    pub(crate) saleable: i64,
    pub(crate) level: Level,
    pub(crate) published_level: Level,
    pub(crate) published_at: Option<DateTime<Utc>>,
    /// How many events there were.
    pub(crate) version: i64,
}

impl FromRow for Availability {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Availability {
            variant: row.parsed("variant_id")?,
            tenant: row.parsed("tenant_id")?,
            saleable: row.int("saleable")?,
            level: row.parsed("level")?,
            published_level: row.parsed("published_level")?,
            published_at: row.optional_time("published_at")?,
            version: row.int("version")?,
        })
    }
}

struct Saleable(i64);

impl FromRow for Saleable {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("saleable").map(Saleable)
    }
}

pub(crate) async fn by_variants(source: impl Source, ids: &[VariantId]) -> Result<Vec<Availability>, StoreError> {
    query(
        "SELECT variant_id, tenant_id, saleable, level, published_level, published_at, version
         FROM availabilities WHERE ",
    )
    .push_in("variant_id", ids.iter().map(ToString::to_string))
    .fetch_all(source)
    .await
}

/// Makes the row where there is none, locks it, and gives it with the sum of what is available now: in statements of
/// their own, so that the sum is of what others have committed by then.
pub(crate) async fn locked(
    unit: &mut UnitOfWork,
    (variant, tenant): (VariantId, TenantId),
) -> Result<(Availability, i64), StoreError> {
    let id = variant.to_string();
    let lock = query("UPDATE availabilities SET version = version WHERE variant_id = $1").bind(&id);
    if lock.execute(unit).await? == 0 {
        let nothing = Level::OutOfStock.as_str();
        query(
            "INSERT INTO availabilities (variant_id, tenant_id, saleable, level, published_level, published_at, version)
             VALUES ($1, $2, 0, $3, $3, NULL, 0) ON CONFLICT (variant_id) DO NOTHING",
        )
        .bind(&id)
        .bind(tenant.to_string())
        .bind(nothing)
        .execute(unit)
        .await?;
        query("UPDATE availabilities SET version = version WHERE variant_id = $1").bind(&id).execute(unit).await?;
    }
    let sum = query(
        "SELECT CAST(COALESCE(SUM(on_hand - held), 0) AS BIGINT) AS saleable
         FROM stock_levels JOIN warehouses ON warehouses.id = stock_levels.warehouse_id
         WHERE variant_id = $1 AND is_active",
    );
    let Saleable(saleable) = sum.bind(&id).fetch_one(&mut *unit).await?;
    let row = by_variants(unit, &[variant]).await?.pop().ok_or(StoreError::NoRow)?;
    Ok((row, saleable))
}

pub(crate) async fn update(unit: &mut UnitOfWork, row: &Availability) -> Result<(), StoreError> {
    query(
        "UPDATE availabilities SET saleable = $2, level = $3, published_level = $4, published_at = $5, version = $6
         WHERE variant_id = $1",
    )
    .bind(row.variant.to_string())
    .bind(row.saleable)
    .bind(row.level.as_str())
    .bind(row.published_level.as_str())
    .bind(row.published_at)
    .bind(row.version)
    .execute(unit)
    .await
    .map(|_| ())
}

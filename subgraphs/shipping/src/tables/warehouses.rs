//! The table `warehouses`: a projection of inventory's.

use crate::domain::ids::WarehouseId;
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};
use hansa_values::TenantId;
use std::collections::HashMap;

/// A warehouse, as far as shipping needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownWarehouse {
    pub(crate) id: WarehouseId,
    pub(crate) tenant: TenantId,
    pub(crate) is_active: bool,
}

impl FromRow for KnownWarehouse {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(KnownWarehouse {
            id: row.parsed("id")?,
            tenant: row.parsed("tenant_id")?,
            is_active: row.bool("is_active")?,
        })
    }
}

/// What was told with an earlier version changes nothing.
pub(crate) async fn write(unit: &mut UnitOfWork, known: KnownWarehouse, version: i64) -> Result<(), StoreError> {
    query(
        "INSERT INTO warehouses (id, tenant_id, is_active, told_version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET is_active = excluded.is_active, told_version = excluded.told_version
         WHERE warehouses.told_version < excluded.told_version",
    )
    .bind(known.id.to_string())
    .bind(known.tenant.to_string())
    .bind(known.is_active)
    .bind(version)
    .execute(unit)
    .await
    .map(|_| ())
}

pub(crate) async fn by_ids(
    db: &Relational,
    ids: &[WarehouseId],
) -> Result<HashMap<WarehouseId, KnownWarehouse>, StoreError> {
    let known = query("SELECT * FROM warehouses WHERE ").push_in("id", ids.iter().map(ToString::to_string));
    let known = known.fetch_all::<KnownWarehouse>(db).await?;
    Ok(known.into_iter().map(|warehouse| (warehouse.id, warehouse)).collect())
}

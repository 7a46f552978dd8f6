//! What many rows of one answer refer to, read with one query.

use crate::{
    Inventory,
    domain::{Level, VariantId, Warehouse, WarehouseId},
    tables::{availabilities, variants, warehouses},
};
use async_graphql::dataloader::Loader;
use hansa_subgraph_host::Fault;
use hansa_values::TenantId;
use std::collections::HashMap;

/// How much of a variant there is, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownLevel {
    pub(crate) tenant: TenantId,
    pub(crate) saleable: i64,
    pub(crate) level: Level,
}

/// Warehouses by id.
#[derive(Debug)]
pub(crate) struct WarehouseLoader(pub(crate) Inventory);

/// Levels by variant.
#[derive(Debug)]
pub(crate) struct AvailabilityLoader(pub(crate) Inventory);

impl Loader<WarehouseId> for WarehouseLoader {
    type Value = Warehouse;
    type Error = Fault;

    async fn load(&self, ids: &[WarehouseId]) -> Result<HashMap<WarehouseId, Warehouse>, Fault> {
        let warehouses = warehouses::by_ids(&self.0.db, ids).await?;
        Ok(warehouses.into_iter().map(|warehouse| (warehouse.id, warehouse)).collect())
    }
}

impl Loader<VariantId> for AvailabilityLoader {
    type Value = KnownLevel;
    type Error = Fault;

    async fn load(&self, ids: &[VariantId]) -> Result<HashMap<VariantId, KnownLevel>, Fault> {
        levels(&self.0, ids).await
    }
}

/// The levels of these variants; those that the catalog has not told of are left out.
pub(crate) async fn levels(context: &Inventory, ids: &[VariantId]) -> Result<HashMap<VariantId, KnownLevel>, Fault> {
    let owners = variants::owners(&context.db, ids.iter().copied()).await?;
    let nothing = |tenant| KnownLevel { tenant, saleable: 0, level: Level::OutOfStock };
    let mut levels: HashMap<VariantId, KnownLevel> =
        owners.into_iter().map(|(variant, tenant)| (variant, nothing(tenant))).collect();
    for row in availabilities::by_variants(&context.db, ids).await? {
        let known = KnownLevel { tenant: row.tenant, saleable: row.saleable, level: row.level };
        levels.insert(row.variant, known);
    }
    Ok(levels)
}

//! The table `stock_levels`: stock items as their events have made them.

use crate::domain::{StockItem, StockItemId, StockKey, VariantId, WarehouseId};
use hansa_relational::{Direction, FromRow, Keyset, Relational, Row, Source, StoreError, UnitOfWork, Value, query};
use hansa_subgraph_host::Page;
use hansa_values::TenantId;
use serde::Serialize;

const BY_ID: Keyset = Keyset::new(&[("id", Direction::Ascending)]);

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    pub id: StockItemId,
    pub tenant: TenantId,
    pub variant: VariantId,
    pub warehouse: WarehouseId,
    /// Units that are there and not sold.
    pub on_hand: i64,
    pub held: i64,
    /// Units that were sold.
    pub committed: i64,
    /// Units that were sold and are still in the warehouse.
    pub awaiting_dispatch: i64,
    /// The stream version.
    pub version: i64,
}

/// Which rows of a tenant are wanted.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct LevelFilter {
    pub(crate) variant: Option<VariantId>,
    pub(crate) warehouse: Option<WarehouseId>,
}

/// A stock item with its place in the order in which warehouses serve.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) id: StockItemId,
    pub(crate) tenant: TenantId,
    pub(crate) key: StockKey,
    pub(crate) priority: i64,
    pub(crate) is_active: bool,
}

impl StockLevel {
    pub fn available(&self) -> i64 {
        self.on_hand - self.held
    }
}

impl FromRow for StockLevel {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(StockLevel {
            id: row.parsed("id")?,
            tenant: row.parsed("tenant_id")?,
            variant: row.parsed("variant_id")?,
            warehouse: row.parsed("warehouse_id")?,
            on_hand: row.int("on_hand")?,
            held: row.int("held")?,
            committed: row.int("committed")?,
            awaiting_dispatch: row.int("awaiting_dispatch")?,
            version: row.int("version")?,
        })
    }
}

impl FromRow for Placed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Placed {
            id: row.parsed("id")?,
            tenant: row.parsed("tenant_id")?,
            key: StockKey { variant: row.parsed("variant_id")?, warehouse: row.parsed("warehouse_id")? },
            priority: row.int("priority")?,
            is_active: row.bool("is_active")?,
        })
    }
}

pub(crate) async fn by_ids(source: impl Source, ids: &[StockItemId]) -> Result<Vec<StockLevel>, StoreError> {
    query("SELECT * FROM stock_levels WHERE ")
        .push_in("id", ids.iter().map(ToString::to_string))
        .fetch_all(source)
        .await
}

/// The stock items of these variants, at most 50 of them: each has at most one for each warehouse.
pub(crate) async fn placed_of(unit: &mut UnitOfWork, variants: &[VariantId]) -> Result<Vec<Placed>, StoreError> {
    query(
        "SELECT stock_levels.id, stock_levels.tenant_id, variant_id, warehouse_id, priority, is_active
         FROM stock_levels JOIN warehouses ON warehouses.id = stock_levels.warehouse_id WHERE ",
    )
    .push_in("variant_id", variants.iter().map(ToString::to_string))
    .fetch_all(unit)
    .await
}

/// The same for stock items by their ids, at most 1,000 of them.
pub(crate) async fn placed_by_ids(unit: &mut UnitOfWork, ids: &[StockItemId]) -> Result<Vec<Placed>, StoreError> {
    query(
        "SELECT stock_levels.id, stock_levels.tenant_id, variant_id, warehouse_id, priority, is_active
         FROM stock_levels JOIN warehouses ON warehouses.id = stock_levels.warehouse_id WHERE ",
    )
    .push_in("stock_levels.id", ids.iter().map(ToString::to_string))
    .fetch_all(unit)
    .await
}

/// Rows in the page's direction, one more than it has.
pub(crate) async fn page(
    db: &Relational,
    (tenant, filter): (TenantId, LevelFilter),
    page: &Page,
) -> Result<Vec<StockLevel>, StoreError> {
    let order = if page.is_backward() { BY_ID.reversed() } else { BY_ID };
    let mut rows = query("SELECT * FROM stock_levels WHERE tenant_id = $1").bind(tenant.to_string());
    if let Some(variant) = filter.variant {
        rows = rows.push(" AND variant_id = ").push_bind(variant.to_string());
    }
    if let Some(warehouse) = filter.warehouse {
        rows = rows.push(" AND warehouse_id = ").push_bind(warehouse.to_string());
    }
    if let Some(start) = &page.start {
        rows = rows.push(" AND ").push_after(order, vec![Value::from(&start.id)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

/// Writes the row of a stock item whose events the unit records.
pub(crate) async fn write(
    unit: &mut UnitOfWork,
    placed: &Placed,
    (item, version): (&StockItem, i64),
) -> Result<(), StoreError> {
    let updated = query(
        "UPDATE stock_levels SET on_hand = $2, held = $3, committed = $4, awaiting_dispatch = $5, version = $6
         WHERE id = $1",
    )
    .bind(placed.id.to_string())
    .bind(item.on_hand())
    .bind(item.held())
    .bind(item.committed())
    .bind(item.awaiting_dispatch())
    .bind(version);
    if updated.execute(unit).await? > 0 {
        return Ok(());
    }
    query(
        "INSERT INTO stock_levels (id, tenant_id, variant_id, warehouse_id, on_hand, held, committed,
             awaiting_dispatch, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(placed.id.to_string())
    .bind(placed.tenant.to_string())
    .bind(placed.key.variant.to_string())
    .bind(placed.key.warehouse.to_string())
    .bind(item.on_hand())
    .bind(item.held())
    .bind(item.committed())
    .bind(item.awaiting_dispatch())
    .bind(version)
    .execute(unit)
    .await
    .map(|_| ())
}

/// The variants that a warehouse has, in their order, after one.
pub(crate) async fn variants_of(
    unit: &mut UnitOfWork,
    warehouse: WarehouseId,
    (after, limit): (&str, i64),
) -> Result<Vec<(VariantId, TenantId)>, StoreError> {
    struct Owned(VariantId, TenantId);
    impl FromRow for Owned {
        fn from_row(row: &Row) -> Result<Self, StoreError> {
            Ok(Owned(row.parsed("variant_id")?, row.parsed("tenant_id")?))
        }
    }
    let rows = query(
        "SELECT variant_id, tenant_id FROM stock_levels WHERE warehouse_id = $1 AND variant_id > $2
         ORDER BY variant_id LIMIT $3",
    )
    .bind(warehouse.to_string())
    .bind(after)
    .bind(limit)
    .fetch_all::<Owned>(unit)
    .await?;
    Ok(rows.into_iter().map(|Owned(variant, tenant)| (variant, tenant)).collect())
}

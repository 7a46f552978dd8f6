//! The table `warehouses`.

use crate::domain::{Warehouse, WarehouseFacts, WarehouseId};
use hansa_relational::{Direction, FromRow, Keyset, Relational, Row, Source, StoreError, UnitOfWork, Value, query};
use hansa_subgraph_host::Page;
use hansa_values::TenantId;

const BY_ID: Keyset = Keyset::new(&[("id", Direction::Ascending)]);

impl FromRow for Warehouse {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Warehouse {
            id: row.parsed("id")?,
            tenant: row.parsed("tenant_id")?,
            facts: WarehouseFacts {
                code: row.text("code")?,
                name: row.text("name")?,
                priority: row.int("priority")?,
                is_active: row.bool("is_active")?,
            },
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        })
    }
}

struct Count(i64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("count").map(Count)
    }
}

pub(crate) async fn by_id(source: impl Source, id: WarehouseId) -> Result<Option<Warehouse>, StoreError> {
    query("SELECT id, tenant_id, code, name, priority, is_active, created_at, version FROM warehouses WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(source)
        .await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[WarehouseId]) -> Result<Vec<Warehouse>, StoreError> {
    query("SELECT id, tenant_id, code, name, priority, is_active, created_at, version FROM warehouses WHERE ")
        .push_in("id", ids.iter().map(ToString::to_string))
        .fetch_all(db)
        .await
}

pub(crate) async fn count(source: impl Source, tenant: TenantId) -> Result<i64, StoreError> {
    let count = query("SELECT COUNT(*) AS count FROM warehouses WHERE tenant_id = $1").bind(tenant.to_string());
    count.fetch_one::<Count>(source).await.map(|Count(count)| count)
}

/// Rows in the page's direction, one more than it has.
pub(crate) async fn page(db: &Relational, tenant: TenantId, page: &Page) -> Result<Vec<Warehouse>, StoreError> {
    let order = if page.is_backward() { BY_ID.reversed() } else { BY_ID };
    let mut rows = query(
        "SELECT id, tenant_id, code, name, priority, is_active, created_at, version FROM warehouses WHERE tenant_id = $1",
    )
    .bind(tenant.to_string());
    if let Some(start) = &page.start {
        rows = rows.push(" AND ").push_after(order, vec![Value::from(&start.id)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, warehouse: &Warehouse) -> Result<(), StoreError> {
    query(
        "INSERT INTO warehouses (id, tenant_id, code, name, priority, is_active, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(warehouse.id.to_string())
    .bind(warehouse.tenant.to_string())
    .bind(&warehouse.facts.code)
    .bind(&warehouse.facts.name)
    .bind(warehouse.facts.priority)
    .bind(warehouse.facts.is_active)
    .bind(warehouse.created_at)
    .bind(warehouse.version)
    .execute(unit)
    .await
    .map(|_| ())
}

/// Nothing where the row has another version than the one before.
pub(crate) async fn update(unit: &mut UnitOfWork, warehouse: &Warehouse) -> Result<bool, StoreError> {
    let updated = query(
        "UPDATE warehouses SET code = $2, name = $3, priority = $4, is_active = $5, version = $6
         WHERE id = $1 AND version = $6 - 1",
    )
    .bind(warehouse.id.to_string())
    .bind(&warehouse.facts.code)
    .bind(&warehouse.facts.name)
    .bind(warehouse.facts.priority)
    .bind(warehouse.facts.is_active)
    .bind(warehouse.version);
    Ok(updated.execute(unit).await? > 0)
}

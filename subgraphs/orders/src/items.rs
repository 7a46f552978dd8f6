//! The table `items`.

use crate::domain::{
    item::{OrdersItem, OrdersItemId},
    title::Title,
};
use hansa_relational::{Direction, FromRow, Keyset, Relational, Row, Source, StoreError, UnitOfWork, Value, query};
use hansa_subgraph_host::Page;
use hansa_values::TenantId;

/// Ids sort by the time at which they were made.
const BY_ID: Keyset = Keyset::new(&[("id", Direction::Ascending)]);

impl FromRow for OrdersItem {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(OrdersItem {
            id: row.parsed("id")?,
            tenant: row.parsed("tenant_id")?,
            title: Title::kept(row.text("title")?),
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: OrdersItemId) -> Result<Option<OrdersItem>, StoreError> {
    query("SELECT id, tenant_id, title, created_at, version FROM items WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(source)
        .await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[OrdersItemId]) -> Result<Vec<OrdersItem>, StoreError> {
    query("SELECT id, tenant_id, title, created_at, version FROM items WHERE ")
        .push_in("id", ids.iter().map(ToString::to_string))
        .fetch_all(db)
        .await
}

/// Rows in the page's direction, one more than it has.
pub(crate) async fn page(db: &Relational, tenant: TenantId, page: &Page) -> Result<Vec<OrdersItem>, StoreError> {
    let order = if page.is_backward() { BY_ID.reversed() } else { BY_ID };
    let mut rows = query("SELECT id, tenant_id, title, created_at, version FROM items WHERE tenant_id = $1")
        .bind(tenant.to_string());
    if let Some(start) = &page.start {
        rows = rows.push(" AND ").push_after(order, vec![Value::from(&start.id)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, item: &OrdersItem) -> Result<(), StoreError> {
    query("INSERT INTO items (id, tenant_id, title, created_at, version) VALUES ($1, $2, $3, $4, $5)")
        .bind(item.id.to_string())
        .bind(item.tenant.to_string())
        .bind(item.title.as_str())
        .bind(item.created_at)
        .bind(item.version)
        .execute(unit)
        .await?;
    Ok(())
}

pub(crate) async fn update(unit: &mut UnitOfWork, item: &OrdersItem) -> Result<(), StoreError> {
    query("UPDATE items SET title = $2, version = $3 WHERE id = $1")
        .bind(item.id.to_string())
        .bind(item.title.as_str())
        .bind(item.version)
        .execute(unit)
        .await?;
    Ok(())
}

//! The table `shipments`.

use super::bad;
use crate::domain::{
    ids::{DeliveryAddressId, OrderId, ShipmentId},
    shipment::{Shipment, ShipmentStatus},
};
use hansa_relational::{Direction, FromRow, Keyset, Relational, Row, Source, StoreError, UnitOfWork, Value, query};
use hansa_subgraph_host::Page;
use hansa_values::TenantId;

/// Ids sort by the time at which they were made; the newest is first.
const NEWEST: Keyset = Keyset::new(&[("id", Direction::Descending)]);

impl FromRow for Shipment {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let status = row.text("status")?;
        Ok(Shipment {
            id: row.parsed("id")?,
            order_id: row.parsed("order_id")?,
            tenant: row.parsed("tenant_id")?,
            buyer: row.parsed("buyer_id")?,
            address_id: row.parsed("address_id")?,
            method_code: row.text("method_code")?,
            lines: serde_json::from_value(row.json("lines")?).map_err(StoreError::Payload)?,
            weight_grams: row.int("weight_grams")?,
            status: ShipmentStatus::parse(&status).ok_or_else(|| bad("status", format!("`{status}` is no status")))?,
            is_confirmed: row.bool("is_confirmed")?,
            tracking_code: row.optional_text("tracking_code")?,
            created_at: row.time("created_at")?,
            updated_at: row.time("updated_at")?,
            version: row.int("version")?,
            events: row.int("events")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: ShipmentId) -> Result<Option<Shipment>, StoreError> {
    query("SELECT * FROM shipments WHERE id = $1").bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[ShipmentId]) -> Result<Vec<Shipment>, StoreError> {
    query("SELECT * FROM shipments WHERE ").push_in("id", ids.iter().map(ToString::to_string)).fetch_all(db).await
}

pub(crate) async fn by_tracking_code(source: impl Source, code: &str) -> Result<Option<Shipment>, StoreError> {
    query("SELECT * FROM shipments WHERE tracking_code = $1").bind(code).fetch_optional(source).await
}

pub(crate) async fn of_order(source: impl Source, order: OrderId) -> Result<Vec<Shipment>, StoreError> {
    query("SELECT * FROM shipments WHERE order_id = $1 ORDER BY id").bind(order.to_string()).fetch_all(source).await
}

/// The other shipments of the same order.
pub(crate) async fn others_of_order(source: impl Source, shipment: &Shipment) -> Result<Vec<Shipment>, StoreError> {
    let mut all = of_order(source, shipment.order_id).await?;
    all.retain(|other| other.id != shipment.id);
    Ok(all)
}

pub(crate) async fn of_orders(db: &Relational, orders: &[OrderId]) -> Result<Vec<Shipment>, StoreError> {
    query("SELECT * FROM shipments WHERE ")
        .push_in("order_id", orders.iter().map(ToString::to_string))
        .push(" ORDER BY id LIMIT 10000")
        .fetch_all(db)
        .await
}

/// Whether a shipment to this address has not ended.
pub(crate) async fn need(source: impl Source, address: DeliveryAddressId) -> Result<bool, StoreError> {
    let open = query(
        "SELECT id FROM shipments WHERE address_id = $1 AND status NOT IN ('delivered', 'cancelled', 'failed') LIMIT 1",
    );
    Ok(open.bind(address.to_string()).fetch_optional::<Row>(source).await?.is_some())
}

/// A tenant's shipments, newest first.
pub(crate) async fn page(
    db: &Relational,
    (tenant, status): (TenantId, Option<ShipmentStatus>),
    page: &Page,
) -> Result<Vec<Shipment>, StoreError> {
    let order = if page.is_backward() { NEWEST.reversed() } else { NEWEST };
    let mut rows = query("SELECT * FROM shipments WHERE tenant_id = $1").bind(tenant.to_string());
    if let Some(status) = status {
        rows = rows.push(" AND status = ").push_bind(status.as_str());
    }
    if let Some(start) = &page.start {
        rows = rows.push(" AND ").push_after(order, vec![Value::from(&start.id)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, shipment: &Shipment) -> Result<(), StoreError> {
    query(
        "INSERT INTO shipments (id, order_id, tenant_id, buyer_id, address_id, method_code, lines, weight_grams, status,
            is_confirmed, tracking_code, created_at, updated_at, version, events)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(shipment.id.to_string())
    .bind(shipment.order_id.to_string())
    .bind(shipment.tenant.to_string())
    .bind(shipment.buyer.to_string())
    .bind(shipment.address_id.to_string())
    .bind(&shipment.method_code)
    .bind(serde_json::to_value(&shipment.lines).map_err(StoreError::Payload)?)
    .bind(shipment.weight_grams)
    .bind(shipment.status.as_str())
    .bind(shipment.is_confirmed)
    .bind(shipment.tracking_code.clone())
    .bind(shipment.created_at)
    .bind(shipment.updated_at)
    .bind(shipment.version)
    .bind(shipment.events)
    .execute(unit)
    .await
    .map(|_| ())
}

/// Writes a shipment as the next version. Where somebody else has written it since it was read, nothing may be committed.
pub(crate) async fn update(unit: &mut UnitOfWork, shipment: &mut Shipment) -> Result<(), StoreError> {
    let from = shipment.version;
    shipment.version += 1;
    shipment.updated_at = unit.command().now;
    let updated = query(
        "UPDATE shipments SET status = $2, is_confirmed = $3, tracking_code = $4, updated_at = $5, version = $6,
            events = $7
         WHERE id = $1 AND version = $8",
    )
    .bind(shipment.id.to_string())
    .bind(shipment.status.as_str())
    .bind(shipment.is_confirmed)
    .bind(shipment.tracking_code.clone())
    .bind(shipment.updated_at)
    .bind(shipment.version)
    .bind(shipment.events)
    .bind(from);
    match updated.execute(unit).await? {
        0 => Err(StoreError::Busy),
        _ => Ok(()),
    }
}

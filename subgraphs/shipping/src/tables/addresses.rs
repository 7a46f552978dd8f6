//! The table `addresses`.

use crate::domain::{
    address::{AddressLines, DeliveryAddress},
    ids::DeliveryAddressId,
};
use hansa_relational::{Direction, FromRow, Keyset, Relational, Row, Source, StoreError, UnitOfWork, Value, query};
use hansa_subgraph_host::Page;
use hansa_values::UserId;

/// Ids sort by the time at which they were made; the newest is first.
const NEWEST: Keyset = Keyset::new(&[("id", Direction::Descending)]);

struct Count(i64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("count").map(Count)
    }
}

impl FromRow for DeliveryAddress {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let lines = AddressLines {
            recipient: row.text("recipient")?,
            line1: row.text("line1")?,
            line2: row.optional_text("line2")?,
            postal_code: row.optional_text("postal_code")?,
            city: row.text("city")?,
            region: row.optional_text("region")?,
            country: row.parsed("country")?,
            phone: row.optional_text("phone")?,
        };
        Ok(DeliveryAddress {
            id: row.parsed("id")?,
            owner: row.parsed("owner_id")?,
            lines,
            is_deleted: row.bool("is_deleted")?,
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: DeliveryAddressId) -> Result<Option<DeliveryAddress>, StoreError> {
    query("SELECT * FROM addresses WHERE id = $1").bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[DeliveryAddressId]) -> Result<Vec<DeliveryAddress>, StoreError> {
    query("SELECT * FROM addresses WHERE ").push_in("id", ids.iter().map(ToString::to_string)).fetch_all(db).await
}

pub(crate) async fn count(source: impl Source, owner: UserId) -> Result<i64, StoreError> {
    let count = query("SELECT COUNT(*) AS count FROM addresses WHERE owner_id = $1 AND is_deleted = FALSE");
    count.bind(owner.to_string()).fetch_one::<Count>(source).await.map(|Count(count)| count)
}

pub(crate) async fn page(db: &Relational, owner: UserId, page: &Page) -> Result<Vec<DeliveryAddress>, StoreError> {
    let order = if page.is_backward() { NEWEST.reversed() } else { NEWEST };
    let rows = query("SELECT * FROM addresses WHERE owner_id = $1 AND is_deleted = FALSE");
    let mut rows = rows.bind(owner.to_string());
    if let Some(start) = &page.start {
        rows = rows.push(" AND ").push_after(order, vec![Value::from(&start.id)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

/// Writes a new one, or the next version.
pub(crate) async fn write(unit: &mut UnitOfWork, address: &DeliveryAddress) -> Result<(), StoreError> {
    query(
        "INSERT INTO addresses (id, owner_id, recipient, line1, line2, postal_code, city, region, country, phone,
            is_deleted, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (id) DO UPDATE SET recipient = excluded.recipient, line1 = excluded.line1, line2 = excluded.line2,
            postal_code = excluded.postal_code, city = excluded.city, region = excluded.region,
            country = excluded.country, phone = excluded.phone, is_deleted = excluded.is_deleted,
            version = excluded.version",
    )
    .bind(address.id.to_string())
    .bind(address.owner.to_string())
    .bind(&address.lines.recipient)
    .bind(&address.lines.line1)
    .bind(address.lines.line2.clone())
    .bind(address.lines.postal_code.clone())
    .bind(&address.lines.city)
    .bind(address.lines.region.clone())
    .bind(address.lines.country.as_str())
    .bind(address.lines.phone.clone())
    .bind(address.is_deleted)
    .bind(address.created_at)
    .bind(address.version)
    .execute(unit)
    .await
    .map(|_| ())
}

/// All of an owner's, as if each was deleted.
pub(crate) async fn delete_of(unit: &mut UnitOfWork, owner: UserId) -> Result<(), StoreError> {
    query("UPDATE addresses SET is_deleted = TRUE, version = version + 1 WHERE owner_id = $1 AND is_deleted = FALSE")
        .bind(owner.to_string())
        .execute(&mut *unit)
        .await?;
    query(
        "DELETE FROM addresses WHERE owner_id = $1 AND NOT EXISTS
            (SELECT 1 FROM shipments WHERE address_id = addresses.id
                AND status NOT IN ('delivered', 'cancelled', 'failed'))",
    )
    .bind(owner.to_string())
    .execute(unit)
    .await
    .map(drop)
}

/// Removes a deleted address that no shipment needs any more. Gives whether it is gone.
pub(crate) async fn forget(unit: &mut UnitOfWork, id: DeliveryAddressId) -> Result<bool, StoreError> {
    let forgotten = query(
        "DELETE FROM addresses WHERE id = $1 AND is_deleted = TRUE AND NOT EXISTS
            (SELECT 1 FROM shipments WHERE address_id = $1 AND status NOT IN ('delivered', 'cancelled', 'failed'))",
    );
    Ok(forgotten.bind(id.to_string()).execute(unit).await? > 0)
}

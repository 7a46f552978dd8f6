//! The table `methods`.

use crate::domain::{
    country::CountryCode,
    ids::ShippingMethodId,
    method::{MethodCode, ShippingMethod},
};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::{CurrencyCode, Money};
use std::collections::BTreeSet;

/// More ways of shipping are not looked at.
pub(crate) const METHODS_MAX: i64 = 500;

impl FromRow for ShippingMethod {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let currency: CurrencyCode = row.parsed("currency")?;
        let money = |minor_units| Money { minor_units, currency };
        let countries: BTreeSet<CountryCode> =
            serde_json::from_value(row.json("countries")?).map_err(StoreError::Payload)?;
        Ok(ShippingMethod {
            id: row.parsed("id")?,
            code: MethodCode::kept(row.text("code")?),
            tenant: row.optional_parsed("tenant_id")?,
            name: row.text("name")?,
            base_price: money(row.int("base_price")?),
            price_per_kg: money(row.int("price_per_kg")?),
            countries,
            is_active: row.bool("is_active")?,
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: ShippingMethodId) -> Result<Option<ShippingMethod>, StoreError> {
    query("SELECT * FROM methods WHERE id = $1").bind(id.to_string()).fetch_optional(source).await
}

pub(crate) async fn by_code(source: impl Source, code: &str) -> Result<Option<ShippingMethod>, StoreError> {
    query("SELECT * FROM methods WHERE code = $1").bind(code).fetch_optional(source).await
}

/// Those that new orders may use, in the order of their codes.
pub(crate) async fn active(db: &Relational) -> Result<Vec<ShippingMethod>, StoreError> {
    query("SELECT * FROM methods WHERE is_active = TRUE ORDER BY code LIMIT $1").bind(METHODS_MAX).fetch_all(db).await
}

/// Writes a new one, or the next version. The code and whose it is stay.
pub(crate) async fn write(unit: &mut UnitOfWork, method: &ShippingMethod) -> Result<(), StoreError> {
    query(
        "INSERT INTO methods (id, code, tenant_id, name, currency, base_price, price_per_kg, countries, is_active,
            created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, base_price = excluded.base_price,
            price_per_kg = excluded.price_per_kg, countries = excluded.countries, is_active = excluded.is_active,
            version = excluded.version",
    )
    .bind(method.id.to_string())
    .bind(method.code.as_str())
    .bind(method.tenant.map(|tenant| tenant.to_string()))
    .bind(&method.name)
    .bind(method.base_price.currency.as_str())
    .bind(method.base_price.minor_units)
    .bind(method.price_per_kg.minor_units)
    .bind(serde_json::to_value(&method.countries).map_err(StoreError::Payload)?)
    .bind(method.is_active)
    .bind(method.created_at)
    .bind(method.version)
    .execute(unit)
    .await
    .map(|_| ())
}

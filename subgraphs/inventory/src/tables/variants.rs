//! The table `variants`: the catalog's, as its events tell of them.

use crate::domain::VariantId;
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::TenantId;
use std::collections::HashMap;

/// A variant that the catalog has told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVariant {
    pub id: VariantId,
    pub product: String,
    pub tenant: TenantId,
    pub sku: String,
    pub title: String,
    /// The product's: `DRAFT`, `PUBLISHED` or `ARCHIVED`.
    pub status: String,
    /// Of the event that told so.
    pub product_version: i64,
}

struct Owned(VariantId, TenantId);

impl FromRow for Owned {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Owned(row.parsed("id")?, row.parsed("tenant_id")?))
    }
}

/// Whose these variants are; unknown ones are left out. At most 1,000 at a time.
pub(crate) async fn owners(
    source: impl Source,
    ids: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, TenantId>, StoreError> {
    let owned = query("SELECT id, tenant_id FROM variants WHERE ")
        .push_in("id", ids.into_iter().map(|id| id.to_string()))
        .fetch_all::<Owned>(source)
        .await?;
    Ok(owned.into_iter().map(|Owned(id, tenant)| (id, tenant)).collect())
}

/// Writes what an event says, unless a later one was here.
pub(crate) async fn learn(unit: &mut UnitOfWork, variant: &KnownVariant) -> Result<(), StoreError> {
    query(
        "INSERT INTO variants (id, product_id, tenant_id, sku, title, status, product_version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, tenant_id = excluded.tenant_id,
             sku = excluded.sku, title = excluded.title, status = excluded.status,
             product_version = excluded.product_version
         WHERE variants.product_version < excluded.product_version",
    )
    .bind(variant.id.to_string())
    .bind(&variant.product)
    .bind(variant.tenant.to_string())
    .bind(&variant.sku)
    .bind(&variant.title)
    .bind(&variant.status)
    .bind(variant.product_version)
    .execute(unit)
    .await
    .map(|_| ())
}

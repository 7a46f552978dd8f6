//! The table `variants`: a projection of the catalog's variants, their measures and whose they are.

use crate::domain::{ids::VariantId, method::Measures};
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};
use hansa_values::TenantId;
use std::collections::HashMap;

/// What is known of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VariantRow {
    pub(crate) id: VariantId,
    /// Whose it is, as soon as the catalog has told.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) measures: Measures,
}

impl FromRow for VariantRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let measures = Measures {
            weight_grams: row.int("weight_grams")?,
            width_mm: row.int("width_mm")?,
            height_mm: row.int("height_mm")?,
            depth_mm: row.int("depth_mm")?,
        };
        Ok(VariantRow { id: row.parsed("id")?, tenant: row.optional_parsed("tenant_id")?, measures })
    }
}

pub(crate) async fn write(unit: &mut UnitOfWork, variant: &VariantRow) -> Result<(), StoreError> {
    let VariantRow { id, tenant, measures } = variant;
    query(
        "INSERT INTO variants (id, weight_grams, width_mm, height_mm, depth_mm, tenant_id) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET weight_grams = excluded.weight_grams, width_mm = excluded.width_mm,
            height_mm = excluded.height_mm, depth_mm = excluded.depth_mm, tenant_id = excluded.tenant_id",
    )
    .bind(id.to_string())
    .bind(measures.weight_grams)
    .bind(measures.width_mm)
    .bind(measures.height_mm)
    .bind(measures.depth_mm)
    .bind(tenant.map(|tenant| tenant.to_string()))
    .execute(unit)
    .await
    .map(|_| ())
}

pub(crate) async fn by_ids(db: &Relational, ids: &[VariantId]) -> Result<HashMap<VariantId, VariantRow>, StoreError> {
    let variants = query("SELECT * FROM variants WHERE ").push_in("id", ids.iter().map(ToString::to_string));
    let variants = variants.fetch_all::<VariantRow>(db).await?;
    Ok(variants.into_iter().map(|variant| (variant.id, variant)).collect())
}

//! The table `variants`: a projection of the catalog's measures.

use crate::domain::{ids::VariantId, method::Measures};
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};
use std::collections::HashMap;

struct Measured(VariantId, Measures);

impl FromRow for Measured {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let measures = Measures {
            weight_grams: row.int("weight_grams")?,
            width_mm: row.int("width_mm")?,
            height_mm: row.int("height_mm")?,
            depth_mm: row.int("depth_mm")?,
        };
        Ok(Measured(row.parsed("id")?, measures))
    }
}

pub(crate) async fn write(unit: &mut UnitOfWork, id: VariantId, measures: Measures) -> Result<(), StoreError> {
    query(
        "INSERT INTO variants (id, weight_grams, width_mm, height_mm, depth_mm) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET weight_grams = excluded.weight_grams, width_mm = excluded.width_mm,
            height_mm = excluded.height_mm, depth_mm = excluded.depth_mm",
    )
    .bind(id.to_string())
    .bind(measures.weight_grams)
    .bind(measures.width_mm)
    .bind(measures.height_mm)
    .bind(measures.depth_mm)
    .execute(unit)
    .await
    .map(|_| ())
}

pub(crate) async fn by_ids(db: &Relational, ids: &[VariantId]) -> Result<HashMap<VariantId, Measures>, StoreError> {
    let variants = query("SELECT * FROM variants WHERE ").push_in("id", ids.iter().map(ToString::to_string));
    let variants = variants.fetch_all::<Measured>(db).await?;
    Ok(variants.into_iter().map(|Measured(id, measures)| (id, measures)).collect())
}

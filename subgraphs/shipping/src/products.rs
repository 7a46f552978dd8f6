//! What the catalog tells of its variants' measures, kept for quotes.

use crate::{
    domain::{ids::VariantId, method::Measures},
    tables::variants::{self, VariantRow},
};
use hansa_messaging::{Consumer, HandleFuture, Listening, ProjectedTable, ReceivedEvent};
use hansa_relational::{Direction, Keyset, UnitOfWork};
use serde::Deserialize;

/// The consumer of the catalog's products.
#[derive(Debug)]
pub struct Products;

/// `product.*`, as far as it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct ProductFacts {
    variants: Vec<VariantFacts>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VariantFacts {
    variant_id: VariantId,
    weight_grams: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    depth_mm: Option<i64>,
}

impl Products {
    pub const NAME: &'static str = "measures";

    pub const LISTENS: &'static [Listening] = &[Listening {
        context: "catalog",
        aggregate: "product",
        events: &[("created", 1), ("updated", 1), ("published", 1)],
    }];
}

impl Consumer for Products {
    fn name(&self) -> &'static str {
        Products::NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        Products::LISTENS
    }

    fn projects_into(&self) -> &'static [ProjectedTable] {
        const KEY: Keyset = Keyset::new(&[("id", Direction::Ascending)]);
        &[ProjectedTable { name: "variants", key: KEY }]
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            if !matches!(event.event.event_type.as_str(), "created" | "updated" | "published") {
                return Ok(());
            }
            let product: ProductFacts = event.content()?;
            for variant in product.variants {
                let known = |measure: Option<i64>| measure.unwrap_or(0).max(0);
                let measures = Measures {
                    weight_grams: known(variant.weight_grams),
                    width_mm: known(variant.width_mm),
                    height_mm: known(variant.height_mm),
                    depth_mm: known(variant.depth_mm),
                };
                let variant = VariantRow { id: variant.variant_id, tenant: event.event.tenant, measures };
                variants::write(unit, &variant).await?;
            }
            Ok(())
        })
    }
}

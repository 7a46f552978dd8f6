//! Whose variants are: a projection of the catalog's products.

use super::published::ProductFacts;
use crate::tables::variants::{self, KnownVariant};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ProjectedTable, ReceivedEvent};
use hansa_relational::{Direction, Keyset, UnitOfWork};

pub(super) const NAME: &str = "catalog-variants";

pub(super) const LISTENING: &[Listening] = &[Listening {
    context: "catalog",
    aggregate: "product",
    events: &[("created", 1), ("updated", 1), ("published", 1), ("archived", 1)],
}];

#[derive(Debug)]
pub(crate) struct CatalogVariants;

impl Consumer for CatalogVariants {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn projects_into(&self) -> &'static [ProjectedTable] {
        const KEY: Keyset = Keyset::new(&[("id", Direction::Ascending)]);
        &[ProjectedTable { name: "variants", key: KEY }]
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let product: ProductFacts = event.content()?;
            let nobody = || HandleError::Poison(format!("the product {} is no tenant's", product.product_id));
            let tenant = event.event.tenant.ok_or_else(nobody)?;
            for variant in product.variants {
                let known = KnownVariant {
                    id: variant.variant_id,
                    product: product.product_id.clone(),
                    tenant,
                    sku: variant.sku,
                    title: variant.title,
                    status: product.status.clone(),
                    product_version: event.event.stream_version,
                };
                variants::learn(unit, &known).await?;
            }
            Ok(())
        })
    }
}

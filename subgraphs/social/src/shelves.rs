//! What is heard of the catalog: `product.archived` and `product.published`. Nobody writes a new review of an archived product;
//! what was written stays.

use crate::domain::{ShelvedProduct, ids::ProductId};
use hansa_documents::{Begun, Collection, StoreError};
use hansa_event_sourcing::Command;
use hansa_messaging::{DocumentConsumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use serde::Deserialize;

pub(crate) const NAME: &str = "archived-products";

pub(crate) const LISTENING: &[Listening] =
    &[Listening { context: "catalog", aggregate: "product", events: &[("published", 1), ("archived", 1)] }];

/// The consumer.
#[derive(Debug)]
pub(crate) struct ArchivedProducts(pub(crate) Collection<ShelvedProduct>);

/// Of the catalog's products, as far as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductTold {
    product_id: ProductId,
}

impl DocumentConsumer for ArchivedProducts {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, command: &'a Command, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let ProductTold { product_id } = event.content()?;
            let told = (event.event.event_type == "archived", event.event.stream_version);
            self.note(command, product_id, told).await.map_err(|error| HandleError::Retry(error.into()))
        })
    }
}

impl ArchivedProducts {
    async fn note(&self, command: &Command, product: ProductId, told: (bool, i64)) -> Result<(), StoreError> {
        let Begun::Fresh(write) = self.0.begin::<()>(command).await? else { return Ok(()) };
        let known = self.0.get(&product).await?;
        let version = known.as_ref().map(|known| known.version);
        let Some(product) = ShelvedProduct::told(known, product, told) else { return Ok(()) };
        match version {
            None => write.insert(&product, Vec::new(), ()).await,
            Some(version) => write.replace(&product, version, Vec::new(), ()).await,
        }
        .map(drop)
    }
}

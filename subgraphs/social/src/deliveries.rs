//! What is heard of shipping: `shipment.delivered` makes the reviews of its buyer those of a verified purchase, whichever
//! comes first.

use crate::domain::{Delivery, ids::ProductId};
use hansa_documents::{Begun, Collection, StoreError};
use hansa_event_sourcing::Command;
use hansa_messaging::{DocumentConsumer, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_values::UserId;
use serde::Deserialize;

pub(crate) const NAME: &str = "verified-purchases";

pub(crate) const LISTENING: &[Listening] =
    &[Listening { context: "shipping", aggregate: "shipment", events: &[("delivered", 1)] }];

/// The consumer.
#[derive(Debug)]
pub(crate) struct VerifiedPurchases(pub(crate) Collection<Delivery>);

/// `shipment.delivered`, as far as it is read. Older ones do not say who bought what.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivered {
    shipment_id: String,
    #[serde(default)]
    buyer_id: Option<UserId>,
    lines: Vec<DeliveredLine>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveredLine {
    #[serde(default)]
    product_id: Option<ProductId>,
}

impl DocumentConsumer for VerifiedPurchases {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn handle<'a>(&'a self, command: &'a Command, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let delivered: Delivered = event.content()?;
            let products = delivered.lines.into_iter().filter_map(|line| line.product_id);
            let Some(buyer) = delivered.buyer_id else { return Ok(()) };
            let delivery = Delivery::new(delivered.shipment_id, (buyer, products), event.event.recorded_at);
            let write = match self.0.begin::<()>(command).await.map_err(passing)? {
                Begun::Replayed(()) => return Ok(()),
                Begun::Fresh(write) => write,
            };
            match write.insert(&delivery, Vec::new(), ()).await {
                // It was told before, and its key is forgotten.
                Err(StoreError::UniqueViolation { .. } | StoreError::WrongVersion { .. }) => Ok(()),
                other => other.map(drop).map_err(passing),
            }
        })
    }
}

fn passing(error: StoreError) -> HandleError {
    HandleError::Retry(error.into())
}

//! What came to its buyer, as shipping told it: whoever has got a product has bought it, and their review says so.

use super::ids::ProductId;
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use serde::{Deserialize, Serialize};

/// One shipment that was delivered. Nobody changes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub shipment: String,
    pub delivered_at: DateTime<Utc>,
    /// Buyer and product, by [`Delivery::bought_by`].
    pub bought: Vec<String>,
    pub version: i64,
}

/// Nothing is told of it: it was told here.
#[derive(Debug, Clone, Serialize)]
pub(crate) enum NoEvent {}

impl Delivery {
    pub(crate) fn new(
        shipment: String,
        (buyer, products): (UserId, impl IntoIterator<Item = ProductId>),
        delivered_at: DateTime<Utc>,
    ) -> Delivery {
        let mut bought: Vec<String> = products.into_iter().map(|product| Delivery::bought_by(buyer, product)).collect();
        bought.sort();
        bought.dedup();
        Delivery { shipment, delivered_at, bought, version: 1 }
    }

    /// One text for each buyer and product.
    pub(crate) fn bought_by(buyer: UserId, product: ProductId) -> String {
        format!("{buyer} {product}")
    }
}

impl EventContent for NoEvent {
    fn event_type(&self) -> &'static str {
        match *self {}
    }
}

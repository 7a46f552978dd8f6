//! Prices: not negative, in the vendor's currency, with the last changes kept beside them.

use super::{ProductId, Refusal, VariantId};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{CurrencyCode, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A price that was, and when it ended. The whole history is in the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    pub price: Money,
    pub until: DateTime<Utc>,
}

/// Events of the aggregate `price`, whose streams are those of variants.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum PriceEvent {
    Changed { product_id: ProductId, variant_id: VariantId, before: Money, after: Money },
}

impl EventContent for PriceEvent {
    fn event_type(&self) -> &'static str {
        match self {
            PriceEvent::Changed { .. } => "changed",
        }
    }
}

/// Reads an amount in the vendor's currency.
pub fn checked_price(amount: &str, given: CurrencyCode, vendors: CurrencyCode) -> Result<Money, Refusal> {
    if given != vendors {
        return Err(Refusal::CurrencyMismatch { vendor: vendors, given });
    }
    let price = Money::parse(amount, given).map_err(Refusal::PriceInvalid)?;
    if price.minor_units < 0 { Err(Refusal::PriceNegative) } else { Ok(price) }
}

//! A checkout: a cart with its prices frozen for half an hour, and what it costs to send it. Its quote hash is a fingerprint of
//! all that the buyer agrees to.

use super::{
    Refusal,
    cart::Cart,
    ids::{CheckoutId, OrderId, OrderLineId, ProductId, VariantId, VendorId},
    offer::{Offer, ShippingMethod},
    order::{OrderedLine, Placed},
    placement::{DEADLINE, PlacementLine, Started},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::InputHash;
use hansa_saga::{Kind, command_id};
use hansa_values::{Money, TenantId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq)]
pub struct Checkout {
    pub id: CheckoutId,
    pub buyer: UserId,
    pub quote: Quote,
    pub quote_hash: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The order that it became.
    pub order: Option<OrderId>,
}

/// What the buyer agrees to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    pub lines: Vec<QuotedLine>,
    pub shipping_method: String,
    pub delivery_address_id: String,
    pub items_total: Money,
    pub shipping_total: Money,
    pub total: Money,
}

/// One line with its frozen price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuotedLine {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub tenant_id: TenantId,
    pub vendor_id: VendorId,
    pub sku: String,
    pub title: String,
    pub quantity: i64,
    pub unit_price: Money,
    pub weight_grams: i64,
}

/// More than any cart is worth, and far from what an i64 holds.
const MINOR_UNITS_MAX: i64 = 1_000_000_000_000;

impl Quote {
    /// Prices a cart.
    pub fn of(
        cart: &Cart,
        offers: &HashMap<VariantId, Offer>,
        (method, delivery_address_id): (&ShippingMethod, String),
    ) -> Result<Quote, Refusal> {
        let mut lines = Vec::with_capacity(cart.lines.len());
        for line in &cart.lines {
            let offer = offers.get(&line.variant).filter(|offer| offer.is_for_sale).ok_or(Refusal::NotForSale)?;
            lines.push(QuotedLine::of(offer, line.quantity));
        }
        let first = lines.first().ok_or(Refusal::CartEmpty)?.unit_price.currency;
        if let Some(other) = lines.iter().find(|line| line.unit_price.currency != first) {
            return Err(Refusal::CurrencyMixed(first, other.unit_price.currency));
        }
        if method.currency != first {
            return Err(Refusal::ShippingMethodUnknown);
        }
        let sum = |part: fn(&QuotedLine) -> i64| {
            let mut parts = lines.iter().map(|line| part(line).checked_mul(line.quantity));
            parts.try_fold(0i64, |sum, part| sum.checked_add(part?).filter(|sum| *sum <= MINOR_UNITS_MAX))
        };
        let items = sum(|line| line.unit_price.minor_units).ok_or(Refusal::TotalTooLarge)?;
        let grams = sum(|line| line.weight_grams).ok_or(Refusal::TotalTooLarge)?;
        let shipping_total = method.price(grams).ok_or(Refusal::TotalTooLarge)?;
        let total = items.checked_add(shipping_total.minor_units).filter(|total| *total <= MINOR_UNITS_MAX);
        let money = |minor_units| Money { minor_units, currency: first };
        match total.ok_or(Refusal::TotalTooLarge)? {
            0 => Err(Refusal::NothingToPay),
            total => Ok(Quote {
                lines,
                shipping_method: method.code.clone(),
                delivery_address_id,
                items_total: money(items),
                shipping_total,
                total: money(total),
            }),
        }
    }

    /// The same quote has the same hash.
    pub fn hash(&self) -> String {
        InputHash::of(self).text()
    }

    /// Whether everything still costs what was agreed to.
    fn check(&self, offers: &HashMap<VariantId, Offer>) -> Result<(), Refusal> {
        for line in &self.lines {
            let offer = offers.get(&line.variant_id).filter(|offer| offer.is_for_sale).ok_or(Refusal::NotForSale)?;
            if offer.price != line.unit_price {
                return Err(Refusal::QuoteStale);
            }
        }
        Ok(())
    }
}

impl QuotedLine {
    fn of(offer: &Offer, quantity: i64) -> QuotedLine {
        QuotedLine {
            variant_id: offer.variant_id,
            product_id: offer.product_id,
            tenant_id: offer.tenant_id,
            vendor_id: offer.vendor_id,
            sku: offer.sku.clone(),
            title: offer.title.clone(),
            quantity,
            unit_price: offer.price,
            weight_grams: offer.weight_grams,
        }
    }
}

impl Checkout {
    pub const KEPT: TimeDelta = TimeDelta::minutes(30);
    pub const PAYMENT_METHOD_CHARACTERS_MAX: usize = 100;

    pub fn new((id, buyer): (CheckoutId, UserId), quote: Quote, now: DateTime<Utc>) -> Checkout {
        let (quote_hash, expires_at) = (quote.hash(), now + Checkout::KEPT);
        Checkout { id, buyer, quote, quote_hash, created_at: now, expires_at, order: None }
    }

    /// Whether the buyer may place it now.
    pub fn check(
        &self,
        quote_hash: &str,
        offers: &HashMap<VariantId, Offer>,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        if self.order.is_some() {
            return Err(Refusal::CheckoutAlreadyPlaced);
        }
        if now >= self.expires_at {
            return Err(Refusal::CheckoutExpired);
        }
        if self.quote_hash != quote_hash {
            return Err(Refusal::QuoteStale);
        }
        self.quote.check(offers)
    }

    /// What is placed.
    pub fn placed(
        &self,
        order_id: OrderId,
        payment_method: String,
        mut line_id: impl FnMut() -> OrderLineId,
    ) -> Placed {
        let lines = self.quote.lines.iter().map(|line| OrderedLine {
            line_id: line_id(),
            variant_id: line.variant_id,
            product_id: line.product_id,
            tenant_id: line.tenant_id,
            vendor_id: line.vendor_id,
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
        });
        Placed {
            order_id,
            buyer_id: self.buyer,
            lines: lines.collect(),
            shipping_method: self.quote.shipping_method.clone(),
            delivery_address_id: self.quote.delivery_address_id.clone(),
            items_total: self.quote.items_total,
            shipping_total: self.quote.shipping_total,
            total: self.quote.total,
            payment_method,
        }
    }

    /// How the placing of `placed`, which is made of this checkout, begins.
    pub fn started(&self, placed: &Placed, now: DateTime<Utc>) -> Started {
        let lines = placed.lines.iter().zip(&self.quote.lines).map(|(line, quoted)| PlacementLine {
            line_id: line.line_id,
            variant_id: line.variant_id,
            tenant_id: line.tenant_id,
            product_id: Some(line.product_id),
            quantity: line.quantity,
            weight_grams: quoted.weight_grams,
        });
        Started {
            order_id: placed.order_id,
            command_id: command_id(placed.order_id.uuid(), "place", Kind::Do),
            buyer_id: placed.buyer_id,
            lines: lines.collect(),
            shipping_method: placed.shipping_method.clone(),
            delivery_address_id: placed.delivery_address_id.clone(),
            total: placed.total,
            payment_method: placed.payment_method.clone(),
            deadline: now + DEADLINE,
        }
    }

    /// A token of a payment method: never the number of a card.
    pub fn payment_method(text: &str) -> Result<String, Refusal> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let is_card_like = text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let is_token = (1..=Checkout::PAYMENT_METHOD_CHARACTERS_MAX).contains(&text.len())
            && text.bytes().all(is_good)
            && !is_card_like;
        let max = Checkout::PAYMENT_METHOD_CHARACTERS_MAX;
        if is_token { Ok(text.to_owned()) } else { Err(Refusal::PaymentMethodInvalid { max }) }
    }
}

//! A cart: what somebody means to buy. It remembers the price of each line as it was seen, so that a change shows.

use super::{
    Refusal,
    ids::{CartId, CartLineId, VariantId},
    offer::Offer,
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_values::{Money, UserId};

/// Everybody has one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    pub id: CartId,
    pub buyer: UserId,
    /// In the order in which they were added.
    pub lines: Vec<CartLine>,
    pub updated_at: DateTime<Utc>,
    /// Somebody who does not touch it for so long does not want it any more.
    pub expires_at: DateTime<Utc>,
    pub version: i64,
}

/// One variant and how many of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    pub id: CartLineId,
    pub variant: VariantId,
    pub quantity: i64,
    /// As it was when the line was last changed.
    pub seen_price: Money,
}

impl Cart {
    pub const LINES_MAX: usize = 50;
    pub const QUANTITY_MAX: i64 = 99;
    pub const KEPT: TimeDelta = TimeDelta::days(30);

    pub fn new((id, buyer): (CartId, UserId), now: DateTime<Utc>) -> Cart {
        Cart { id, buyer, lines: Vec::new(), updated_at: now, expires_at: now + Cart::KEPT, version: 0 }
    }

    /// Adds to the line of this variant, or makes one.
    pub fn add(&mut self, id: CartLineId, offer: &Offer, quantity: i64) -> Result<(), Refusal> {
        checked(quantity)?;
        if !offer.is_for_sale {
            return Err(Refusal::NotForSale);
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.variant == offer.variant_id) {
            line.quantity = checked(line.quantity + quantity)?;
            line.seen_price = offer.price;
            return Ok(());
        }
        if self.lines.len() >= Cart::LINES_MAX {
            return Err(Refusal::CartFull { max: Cart::LINES_MAX });
        }
        self.lines.push(CartLine { id, variant: offer.variant_id, quantity, seen_price: offer.price });
        Ok(())
    }

    /// Sets how many there are; the price is seen again.
    pub fn set(&mut self, id: CartLineId, quantity: i64, price: Option<Money>) -> Result<(), Refusal> {
        let line = self.lines.iter_mut().find(|line| line.id == id).ok_or(Refusal::NotFound("line"))?;
        line.quantity = checked(quantity)?;
        line.seen_price = price.unwrap_or(line.seen_price);
        Ok(())
    }

    pub fn remove(&mut self, ids: &[CartLineId]) -> Result<(), (usize, Refusal)> {
        for (index, id) in ids.iter().enumerate() {
            let before = self.lines.len();
            self.lines.retain(|line| line.id != *id);
            if self.lines.len() == before {
                return Err((index, Refusal::NotFound("line")));
            }
        }
        Ok(())
    }

    /// Was changed now.
    pub fn touch(&mut self, now: DateTime<Utc>) {
        self.updated_at = now;
        self.expires_at = now + Cart::KEPT;
        self.version += 1;
    }
}

fn checked(quantity: i64) -> Result<i64, Refusal> {
    match quantity {
        1..=Cart::QUANTITY_MAX => Ok(quantity),
        _ => Err(Refusal::QuantityInvalid { max: Cart::QUANTITY_MAX }),
    }
}

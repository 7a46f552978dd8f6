//! Carts, with the prices of today beside those that were seen.

use super::{int, stubs::VariantStub};
use crate::{
    Orders,
    domain::{
        cart::{Cart, CartLine},
        ids::VariantId,
        offer::Offer,
    },
    tables::offers,
};
use async_graphql::{ID, Object, SimpleObject};
use hansa_relational::StoreError;
use hansa_subgraph_host::{Money, directives, scalars::DateTime};
use std::{collections::HashMap, sync::Arc};

#[derive(Debug, Clone)]
pub(crate) struct CartObject {
    cart: Cart,
    offers: Arc<HashMap<VariantId, Offer>>,
}

/// One variant and how many of it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "CartLine")]
pub(crate) struct CartLineObject {
    id: ID,
    variant: VariantStub,
    /// As the catalog calls it now; null for what it does not sell any more.
    title: Option<String>,
    quantity: i32,
    /// What one costs now; null for what is not sold any more.
    unit_price: Option<Money>,
    /// What one cost when the line was last changed.
    seen_price: Money,
    /// Quantity times the price of now.
    total: Option<Money>,
    /// Whether the price has changed since the line was, or it is not sold any more: update the line to agree.
    is_stale: bool,
    is_for_sale: bool,
}

impl CartObject {
    pub(crate) async fn new(orders: &Orders, cart: Cart) -> Result<CartObject, StoreError> {
        Ok(CartObject::all(orders, vec![cart]).await?.remove(0))
    }

    pub(crate) async fn all(orders: &Orders, carts: Vec<Cart>) -> Result<Vec<CartObject>, StoreError> {
        let variants = carts.iter().flat_map(|cart| &cart.lines).map(|line| line.variant);
        let offers = Arc::new(offers::by_variants(&orders.db, variants.collect::<Vec<_>>()).await?);
        Ok(carts.into_iter().map(|cart| CartObject { cart, offers: offers.clone() }).collect())
    }

    fn offer(&self, line: &CartLine) -> Option<&Offer> {
        self.offers.get(&line.variant).filter(|offer| offer.is_for_sale)
    }

    fn line(&self, line: &CartLine) -> CartLineObject {
        let offer = self.offer(line);
        let price = offer.map(|offer| offer.price);
        CartLineObject {
            id: line.id.to_string().into(),
            variant: line.variant.into(),
            title: offer.map(|offer| offer.title.clone()),
            quantity: int(line.quantity),
            unit_price: price.map(Money::from),
            seen_price: line.seen_price.into(),
            total: price.and_then(|price| times(price, line.quantity)).map(Money::from),
            is_stale: price != Some(line.seen_price),
            is_for_sale: offer.is_some(),
        }
    }
}

fn times(price: hansa_values::Money, quantity: i64) -> Option<hansa_values::Money> {
    Some(hansa_values::Money { minor_units: price.minor_units.checked_mul(quantity)?, ..price })
}

/// What somebody means to buy. It is deleted when nobody has touched it for thirty days.
#[Object(
    name = "Cart",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl CartObject {
    pub(super) async fn id(&self) -> ID {
        self.cart.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.cart.id.to_string().into()
    }

    /// In the order in which they were added; at most 50.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn lines(&self) -> Vec<CartLineObject> {
        self.cart.lines.iter().map(|line| self.line(line)).collect()
    }

    /// Of what is sold now. Null for an empty cart, and for one with several currencies.
    async fn items_total(&self) -> Option<Money> {
        let mut totals = self.cart.lines.iter().filter_map(|line| times(self.offer(line)?.price, line.quantity));
        let first = totals.next()?;
        let sum = totals.try_fold(first, |sum, next| {
            let minor_units = sum.minor_units.checked_add(next.minor_units)?;
            (sum.currency == next.currency).then_some(hansa_values::Money { minor_units, ..sum })
        });
        sum.map(Money::from)
    }

    async fn updated_at(&self) -> DateTime {
        self.cart.updated_at.into()
    }

    async fn expires_at(&self) -> DateTime {
        self.cart.expires_at.into()
    }

    async fn version(&self) -> i32 {
        int(self.cart.version)
    }
}

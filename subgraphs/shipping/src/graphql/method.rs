//! `ShippingMethod` and `ShippingQuote`.

use super::{address::CountryCode, int};
use crate::domain::method::ShippingMethod;
use async_graphql::{ID, Object, SimpleObject};
use hansa_subgraph_host::scalars::Money;

#[derive(Debug, Clone)]
pub(crate) struct MethodNode(pub(super) ShippingMethod);

/// A way of shipping.
#[Object(name = "ShippingMethod")]
impl MethodNode {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What a checkout names it by.
    async fn code(&self) -> &str {
        self.0.code.as_str()
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    /// For any weight.
    async fn base_price(&self) -> Money {
        self.0.base_price.into()
    }

    /// Added for each kilogram, by the gram.
    async fn price_per_kg(&self) -> Money {
        self.0.price_per_kg.into()
    }

    /// Where it delivers to.
    async fn countries(&self) -> Vec<CountryCode> {
        self.0.countries.iter().copied().map(CountryCode).collect()
    }

    /// Whether new orders may use it.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }

    /// Whether everybody may sell with it, and not one tenant alone.
    async fn is_platforms(&self) -> bool {
        self.0.tenant.is_none()
    }

    /// Counts changes; give it as `expectedVersion`.
    async fn version(&self) -> i32 {
        int(self.0.version)
    }
}

/// What it would cost to send something.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ShippingQuote {
    pub(super) method: MethodNode,
    pub(super) price: Money,
    /// What is paid for: the weight, or the volume where that is more (5,000 cubic centimetres count as a kilogram).
    pub(super) chargeable_grams: i32,
}

impl ShippingQuote {
    pub(super) fn of(method: ShippingMethod, grams: i64) -> Option<ShippingQuote> {
        let price = method.price(grams)?.into();
        Some(ShippingQuote { method: MethodNode(method), price, chargeable_grams: int(grams) })
    }
}

//! Keeps the copies of products, prices and ways of shipping.

use super::kind;
use crate::{
    domain::{
        ids::{ProductId, VariantId, VendorId},
        offer::{Offer, ShippingMethod},
    },
    tables::offers,
};
use hansa_messaging::{Consumer, HandleError, HandleFuture, Listening, ProjectedTable, ReceivedEvent};
use hansa_relational::{Direction, Keyset, UnitOfWork};
use hansa_values::{CurrencyCode, Money};
use serde::Deserialize;

pub(crate) const NAME: &str = "offers";

pub(crate) const LISTENING: &[Listening] = &[
    Listening {
        context: "catalog",
        aggregate: "product",
        events: &[("created", 1), ("updated", 1), ("published", 1), ("archived", 1)],
    },
    Listening { context: "catalog", aggregate: "price", events: &[("changed", 1)] },
    Listening { context: "shipping", aggregate: "shipping_method", events: &[("created", 1), ("updated", 1)] },
];

/// Of catalog's products.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductFacts {
    product_id: ProductId,
    vendor_id: VendorId,
    title: String,
    status: String,
    variants: Vec<VariantFacts>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VariantFacts {
    variant_id: VariantId,
    sku: String,
    title: String,
    price: Money,
    #[serde(default)]
    weight_grams: Option<i64>,
}

/// Of catalog's prices.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceChanged {
    variant_id: VariantId,
    after: Money,
}

/// Of shipping's methods.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MethodFacts {
    code: String,
    name: String,
    currency: CurrencyCode,
    base_price: Money,
    price_per_kg: Money,
    #[serde(default = "yes")]
    is_active: bool,
}

fn yes() -> bool {
    true
}

/// The consumer.
#[derive(Debug)]
pub(crate) struct Offers;

impl Consumer for Offers {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn projects_into(&self) -> &'static [ProjectedTable] {
        const VARIANT: Keyset = Keyset::new(&[("id", Direction::Ascending)]);
        const PRICE: Keyset = Keyset::new(&[("variant_id", Direction::Ascending)]);
        const METHOD: Keyset = Keyset::new(&[("code", Direction::Ascending)]);
        &[
            ProjectedTable { name: "variants", key: VARIANT },
            ProjectedTable { name: "variant_prices", key: PRICE },
            ProjectedTable { name: "shipping_methods", key: METHOD },
        ]
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            match kind(event) {
                ("product", _) => product(unit, event, event.content()?).await,
                ("price", _) => {
                    let PriceChanged { variant_id, after } = event.content()?;
                    let told = (checked(after)?, event.event.recorded_at);
                    Ok(offers::write_price(unit, variant_id, told).await?)
                }
                _ => method(unit, event, event.content()?).await,
            }
        })
    }
}

async fn product(unit: &mut UnitOfWork, event: &ReceivedEvent, facts: ProductFacts) -> Result<(), HandleError> {
    let tenant_id = event.event.tenant.ok_or_else(|| HandleError::Poison("a product of no tenant".to_owned()))?;
    let ProductFacts { product_id, vendor_id, title, status, variants } = facts;
    let has_several = variants.len() > 1;
    let offer = |variant: VariantFacts| {
        let title = match has_several && !variant.title.is_empty() {
            true => format!("{title}, {}", variant.title),
            false => title.clone(),
        };
        Ok(Offer {
            variant_id: variant.variant_id,
            product_id,
            tenant_id,
            vendor_id,
            sku: variant.sku,
            title,
            price: checked(variant.price)?,
            weight_grams: variant.weight_grams.unwrap_or(0).max(0),
            is_for_sale: status == "PUBLISHED",
        })
    };
    let list: Vec<Offer> = variants.into_iter().map(offer).collect::<Result<_, HandleError>>()?;
    let told = (event.event.stream_version, event.event.recorded_at);
    Ok(offers::write_product(unit, product_id, &list, told).await?)
}

async fn method(unit: &mut UnitOfWork, event: &ReceivedEvent, facts: MethodFacts) -> Result<(), HandleError> {
    let MethodFacts { code, name, currency, base_price, price_per_kg, is_active } = facts;
    if base_price.currency != currency || price_per_kg.currency != currency {
        return Err(HandleError::Poison(format!("the shipping method {code} has prices in several currencies")));
    }
    let (base_price, price_per_kg) = (checked(base_price)?.minor_units, checked(price_per_kg)?.minor_units);
    let method = ShippingMethod { code, name, currency, base_price, price_per_kg };
    Ok(offers::write_shipping_method(unit, &method, (is_active, event.event.stream_version)).await?)
}

fn checked(price: Money) -> Result<Money, HandleError> {
    match price.minor_units < 0 {
        true => Err(HandleError::Poison(format!("a price of {} {}", price.amount(), price.currency))),
        false => Ok(price),
    }
}

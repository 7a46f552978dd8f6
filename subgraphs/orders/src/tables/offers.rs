//! Copies of what others own: variants with their prices, ways of shipping. Events may come again, and prices in another
//! order than products: the newest that was told counts.

use crate::domain::{
    ids::{ProductId, VariantId},
    offer::{Offer, ShippingMethod},
};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::Money;
use std::collections::HashMap;

impl FromRow for Offer {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Offer {
            variant_id: row.parsed("id")?,
            product_id: row.parsed("product_id")?,
            tenant_id: row.parsed("tenant_id")?,
            vendor_id: row.parsed("vendor_id")?,
            sku: row.text("sku")?,
            title: row.text("title")?,
            price: super::money(row, "price")?,
            weight_grams: row.int("weight_grams")?,
            is_for_sale: row.bool("is_for_sale")?,
        })
    }
}

impl FromRow for ShippingMethod {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(ShippingMethod {
            code: row.text("code")?,
            name: row.text("name")?,
            currency: row.parsed("currency")?,
            base_price: row.int("base_price")?,
            price_per_kg: row.int("price_per_kg")?,
        })
    }
}

/// Those that are known, with the newest price. Nothing of a suspended tenant is for sale.
pub(crate) async fn by_variants(
    source: impl Source,
    ids: impl IntoIterator<Item = VariantId>,
) -> Result<HashMap<VariantId, Offer>, StoreError> {
    let found: Vec<Offer> = query(
        "SELECT variants.id, product_id, tenant_id, vendor_id, sku, title, weight_grams,
            CASE WHEN EXISTS (SELECT 1 FROM tenant_suspensions WHERE tenant_suspensions.tenant_id = variants.tenant_id
                AND is_suspended) THEN FALSE ELSE is_for_sale END AS is_for_sale,
            CASE WHEN variant_prices.told_at >= variants.told_at THEN variant_prices.price ELSE variants.price END
                AS price,
            CASE WHEN variant_prices.told_at >= variants.told_at THEN variant_prices.currency ELSE variants.currency END
                AS currency
         FROM variants LEFT JOIN variant_prices ON variant_prices.variant_id = variants.id WHERE ",
    )
    .push_in("variants.id", ids.into_iter().map(|id| id.to_string()))
    .fetch_all(source)
    .await?;
    Ok(found.into_iter().map(|offer| (offer.variant_id, offer)).collect())
}

/// Writes what a product's event of this version tells. Variants that it does not name are not for sale any more.
pub(crate) async fn write_product(
    unit: &mut UnitOfWork,
    product: ProductId,
    offers: &[Offer],
    (version, told_at): (i64, DateTime<Utc>),
) -> Result<(), StoreError> {
    query("UPDATE variants SET is_for_sale = FALSE, product_version = $2 WHERE product_id = $1 AND product_version < $2 AND NOT ")
        .bind(product.to_string())
        .bind(version)
        .push("(")
        .push_in("id", offers.iter().map(|offer| offer.variant_id.to_string()))
        .push(")")
        .execute(unit)
        .await?;
    for offer in offers {
        query(
            "INSERT INTO variants (id, product_id, tenant_id, vendor_id, sku, title, is_for_sale, price, currency,
                weight_grams, product_version, told_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, title = excluded.title,
                is_for_sale = excluded.is_for_sale, price = excluded.price, currency = excluded.currency,
                weight_grams = excluded.weight_grams, product_version = excluded.product_version,
                told_at = excluded.told_at
             WHERE variants.product_version < excluded.product_version",
        )
        .bind(offer.variant_id.to_string())
        .bind(product.to_string())
        .bind(offer.tenant_id.to_string())
        .bind(offer.vendor_id.to_string())
        .bind(&offer.sku)
        .bind(&offer.title)
        .bind(offer.is_for_sale)
        .bind(offer.price.minor_units)
        .bind(offer.price.currency.as_str())
        .bind(offer.weight_grams)
        .bind(version)
        .bind(told_at)
        .execute(unit)
        .await?;
    }
    Ok(())
}

pub(crate) async fn write_price(
    unit: &mut UnitOfWork,
    variant: VariantId,
    (price, told_at): (Money, DateTime<Utc>),
) -> Result<(), StoreError> {
    query(
        "INSERT INTO variant_prices (variant_id, price, currency, told_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (variant_id) DO UPDATE SET price = excluded.price, currency = excluded.currency,
            told_at = excluded.told_at
         WHERE variant_prices.told_at <= excluded.told_at",
    )
    .bind(variant.to_string())
    .bind(price.minor_units)
    .bind(price.currency.as_str())
    .bind(told_at)
    .execute(unit)
    .await?;
    Ok(())
}

/// A way of shipping that new orders may use.
pub(crate) async fn shipping_method(source: impl Source, code: &str) -> Result<Option<ShippingMethod>, StoreError> {
    query("SELECT code, name, currency, base_price, price_per_kg FROM shipping_methods WHERE code = $1 AND is_active")
        .bind(code)
        .fetch_optional(source)
        .await
}

pub(crate) async fn write_shipping_method(
    unit: &mut UnitOfWork,
    method: &ShippingMethod,
    (is_active, version): (bool, i64),
) -> Result<(), StoreError> {
    query(
        "INSERT INTO shipping_methods (code, name, currency, base_price, price_per_kg, is_active, stream_version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (code) DO UPDATE SET name = excluded.name, currency = excluded.currency,
            base_price = excluded.base_price, price_per_kg = excluded.price_per_kg, is_active = excluded.is_active,
            stream_version = excluded.stream_version
         WHERE shipping_methods.stream_version < excluded.stream_version",
    )
    .bind(&method.code)
    .bind(&method.name)
    .bind(method.currency.as_str())
    .bind(method.base_price)
    .bind(method.price_per_kg)
    .bind(is_active)
    .bind(version)
    .execute(unit)
    .await?;
    Ok(())
}

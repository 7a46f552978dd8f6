//! Offers: what the catalog sells, at which price; and ways of shipping. Both are copies that other contexts' events keep
//! up to date.

use super::ids::{ProductId, VariantId, VendorId};
use hansa_values::{CurrencyCode, Money, TenantId};

/// A variant, as it can be bought now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    /// Who sells it.
    pub tenant_id: TenantId,
    pub vendor_id: VendorId,
    pub sku: String,
    /// Of the product, and of the variant where it has one of its own.
    pub title: String,
    pub price: Money,
    /// 0 where the catalog does not tell.
    pub weight_grams: i64,
    /// Whether its product is published.
    pub is_for_sale: bool,
}

/// A way of shipping, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingMethod {
    pub code: String,
    pub name: String,
    pub currency: CurrencyCode,
    /// In minor units, as the next.
    pub base_price: i64,
    pub price_per_kg: i64,
}

impl ShippingMethod {
    /// The price of a parcel: begun kilograms are paid by the gram, rounded up. `None` where it is beyond measure.
    pub fn price(&self, grams: i64) -> Option<Money> {
        let by_weight = i128::from(self.price_per_kg) * i128::from(grams.max(0));
        let by_weight = by_weight / 1000 + i128::from(by_weight % 1000 > 0);
        let minor_units = i64::try_from(i128::from(self.base_price) + by_weight).ok()?;
        Some(Money { minor_units, currency: self.currency })
    }
}

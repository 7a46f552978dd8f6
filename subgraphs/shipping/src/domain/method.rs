//! Ways of shipping: where to, and what they cost by weight or by volume, whichever is more.

use super::{Refusal, country::CountryCode, ids::ShippingMethodId};
use chrono::{DateTime, Utc};
use hansa_values::{Money, TenantId};
use serde::Serialize;
use std::collections::BTreeSet;

/// So many cubic millimetres count as a gram: 5,000 cubic centimetres as a kilogram.
const CUBIC_MILLIMETRES_PER_GRAM: i128 = 5_000;
/// The most that a price may be, in minor units.
const PRICE_MAX: i64 = 1_000_000_000;

/// Says a way of shipping in orders and events: letters, digits and dashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MethodCode(String);

#[derive(Debug, Clone, PartialEq)]
pub struct ShippingMethod {
    pub id: ShippingMethodId,
    pub code: MethodCode,
    /// Whose it is; `None` for the platform's, which everybody may sell with.
    pub tenant: Option<TenantId>,
    pub name: String,
    /// For any weight. Both prices are in one currency.
    pub base_price: Money,
    /// Added for each kilogram, by the gram.
    pub price_per_kg: Money,
    pub countries: BTreeSet<CountryCode>,
    /// Whether new orders may use it.
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What something weighs and takes up, packed. What nobody has measured is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measures {
    pub weight_grams: i64,
    pub width_mm: i64,
    pub height_mm: i64,
    pub depth_mm: i64,
}

impl MethodCode {
    pub fn new(text: &str) -> Result<MethodCode, Refusal> {
        let is_good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match (2..=40).contains(&text.len()) && text.bytes().all(is_good) {
            true => Ok(MethodCode(text.to_owned())),
            false => Err(Refusal::CodeInvalid),
        }
    }

    /// One that was checked before it was stored.
    pub(crate) fn kept(text: String) -> MethodCode {
        MethodCode(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Measures {
    /// The grams that count: those of the scales, or those of the volume.
    pub fn chargeable_grams(self) -> i64 {
        let sides = [self.width_mm, self.height_mm, self.depth_mm].map(|side| i128::from(side.clamp(0, 1_000_000)));
        let volume = sides.iter().product::<i128>() / CUBIC_MILLIMETRES_PER_GRAM;
        let volume = i64::try_from(volume).unwrap_or(i64::MAX);
        self.weight_grams.max(0).max(volume)
    }
}

impl ShippingMethod {
    /// What so many grams cost, rounded up to a whole minor unit; `None` where that is more than can be said.
    pub fn price(&self, grams: i64) -> Option<Money> {
        let by_weight = i128::from(self.price_per_kg.minor_units) * i128::from(grams.max(0));
        let by_weight = (by_weight + 999) / 1_000;
        let minor_units = i64::try_from(i128::from(self.base_price.minor_units) + by_weight).ok()?;
        Some(Money { minor_units, currency: self.base_price.currency })
    }

    pub fn delivers_to(&self, country: CountryCode) -> bool {
        self.is_active && self.countries.contains(&country)
    }

    /// Whether goods of all these tenants may go with it.
    pub fn serves<'a>(&self, mut tenants: impl Iterator<Item = &'a TenantId>) -> bool {
        self.tenant.is_none_or(|own| tenants.all(|tenant| *tenant == own))
    }
}

/// Refuses prices that are none.
pub(crate) fn checked_prices(base: Money, per_kg: Money) -> Result<(), Refusal> {
    if base.currency != per_kg.currency {
        return Err(Refusal::CurrencyMismatch);
    }
    let is_price = |price: Money| (0..=PRICE_MAX).contains(&price.minor_units);
    if is_price(base) && is_price(per_kg) { Ok(()) } else { Err(Refusal::PriceInvalid) }
}

pub(crate) fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let is_good = (1..=80).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_good { Ok(name.to_owned()) } else { Err(Refusal::NameInvalid) }
}

pub(crate) fn checked_countries(countries: Vec<CountryCode>) -> Result<BTreeSet<CountryCode>, Refusal> {
    let countries: BTreeSet<CountryCode> = countries.into_iter().collect();
    if countries.is_empty() { Err(Refusal::CountriesInvalid) } else { Ok(countries) }
}

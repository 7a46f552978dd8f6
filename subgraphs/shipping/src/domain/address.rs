//! Delivery addresses: a buyer's own, and never in an event.

use super::{Refusal, country::CountryCode, ids::DeliveryAddressId};
use chrono::{DateTime, Utc};
use hansa_values::UserId;
use serde::Serialize;
use std::fmt;

/// More of them nobody needs.
pub(crate) const ADDRESSES_MAX: i64 = 50;

/// What an address says, as it was given.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AddressLines {
    pub recipient: String,
    pub line1: String,
    pub line2: Option<String>,
    pub postal_code: Option<String>,
    pub city: String,
    pub region: Option<String>,
    pub country: CountryCode,
    pub phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryAddress {
    pub id: DeliveryAddressId,
    pub owner: UserId,
    pub lines: AddressLines,
    /// Its owner has deleted it; it stays until the last shipment to it has ended.
    pub is_deleted: bool,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

impl AddressLines {
    /// Trims the texts; what is left of optional ones may be nothing.
    pub fn checked(self) -> Result<AddressLines, Refusal> {
        Ok(AddressLines {
            recipient: required(&self.recipient, ("recipient", 100))?,
            line1: required(&self.line1, ("line1", 100))?,
            line2: optional(self.line2, ("line2", 100))?,
            postal_code: optional(self.postal_code, ("postalCode", 20))?,
            city: required(&self.city, ("city", 100))?,
            region: optional(self.region, ("region", 100))?,
            country: self.country,
            phone: optional(self.phone, ("phone", 30))?,
        })
    }
}

fn required(text: &str, (field, characters_max): (&'static str, usize)) -> Result<String, Refusal> {
    let text = text.trim();
    let is_good = (1..=characters_max).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if is_good { Ok(text.to_owned()) } else { Err(Refusal::AddressInvalid { field, characters_max }) }
}

fn optional(text: Option<String>, of: (&'static str, usize)) -> Result<Option<String>, Refusal> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => required(&text, of).map(Some),
        None => Ok(None),
    }
}

// Personal data, which has no place in a log.
impl fmt::Debug for AddressLines {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AddressLines").field("country", &self.country).finish_non_exhaustive()
    }
}

//! Why a command was not done: a closed list, in README.md with the mutations that give it.

use super::{address::ADDRESSES_MAX, shipment::ShipmentStatus};
use hansa_values::MoneyError;

/// An expected failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the caller may not do this in the acting tenant")]
    Forbidden,
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("this has 1 to {characters_max} characters, and no control characters")]
    AddressInvalid { field: &'static str, characters_max: usize },
    #[error("a user has at most {ADDRESSES_MAX} addresses")]
    TooManyAddresses,
    #[error("a code has 2 to 40 small letters, digits and dashes")]
    CodeInvalid,
    #[error("there is a way of shipping with this code")]
    CodeTaken,
    #[error("a name has 1 to 80 characters, and no control characters")]
    NameInvalid,
    #[error("a price is from nothing to ten million")]
    PriceInvalid,
    #[error(transparent)]
    AmountInvalid(#[from] MoneyError),
    #[error("all prices of a way of shipping are in one currency, which stays")]
    CurrencyMismatch,
    #[error("it delivers to one country at least")]
    CountriesInvalid,
    #[error("the order is not confirmed yet: its parcels are neither labelled nor cancelled before that")]
    NotConfirmed,
    #[error("some of the order has left already, so that it cannot be undone as a whole: refund the lines instead")]
    Dispatched,
    #[error("another shipment of the order is cancelled, and with it the whole order: nothing of it is to leave")]
    OrderCancelled,
    #[error("the shipment is {} already", status.as_str())]
    WrongStatus { status: ShipmentStatus },
    #[error("it has version {current} now")]
    VersionConflict { current: i64 },
    #[error("this key was used before, with another input")]
    IdempotencyKeyReused,
}

impl Refusal {
    /// The code that clients see.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Forbidden => "FORBIDDEN",
            Refusal::NotFound(_) => "NOT_FOUND",
            Refusal::AddressInvalid { .. } => "ADDRESS_INVALID",
            Refusal::TooManyAddresses => "TOO_MANY_ADDRESSES",
            Refusal::CodeInvalid => "CODE_INVALID",
            Refusal::CodeTaken => "CODE_TAKEN",
            Refusal::NameInvalid => "NAME_INVALID",
            Refusal::PriceInvalid => "PRICE_INVALID",
            Refusal::AmountInvalid(_) => "AMOUNT_INVALID",
            Refusal::CurrencyMismatch => "CURRENCY_MISMATCH",
            Refusal::CountriesInvalid => "COUNTRIES_INVALID",
            Refusal::NotConfirmed => "NOT_CONFIRMED",
            Refusal::Dispatched => "DISPATCHED",
            Refusal::OrderCancelled => "ORDER_CANCELLED",
            Refusal::WrongStatus { .. } => "WRONG_STATUS",
            Refusal::VersionConflict { .. } => "VERSION_CONFLICT",
            Refusal::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
        }
    }
}

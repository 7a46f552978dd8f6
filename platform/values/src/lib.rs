//! Value types that every bounded context shares: ids, money, user names. Pure: no clock, no randomness, no I/O.

mod base32;
mod currency;
mod id;
mod money;
mod schemas;
#[cfg(test)]
mod tests;

pub use currency::{CurrencyCode, UnknownCurrency};
pub use id::{AnyId, EntityKind, Id, IdError, Tenant, TenantId, User, UserId};
pub use money::{Money, MoneyError};

//! What may be done, and what follows from it. Pure: no store, no clock, no GraphQL.

pub(crate) mod cart;
pub(crate) mod checkout;
pub(crate) mod ids;
pub(crate) mod offer;
pub(crate) mod order;
pub(crate) mod placement;
mod refusal;
#[cfg(test)]
pub(crate) mod tests;

pub use refusal::{Refusal, Refused};

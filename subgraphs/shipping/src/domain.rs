//! Addresses, ways of shipping, shipments: what may be done, and what follows from it. Pure.

pub(crate) mod address;
pub(crate) mod country;
pub(crate) mod event;
pub(crate) mod ids;
pub(crate) mod method;
pub(crate) mod plan;
mod refusal;
pub(crate) mod shipment;
#[cfg(test)]
mod tests;

pub use refusal::Refusal;

//! What may be done with money, and what follows from it. Pure.

pub(crate) mod dispute;
pub(crate) mod event;
pub(crate) mod ids;
pub(crate) mod ledger;
pub(crate) mod operation;
pub(crate) mod payment;
mod refusal;
pub(crate) mod shares;
#[cfg(test)]
mod tests;

pub use refusal::Refusal;

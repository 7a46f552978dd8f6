//! What may be done, and what follows from it. Pure.

pub(crate) mod item;
mod refusal;
#[cfg(test)]
mod tests;
pub(crate) mod title;

pub use refusal::Refusal;

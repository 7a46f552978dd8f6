//! What the context listens to.

pub(crate) mod catalog_variants;
pub(crate) mod order_requests;
pub(crate) mod order_returns;
pub(crate) mod published;

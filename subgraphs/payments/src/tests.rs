//! The context through its front doors: requests of orders, calls of a provider, the schema.

mod published;

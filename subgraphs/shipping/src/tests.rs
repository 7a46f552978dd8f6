//! The context through its front doors: requests of orders, callbacks of carriers, the schema.

mod published;

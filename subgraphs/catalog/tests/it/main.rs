//! The catalog through its front door: GraphQL in process, a real store in a throw-away folder.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod away;
mod bad_input;
mod categories;
mod endless;
mod entities;
mod filters;
mod idempotency;
mod paging;
mod product_page;
mod products;
mod schema;
mod variants;
mod vendors;
mod visibility;
mod world;

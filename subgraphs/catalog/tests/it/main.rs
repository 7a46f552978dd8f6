//! The catalog through its front door: GraphQL in process, a real store in a throw-away folder.

mod bad_input;
mod categories;
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

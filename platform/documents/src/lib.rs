//! Document collections of a context. One write changes one document, which carries its events and its recent
//! idempotency records with it, so that it is atomic without transactions over several documents.
//! The backend is embedded (SQLite's JSON) or a MongoDB server; both keep the same laws (`tests/laws`).

mod backend;
mod change;
mod collection;
mod database;
mod document;
mod embedded;
mod error;
mod event_log;
mod filter;
mod find;
mod group;
mod mongo;
mod path;
mod record;
mod relay_store;
mod specification;
mod turns;
mod value;
mod write;

pub use collection::{Collection, Documents};
pub use database::Database;
pub use document::{CollectionSpec, Document, Index};
pub use error::{OpenError, StoreError};
pub use filter::Filter;
pub use find::{Find, Order};
pub use group::Group;
pub use hansa_relational::{Durability, OpenOptions};
pub use value::Value;
pub use write::{Answer, Begun, OutboxEntry, Write};

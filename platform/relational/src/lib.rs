//! The relational store of a context: query texts in the subset that SQLite and PostgreSQL share, own values and rows,
//! migrations, and one function that commits state, events and the idempotency record together.
//! SQLite is the engine; no type of it, or of the driver, is in the interface that contexts see.

mod checkpoint;
mod database;
mod error;
mod event_log;
mod keyset;
mod migrations;
mod query;
mod relational;
mod relay_store;
mod row;
pub mod sqlite;
mod unit_of_work;
mod value;

pub use checkpoint::Checkpoint;
pub use database::Database;
pub use error::{EngineError, MigrationsError, OpenError, StoreError};
pub use keyset::{Direction, Keyset};
pub use migrations::{Migration, Migrations};
pub use query::{Query, Source, query};
pub use relational::Relational;
pub use row::{FromRow, Row};
pub use sqlite::{Durability, OpenOptions};
pub use unit_of_work::{Begun, UnitOfWork};
pub use value::{Kind, Value, time_text};

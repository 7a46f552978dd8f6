//! The relational store of a context: query texts in the subset that SQLite and PostgreSQL share, own values and rows,
//! migrations, and one function that commits state, events and the idempotency record together.
//! SQLite and PostgreSQL are the engines; no type of them, or of the driver, is in the interface that contexts see.

mod beside;
mod checkpoint;
mod database;
mod dialect;
mod engine;
mod error;
mod event_log;
mod keyset;
mod migrations;
mod place;
mod postgres;
mod query;
mod relational;
mod relay_store;
mod row;
pub mod sqlite;
mod unit_of_work;
mod value;

pub use beside::Beside;
pub use checkpoint::{Checkpoint, CheckpointMove};
pub use database::Database;
pub use dialect::Dialect;
pub use error::{EngineError, MigrationsError, OpenError, StoreError};
pub use keyset::{Direction, Keyset};
pub use migrations::{Migration, Migrations};
pub use place::Place;
pub use query::{Query, Source, query};
pub use relational::{Relational, Wakes};
pub use row::{FromRow, Row};
pub use sqlite::{Durability, OpenOptions};
pub use unit_of_work::{Begun, UnitOfWork};
pub use value::{Kind, Value, time_text};

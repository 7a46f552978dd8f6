//! The embedded backend: a table for each collection, a row for each document, which has the document, its events and
//! its idempotency records in three columns. Beside it stand what MongoDB would have as multikey indexes: tables of the
//! records' keys and of arrays' elements, kept by the same transaction.

mod aggregate;
mod find_each;
mod idempotency;
mod read;
mod schema;
mod statement;
#[cfg(test)]
mod tests;
mod turns;
mod write;

use std::path::Path;

use hansa_relational::{Durability, OpenOptions, sqlite::Sqlite};

use crate::{CollectionSpec, OpenError, StoreError};

pub(crate) use turns::Turn;
pub(crate) use write::Change;

/// More rows than this in one answer are an error.
const ROWS_MAX: usize = 10_000;

#[derive(Debug, Clone)]
pub(crate) struct Embedded {
    sqlite: Sqlite,
    turns: turns::Turns,
}

/// A document as it is kept.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) content: String,
}

impl Embedded {
    pub(crate) async fn open(
        path: &Path,
        collections: &[CollectionSpec],
        options: &OpenOptions,
    ) -> Result<Embedded, OpenError> {
        let sqlite = Sqlite::open(path, options).await.map_err(OpenError::File)?;
        schema::make(&sqlite, collections).await?;
        Ok(Embedded { sqlite, turns: turns::Turns::new(options.wait) })
    }

    pub(crate) async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        Ok(self.sqlite.set_durability(durability).await?)
    }

    pub(crate) async fn close(&self) {
        self.sqlite.close().await;
    }
}

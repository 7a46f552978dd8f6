//! The embedded backend: a table for each collection, a row for each document, which has the document, its events and
//! its idempotency records in three columns. Beside it stand what MongoDB would have as multikey indexes: tables of the
//! records' keys and of arrays' elements, kept by the same transaction.

mod aggregate;
mod find_each;
mod idempotency;
mod letters;
mod log;
mod read;
mod relay;
mod schema;
mod statement;
#[cfg(test)]
mod tests;
mod write;

use std::{path::Path, sync::Arc};

use hansa_relational::{Durability, OpenOptions, sqlite::Sqlite};

use crate::{CollectionSpec, OpenError, StoreError, backend::Stored};

/// More rows than this in one answer are an error.
const ROWS_MAX: usize = 10_000;

#[derive(Debug, Clone)]
pub(crate) struct Embedded {
    sqlite: Sqlite,
    collections: Arc<[CollectionSpec]>,
    lanes: i64,
}

impl Embedded {
    pub(crate) async fn open(
        path: &Path,
        collections: &[CollectionSpec],
        options: &OpenOptions,
    ) -> Result<Embedded, OpenError> {
        let sqlite = Sqlite::open(path, options).await.map_err(OpenError::File)?;
        schema::make(&sqlite, collections).await?;
        log::make(&sqlite, options.lanes).await?;
        Ok(Embedded { sqlite, collections: collections.into(), lanes: options.lanes })
    }

    pub(crate) fn lanes(&self) -> i64 {
        self.lanes
    }

    pub(crate) async fn shred(&self) -> Result<(), StoreError> {
        Ok(self.sqlite.shred().await?)
    }

    pub(crate) async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        Ok(self.sqlite.set_durability(durability).await?)
    }

    pub(crate) async fn close(&self) {
        self.sqlite.close().await;
    }
}

//! The engines behind the store, and the transaction of one of them.

use std::borrow::Cow;

use crate::{
    Dialect, Durability, Place, Query, Row, StoreError,
    postgres::{self, Postgres},
    sqlite::{self, Sqlite},
};

#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// What else may be written while a transaction is open. SQLite has one writer, so there it is always nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Company {
    /// Nothing: it is alone in the store.
    Nobody,
    /// Whatever is not begun alone and has not the same key.
    Others { key: Option<String> },
    /// Nothing, and it may take long: migrations.
    NobodyForLong,
}

/// The write transaction of an engine. Dropped, it is rolled back before its connection is used again.
#[derive(Debug)]
pub(crate) enum Writing {
    Sqlite(sqlite::Transaction),
    Postgres(postgres::Transaction),
}

impl Engine {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn place(&self) -> Place {
        match self {
            Engine::Sqlite(sqlite) => sqlite.path().into(),
            Engine::Postgres(postgres) => postgres.place().clone(),
        }
    }

    pub(crate) async fn shred(&self) -> Result<(), StoreError> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.shred().await,
            // The server's vacuum does, and its administrator says when.
            Engine::Postgres(_) => Ok(()),
        }
    }

    pub(crate) async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.set_durability(durability).await,
            Engine::Postgres(postgres) => postgres.set_durability(durability).await,
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }

    pub(crate) async fn read(&self, query: Query, max: usize) -> Result<Vec<Row>, StoreError> {
        let query = query.checked()?;
        match self {
            Engine::Sqlite(sqlite) => sqlite.read(query.text, query.values, max).await,
            Engine::Postgres(postgres) => postgres.read(query.text, query.values, max).await,
        }
    }

    pub(crate) async fn begin(&self, company: Company) -> Result<Writing, StoreError> {
        match self {
            Engine::Sqlite(sqlite) => Ok(Writing::Sqlite(sqlite.begin().await?)),
            Engine::Postgres(postgres) => Ok(Writing::Postgres(postgres.begin(company).await?)),
        }
    }
}

impl Writing {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Writing::Sqlite(_) => Dialect::Sqlite,
            Writing::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Reads, with its own writes; or writes and reads what was written. After any error it can only be dropped.
    pub(crate) async fn read(&mut self, query: Query, max: usize) -> Result<Vec<Row>, StoreError> {
        let query = query.checked()?;
        match self {
            Writing::Sqlite(transaction) => transaction.read(query.text, query.values, max).await,
            Writing::Postgres(transaction) => transaction.read(query.text, query.values, max).await,
        }
    }

    /// Writes. After any error it can only be dropped.
    pub(crate) async fn execute(&mut self, query: Query) -> Result<u64, StoreError> {
        let query = query.checked()?;
        match self {
            Writing::Sqlite(transaction) => transaction.execute(query.text, query.values).await,
            Writing::Postgres(transaction) => transaction.execute(query.text, query.values).await,
        }
    }

    /// Runs several statements without values: migrations.
    pub(crate) async fn execute_script(&mut self, text: impl Into<Cow<'static, str>>) -> Result<(), StoreError> {
        match self {
            Writing::Sqlite(transaction) => transaction.execute_script(text).await,
            Writing::Postgres(transaction) => transaction.execute_script(text).await,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Writing::Sqlite(transaction) => transaction.commit().await,
            Writing::Postgres(transaction) => transaction.commit().await,
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Writing::Sqlite(transaction) => transaction.rollback().await,
            Writing::Postgres(transaction) => transaction.rollback().await,
        }
    }
}

//! The store: opened once by a context, cloned wherever it reads or begins a command.

use std::path::Path;

use hansa_event_sourcing::Clock;

use crate::{
    Durability, Migrations, OpenError, OpenOptions, Query, Row, StoreError,
    migrations::{self, PLATFORM},
    sqlite::{Sqlite, Transaction},
};

/// The relational database of one context.
#[derive(Debug, Clone)]
pub struct Relational {
    engine: Engine,
}

#[derive(Debug, Clone)]
enum Engine {
    Sqlite(Sqlite),
}

/// The write transaction of an engine.
#[derive(Debug)]
pub(crate) enum Writing {
    Sqlite(Transaction),
}

impl Relational {
    /// Opens or creates the file, and applies the migrations that are missing.
    pub async fn open(path: &Path, migrations: &Migrations) -> Result<Relational, OpenError> {
        Relational::open_with(path, migrations, OpenOptions::default()).await
    }

    pub async fn open_with(
        path: &Path,
        migrations: &Migrations,
        options: OpenOptions,
    ) -> Result<Relational, OpenError> {
        let mut sqlite = Sqlite::open(path, &options).await?;
        let lists = [("platform", &PLATFORM), ("context", migrations)];
        migrations::apply(&sqlite, &lists, &Clock::system()).await?;
        sqlite.learn_constraints().await.map_err(|error| migrations::unreadable(path, error))?;
        Ok(Relational { engine: Engine::Sqlite(sqlite) })
    }

    /// Changes what a power cut can lose, from the next commit on. For a load that can be repeated: the demo's.
    pub async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.set_durability(durability).await,
        }
    }

    /// Waits for running queries, and closes the database. What is dropped without it loses nothing.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
        }
    }

    pub(crate) async fn read(&self, query: Query, max: usize) -> Result<Vec<Row>, StoreError> {
        let query = query.checked()?;
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(query.text, query.values, max).await,
        }
    }

    pub(crate) async fn begin_writing(&self) -> Result<Writing, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => Ok(Writing::Sqlite(sqlite.begin().await?)),
        }
    }
}

impl Writing {
    pub(crate) async fn read(&mut self, query: Query, max: usize) -> Result<Vec<Row>, StoreError> {
        let query = query.checked()?;
        match self {
            Writing::Sqlite(transaction) => transaction.read(query.text, query.values, max).await,
        }
    }

    pub(crate) async fn execute(&mut self, query: Query) -> Result<u64, StoreError> {
        let query = query.checked()?;
        match self {
            Writing::Sqlite(transaction) => transaction.execute(query.text, query.values).await,
        }
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Writing::Sqlite(transaction) => transaction.commit().await,
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Writing::Sqlite(transaction) => transaction.rollback().await,
        }
    }
}

//! The store: opened once by a context, cloned wherever it reads or begins a command.

use std::sync::Arc;

use hansa_event_sourcing::Clock;
use tokio::sync::watch;

use crate::{
    Database, Durability, Migrations, OpenError, OpenOptions, Query, Row, StoreError,
    migrations::{self, PLATFORM},
    query,
    sqlite::{Sqlite, Transaction},
};

/// The relational database of one context.
#[derive(Debug, Clone)]
pub struct Relational {
    engine: Engine,
    pub(crate) lanes: i64,
    /// Raised by each commit with events.
    pub(crate) commits: Arc<watch::Sender<u64>>,
    /// Raised by each commit that has work for the workers.
    pub(crate) wakes: Arc<watch::Sender<u64>>,
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
    /// Opens or creates the database, and applies the migrations that are missing.
    pub async fn open(database: impl Into<Database>, migrations: &Migrations) -> Result<Relational, OpenError> {
        Relational::open_with(database, migrations, OpenOptions::default()).await
    }

    pub async fn open_with(
        database: impl Into<Database>,
        migrations: &Migrations,
        options: OpenOptions,
    ) -> Result<Relational, OpenError> {
        let path = match database.into() {
            Database::File(path) => path,
            Database::Postgres { .. } => unimplemented!(),
        };
        let mut sqlite = Sqlite::open(&path, &options).await?;
        let lists = [("platform", &PLATFORM), ("context", migrations)];
        migrations::apply(&sqlite, &lists, &Clock::system()).await?;
        sqlite.learn_constraints().await.map_err(|error| migrations::unreadable(&path, error))?;
        let store = Relational {
            engine: Engine::Sqlite(sqlite),
            lanes: options.lanes,
            commits: Arc::default(),
            wakes: Arc::default(),
        };
        let found = store.settle_lanes().await.map_err(|error| migrations::unreadable(&path, error))?;
        match found == options.lanes {
            true => Ok(store),
            false => Err(OpenError::OtherLanes { path, found, wanted: options.lanes }),
        }
    }

    /// A log without events gets the lanes that are wanted. Gives how many there are.
    async fn settle_lanes(&self) -> Result<i64, StoreError> {
        let mut writing = self.begin_writing().await?;
        let state = query("SELECT COUNT(*) AS lanes, CAST(SUM(position) AS BIGINT) AS events FROM event_lanes");
        let state = writing.read(state, 1).await?;
        let state = state.first().ok_or(StoreError::NoRow)?;
        let (found, events) = (state.int("lanes")?, state.int("events")?);
        if found >= self.lanes || events > 0 {
            writing.rollback().await?;
            return Ok(found);
        }
        for lane in found..self.lanes {
            writing.execute(query("INSERT INTO event_lanes (lane, position) VALUES ($1, 0)").bind(lane)).await?;
        }
        writing.commit().await?;
        Ok(self.lanes)
    }

    /// Changes whenever this process has committed work for the workers: see [`crate::UnitOfWork::wake_workers`].
    pub fn woken(&self) -> watch::Receiver<u64> {
        self.wakes.subscribe()
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

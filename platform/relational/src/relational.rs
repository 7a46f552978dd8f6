//! The store: opened once by a context, cloned wherever it reads or begins a command.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU32},
};

use hansa_event_sourcing::Clock;
use tokio::sync::watch;

use crate::{
    Database, Dialect, Durability, Migrations, MigrationsError, OpenError, OpenOptions, Query, Row, StoreError,
    engine::{Company, Engine},
    migrations::{self, PLATFORM},
    postgres::Postgres,
    query,
    sqlite::Sqlite,
};

/// The relational database of one context.
#[derive(Debug, Clone)]
pub struct Relational {
    pub(crate) engine: Engine,
    /// What it was opened with.
    pub(crate) opened: Arc<Opened>,
    pub(crate) lanes: i64,
    /// Raised by each commit with events.
    pub(crate) commits: Arc<watch::Sender<u64>>,
    /// Raised by each commit that has work for the workers.
    pub(crate) wakes: Arc<watch::Sender<Wakes>>,
    /// Counts the commits with an idempotency record: now and then one clears old records.
    pub(crate) clearings: Arc<AtomicU32>,
}

#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) database: Database,
    pub(crate) migrations: Migrations,
    pub(crate) options: OpenOptions,
}

/// How often there was new work in each queue.
#[derive(Debug, Default)]
pub struct Wakes(HashMap<&'static str, u64>);

impl Wakes {
    /// Another number than before says that there is something new.
    pub fn of(&self, queue: &str) -> u64 {
        self.0.get(queue).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, queues: &[&'static str]) {
        for queue in queues {
            *self.0.entry(queue).or_default() += 1;
        }
    }
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
        let database = database.into();
        let mut engine = match &database {
            Database::File(path) => Engine::Sqlite(Sqlite::open(path, &options).await?),
            Database::Postgres { url, schema } => Engine::Postgres(Postgres::open((url, schema), &options).await?),
        };
        let place = engine.place();
        let unreadable =
            |error| OpenError::Migrations { place: place.clone(), source: MigrationsError::Unreadable(error) };
        let lists = [("platform", &PLATFORM), ("context", migrations)];
        migrations::apply(&engine, &lists, &Clock::system()).await?;
        if let Engine::Sqlite(sqlite) = &mut engine {
            sqlite.learn_constraints().await.map_err(unreadable)?;
        }
        let wanted = options.lanes;
        let opened = Arc::new(Opened { database, migrations: *migrations, options });
        let (commits, wakes, clearings) = Default::default();
        let store = Relational { engine, opened, lanes: wanted, commits, wakes, clearings };
        let found = store.settle_lanes().await.map_err(unreadable)?;
        match found == wanted {
            true => Ok(store),
            false => Err(OpenError::OtherLanes { place, found, wanted }),
        }
    }

    /// A log without events gets the lanes that are wanted. Gives how many there are.
    async fn settle_lanes(&self) -> Result<i64, StoreError> {
        let mut writing = self.engine.begin(Company::Nobody).await?;
        let state = query("SELECT COUNT(*) AS lanes, CAST(SUM(position) AS BIGINT) AS events FROM event_lanes");
        let state = writing.read(state, 1).await?;
        let state = state.first().ok_or(StoreError::NoRow)?;
        let (found, events) = (state.int("lanes")?, state.int("events")?);
        if found >= self.lanes || events > 0 {
            writing.rollback().await?;
            return Ok(found);
        }
        for lane in found..self.lanes {
            let insert = query("INSERT INTO event_lanes (lane, position) VALUES ($1, 0)").bind(lane);
            writing.execute(insert).await?;
        }
        writing.commit().await?;
        Ok(self.lanes)
    }

    /// Changes whenever this process has committed work of a queue: see [`crate::UnitOfWork::wake`].
    pub fn woken(&self) -> watch::Receiver<Wakes> {
        self.wakes.subscribe()
    }

    /// The language of the engine, for the few queries that are not the same on both.
    pub fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    /// Takes what was deleted or replaced out of the store's files; what is still in a page that was freed was overwritten when it
    /// was deleted. For personal data: `Busy` where it is to be tried again.
    pub async fn shred(&self) -> Result<(), StoreError> {
        self.engine.shred().await
    }

    /// Changes what a power cut can lose, from the next commit on; with PostgreSQL also what a crash of the server can. For
    /// a load that can be repeated: the demo's.
    pub async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        self.engine.set_durability(durability).await
    }

    /// Waits for running queries, and closes the database. What is dropped without it loses nothing.
    pub async fn close(&self) {
        self.engine.close().await;
    }

    pub(crate) async fn read(&self, query: Query, max: usize) -> Result<Vec<Row>, StoreError> {
        self.engine.read(query, max).await
    }
}

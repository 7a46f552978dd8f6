//! Contexts for tests: `shop` publishes, `stock` listens and keeps what it has handled in a table.

use crate::{
    Bus, Consumer, HandleError, HandleFuture, Listening, OnFailure, ReceivedEvent, Workers, testing::test_bus,
};
use chrono::Utc;
use hansa_event_sourcing::{Actor, Cause, Clock, Command, DomainEvent, EventContent, IdSource};
use hansa_relational::{
    Database, FromRow, Migration, Migrations, OpenOptions, Relational, Row, StoreError, UnitOfWork, query,
};
use hansa_testkit::PostgresServer;
use serde::Serialize;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

pub(super) const LANES: i64 = 4;

const TABLES: &[Migration] = &[Migration {
    name: "0001_handled",
    text: "CREATE TABLE handled (
               sequence INTEGER NOT NULL PRIMARY KEY,
               number INTEGER NOT NULL,
               stream_id TEXT NOT NULL,
               stream_version BIGINT NOT NULL,
               event_id TEXT NOT NULL UNIQUE
           )",
}];

const POSTGRES_TABLES: &[Migration] = &[Migration {
    name: "0001_handled",
    text: "CREATE TABLE handled (
               sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
               number BIGINT NOT NULL,
               stream_id TEXT NOT NULL,
               stream_version BIGINT NOT NULL,
               event_id TEXT NOT NULL UNIQUE
           )",
}];

pub(super) const MIGRATIONS: Migrations = Migrations { sqlite: TABLES, postgres: POSTGRES_TABLES };

/// Where the stores of one test are.
pub(super) struct World {
    folder: TempDir,
    postgres: Option<PostgresServer>,
}

impl World {
    pub(super) fn sqlite() -> World {
        World { folder: tempfile::tempdir().unwrap(), postgres: None }
    }

    pub(super) fn postgres() -> Option<World> {
        Some(World { folder: tempfile::tempdir().unwrap(), postgres: Some(hansa_testkit::postgres()?) })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// As one more process opens it.
    pub(super) async fn store(&self, name: &str) -> Relational {
        let database = Database::of(self.postgres.as_ref().map(PostgresServer::url), self.path(), name);
        let options = OpenOptions { lanes: LANES, ..OpenOptions::default() };
        Relational::open_with(database, &MIGRATIONS, options).await.unwrap()
    }
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Placed {
    pub(super) number: i64,
}

impl EventContent for Placed {
    fn event_type(&self) -> &'static str {
        "placed"
    }
}

/// One thing that was handled, in the order in which it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Handled {
    pub(super) stream_id: String,
    pub(super) stream_version: i64,
    pub(super) number: i64,
}

impl FromRow for Handled {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Handled {
            stream_id: row.text("stream_id")?,
            stream_version: row.int("stream_version")?,
            number: row.int("number")?,
        })
    }
}

pub(super) async fn store(path: &Path, name: &str) -> Relational {
    let file = path.join(format!("{name}.sqlite"));
    let options = OpenOptions { lanes: LANES, ..OpenOptions::default() };
    Relational::open_with(&file, &MIGRATIONS, options).await.unwrap()
}

pub(super) fn command(operation: &'static str) -> Command {
    Command {
        operation,
        actor: Actor::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        idempotency_key: None,
        cause: Cause::default(),
    }
}

pub(super) fn event(stream: &str, version: i64, number: i64) -> DomainEvent {
    DomainEvent::new("order", (stream.to_owned(), version), None, &Placed { number })
}

/// Records `count` events of `streams` streams, several in a commit; numbers and versions go on from `from`.
pub(super) async fn record_many(store: &Relational, (from, count): (i64, i64), streams: i64) {
    for start in (from..from + count).step_by(50) {
        let mut unit = store.begin_unit(&command("place")).await.unwrap();
        for number in start..(start + 50).min(from + count) {
            unit.record(event(&format!("order_{}", number % streams), number / streams + 1, number));
        }
        unit.commit(&()).await.unwrap();
    }
}

pub(super) fn workers(context: &'static str, bus: &Bus, store: &Relational) -> Workers {
    Workers::new(context, bus, store, (&Clock::system(), &IdSource::random()))
}

pub(super) fn bus(folder: &Path) -> Bus {
    test_bus(folder)
}

/// Fails as it is told to: numbers of events with how often, and how.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<Mutex<HashMap<i64, Failing>>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failing {
    Times(u32),
    Always,
    Poison,
    Panic,
}

impl Failures {
    pub(super) fn set(&self, number: i64, failing: Failing) {
        self.0.lock().unwrap().insert(number, failing);
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    pub(super) fn check(&self, number: i64) -> Result<(), HandleError> {
        let mut failing = self.0.lock().unwrap();
        match failing.get_mut(&number) {
            Some(Failing::Times(times)) if *times > 0 => *times -= 1,
            Some(Failing::Always) => {}
            Some(Failing::Poison) => return Err(HandleError::Poison("the test says so".to_owned())),
            Some(Failing::Panic) => {
                drop(failing);
                panic!("the test says so");
            }
            _ => return Ok(()),
        }
        Err(HandleError::Retry("not now".into()))
    }
}

/// Writes down what it handles.
#[derive(Debug, Clone)]
pub(super) struct Recorder {
    pub(super) name: &'static str,
    pub(super) listens_to: &'static [Listening],
    pub(super) on_failure: OnFailure,
    pub(super) failures: Failures,
}

pub(super) const ORDERS: &[Listening] =
    &[Listening { context: "shop", aggregate: "order", events: &[("placed", 1), ("cancelled", 1)] }];

impl Recorder {
    pub(super) fn new(on_failure: OnFailure) -> Recorder {
        Recorder { name: "recorder", listens_to: ORDERS, on_failure, failures: Failures::default() }
    }
}

impl Consumer for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn listens_to(&self) -> &'static [Listening] {
        self.listens_to
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let number = event.event.content["number"].as_i64().unwrap_or_default();
            // A repetition would break the primary key, and with it the unit.
            query("INSERT INTO handled (number, stream_id, stream_version, event_id) VALUES ($1, $2, $3, $4)")
                .bind(number)
                .bind(&event.event.stream_id)
                .bind(event.event.stream_version)
                .bind(event.event.event_id.to_string())
                .execute(unit)
                .await?;
            self.failures.check(number)
        })
    }
}

/// What was handled, in that order.
pub(super) async fn handled(store: &Relational) -> Vec<Handled> {
    query("SELECT number, stream_id, stream_version FROM handled ORDER BY sequence").fetch_all(store).await.unwrap()
}

/// Each event once, and those of a stream in their order.
pub(super) async fn assert_handled_once(store: &Relational, count: i64) {
    let handled = handled(store).await;
    let mut numbers: Vec<i64> = handled.iter().map(|handled| handled.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..count).collect::<Vec<_>>(), "each once");
    let mut versions: HashMap<&str, i64> = HashMap::new();
    for Handled { stream_id, stream_version, .. } in &handled {
        let version = versions.entry(stream_id).or_insert(0);
        assert_eq!(*stream_version, *version + 1, "order of {stream_id}");
        *version = *stream_version;
    }
}

pub(super) fn now() -> chrono::DateTime<Utc> {
    Clock::system().now()
}

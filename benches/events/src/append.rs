//! Appends: each writer has streams of its own, and appends to them with the expected version, one commit after another.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use crate::times::Times;
use anyhow::{Context, Result};
use clap::ValueEnum;
use hansa_event_sourcing::{Aggregate, Cause, Clock, Command, EventContent, IdSource, ReadEventError, StoredEvent};
use hansa_event_store::Loaded;
use hansa_relational::{Database, Migrations, OpenOptions, Relational};
use hansa_testkit::PostgresProcess;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::task::JoinSet;

pub(crate) const NO_TABLES: Migrations = Migrations { sqlite: &[], postgres: &[] };
/// Streams of a writer, in turns: so its events go to all lanes.
const STREAMS: usize = 16;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Writers at the same time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    writers: u32,
    /// Lanes of the log
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(i64).range(1..=64))]
    lanes: i64,
    /// Events of one commit
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    events: u32,
    /// How long it is measured, after a second that is not
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Only this engine. PostgreSQL is the server of HANSA_TEST_POSTGRES_URL, or one that is started for it
    #[arg(long)]
    only: Option<Engine>,
    /// Where the files are [default: a folder that is removed]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let temporary = tempfile::tempdir().context("make a folder")?;
    let folder = arguments.folder.as_deref().unwrap_or(temporary.path());
    println!("| engine | events/s | commits/s | half within | 95 % within | longest |");
    println!("|---|--:|--:|--:|--:|--:|");
    if arguments.only != Some(Engine::Postgres) {
        let file = folder.join(format!("events-{}.sqlite", std::process::id()));
        measure("SQLite", Database::File(file), arguments).await?;
    }
    if arguments.only != Some(Engine::Sqlite) {
        let schema = "events".to_owned();
        match std::env::var_os("HANSA_TEST_POSTGRES_URL").and_then(|_| hansa_testkit::postgres()) {
            Some(server) => {
                let database = Database::Postgres { url: server.url().to_owned(), schema };
                measure("PostgreSQL, given", database, arguments).await?;
            }
            None => {
                let server = PostgresProcess::start(&folder.join("postgres")).await.context("start PostgreSQL")?;
                measure("PostgreSQL", Database::Postgres { url: server.url(), schema }, arguments).await?;
            }
        }
    }
    Ok(())
}

async fn measure(name: &str, database: Database, arguments: &Arguments) -> Result<()> {
    let options = OpenOptions { lanes: arguments.lanes, ..OpenOptions::default() };
    let store = Relational::open_with(database, &NO_TABLES, options).await.context("open the store")?;
    let begin = Instant::now() + Duration::from_secs(1);
    let end = begin + Duration::from_secs(arguments.seconds);
    let mut writers = JoinSet::new();
    for number in 0..arguments.writers {
        let (store, events) = (store.clone(), arguments.events);
        writers.spawn(async move { write(&store, (number, events), (begin, end)).await });
    }
    let mut commits = Vec::new();
    while let Some(done) = writers.join_next().await {
        commits.extend(done.context("a writer")??);
    }
    let commits = Times::new(commits);
    let per_second = commits.count() as f64 / arguments.seconds as f64;
    println!("| {name} | {:.0} | {per_second:.0} | {commits} |", per_second * f64::from(arguments.events));
    store.close().await;
    Ok(())
}

/// Gives how long each commit took that ended in the time that is measured.
async fn write(
    store: &Relational,
    (writer, events): (u32, u32),
    (begin, end): (Instant, Instant),
) -> Result<Vec<Duration>> {
    let mut streams: Vec<(String, Loaded<Parcel>)> =
        (0..STREAMS).map(|number| (format!("parcel_{writer}-{number}"), Loaded::default())).collect();
    let mut times = Vec::new();
    for place in (0..STREAMS).cycle() {
        let started = Instant::now();
        let mut unit = store.begin_unit(&command()).await?;
        let (stream, loaded) = &mut streams[place];
        let moved = (0..events)
            .map(|_| ParcelEvent::Moved { to: "the quay beside the old crane".to_owned(), weight_grams: 1_250 });
        let appended = hansa_event_store::append(&mut unit, (stream, None), std::mem::take(loaded), moved.collect());
        *loaded = appended.await?;
        unit.commit(&()).await?;
        let ended = Instant::now();
        if ended >= end {
            break;
        }
        if ended >= begin {
            times.push(ended - started);
        }
    }
    Ok(times)
}

pub(crate) fn command() -> Command {
    Command {
        operation: "parcelMove",
        actor: Default::default(),
        now: Clock::system().now(),
        ids: IdSource::random(),
        traceparent: None,
        idempotency_key: None,
        cause: Cause::default(),
    }
}

/// Something whose history is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Parcel {
    pub(crate) moves: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum ParcelEvent {
    Moved { to: String, weight_grams: u32 },
}

impl EventContent for ParcelEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ParcelEvent::Moved { .. } => "moved",
        }
    }
}

impl StoredEvent for ParcelEvent {
    fn read(event_type: &str, content: Value) -> Result<Self, ReadEventError> {
        serde_json::from_value(content).map_err(|source| ReadEventError::content(event_type, source))
    }
}

impl Aggregate for Parcel {
    const NAME: &'static str = "parcel";
    const FOLD_VERSION: u32 = 1;

    type Event = ParcelEvent;
    type Command = ParcelEvent;
    type Refusal = std::convert::Infallible;

    fn decide(&self, command: ParcelEvent) -> Result<Vec<ParcelEvent>, Self::Refusal> {
        Ok(vec![command])
    }

    fn evolve(&mut self, event: &ParcelEvent) {
        match event {
            ParcelEvent::Moved { .. } => self.moves += 1,
        }
    }
}

//! Rebuilds: a log of many streams, read from its start and folded in memory.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use hansa_event_sourcing::{EventLog, LoggedEvent};
use hansa_event_store::{Loaded, append, load_without_snapshot};
use hansa_relational::{Durability, OpenOptions, Relational};

use crate::append::{NO_TABLES, Parcel, ParcelEvent, command};

const LANES: i64 = 8;
const EVENTS_OF_A_COMMIT: u32 = 500;
const READ_AT_ONCE: u32 = 1_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Streams of the log
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    streams: u32,
    /// Events of each stream
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    events: u32,
}

type Parcels = HashMap<String, Loaded<Parcel>>;

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir().context("make a folder")?;
    let options = OpenOptions { lanes: LANES, durability: Durability::ProcessKill, ..OpenOptions::default() };
    let file = folder.path().join("events.sqlite");
    let store = Relational::open_with(&file, &NO_TABLES, options).await.context("open the store")?;
    for number in 0..arguments.streams {
        write(&store, &stream_id(number), arguments.events).await?;
    }
    let count = u64::from(arguments.streams) * u64::from(arguments.events);
    println!("| rebuild of {count} events in {} streams | events/s |", arguments.streams);
    println!("|---|--:|");

    let started = Instant::now();
    let events = read(&store).await?;
    tell("reading the log", count, started.elapsed());

    let started = Instant::now();
    let mut parcels = Parcels::new();
    for LoggedEvent { event, .. } in &events {
        parcels.entry(event.stream_id.clone()).or_default().apply(event)?;
    }
    tell("folding in memory", count, started.elapsed());
    let moves: u64 = parcels.values().map(|parcel| parcel.state.moves).sum();
    anyhow::ensure!(moves == count, "{moves} of {count} events were folded");

    let started = Instant::now();
    for number in 0..arguments.streams {
        let loaded = load_without_snapshot::<Parcel>(&store, &stream_id(number)).await?;
        anyhow::ensure!(loaded.version == i64::from(arguments.events), "a stream has lost events");
    }
    tell("loading each stream without its snapshot", count, started.elapsed());
    Ok(())
}

fn tell(what: &str, count: u64, took: Duration) {
    println!("| {what} | {:.0} |", count as f64 / took.as_secs_f64());
}

fn stream_id(number: u32) -> String {
    format!("parcel_{number}")
}

async fn write(store: &Relational, stream_id: &str, events: u32) -> Result<()> {
    let mut loaded = Loaded::<Parcel>::default();
    let mut left = events;
    while left > 0 {
        let count = left.min(EVENTS_OF_A_COMMIT);
        let moved = (0..count)
            .map(|_| ParcelEvent::Moved { to: "the quay beside the old crane".to_owned(), weight_grams: 1_250 });
        let mut unit = store.begin_unit(&command()).await?;
        loaded = append(&mut unit, (stream_id, None), loaded, moved.collect()).await?;
        unit.commit(&()).await?;
        left -= count;
    }
    Ok(())
}

async fn read(store: &Relational) -> Result<Vec<LoggedEvent>> {
    let mut all = Vec::new();
    for lane in 0..store.lanes() {
        let mut after = 0;
        loop {
            let events = store.events_after(lane, after, READ_AT_ONCE).await?;
            let Some(last) = events.last() else { break };
            after = last.position;
            all.extend(events);
        }
    }
    Ok(all)
}

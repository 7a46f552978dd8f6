//! Stores for the laws, each in a place of its own; and what is often done with them.

use super::tally::{First, MIGRATIONS, TallyCommand, added, command};
use hansa_event_sourcing::{Aggregate, DomainEvent, EventContent, EventLog, LoggedEvent};
use hansa_event_store::{AppendError, Loaded, append, load};
use hansa_relational::{Database, OpenOptions, Relational, UnitOfWork};
use serde::Serialize;
use serde_json::Value;
use std::{any::Any, time::Duration};

pub(crate) struct World {
    pub(crate) store: Relational,
    _place: Box<dyn Any>,
}

pub(crate) fn options() -> OpenOptions {
    OpenOptions { lanes: 4, wait: Duration::from_secs(20), ..OpenOptions::default() }
}

pub(crate) async fn sqlite() -> World {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tally.sqlite");
    let store = Relational::open_with(&path, &MIGRATIONS, options()).await.unwrap();
    World { store, _place: Box::new(folder) }
}

pub(crate) async fn postgres() -> Option<World> {
    let server = hansa_testkit::postgres()?;
    let database = Database::Postgres { url: server.url().to_owned(), schema: "tally".to_owned() };
    let store = Relational::open_with(database, &MIGRATIONS, options()).await.unwrap();
    Some(World { store, _place: Box::new(server) })
}

pub(crate) async fn unit(store: &Relational) -> UnitOfWork {
    store.begin_unit(&command(None)).await.unwrap()
}

/// Loads, decides and appends in one unit, which is committed.
pub(crate) async fn act(store: &Relational, stream_id: &str, to_do: TallyCommand) -> Loaded<First> {
    let mut unit = unit(store).await;
    let loaded = load::<First>(&mut unit, stream_id).await.unwrap();
    let events = loaded.state.decide(to_do).unwrap();
    let loaded = append(&mut unit, (stream_id, None), loaded, events).await.unwrap();
    unit.commit(&()).await.unwrap();
    loaded
}

/// Appends to what was loaded before, in a unit of its own.
pub(crate) async fn append_to(
    store: &Relational,
    stream_id: &str,
    loaded: Loaded<First>,
    count: i64,
) -> Result<Loaded<First>, AppendError> {
    let mut unit = unit(store).await;
    let events = (0..count).map(|_| added(1)).collect();
    let loaded = append(&mut unit, (stream_id, None), loaded, events).await?;
    unit.commit(&()).await.unwrap();
    Ok(loaded)
}

/// The whole log, lane after lane.
pub(crate) async fn log(store: &Relational) -> Vec<LoggedEvent> {
    let mut events = Vec::new();
    for lane in 0..EventLog::lanes(store) {
        let mut after = 0;
        loop {
            let part = store.events_after(lane, after, 1_000).await.unwrap();
            let Some(last) = part.last() else { break };
            after = last.position;
            events.extend(part);
        }
    }
    events
}

#[derive(Serialize)]
#[serde(transparent)]
struct Stored {
    content: Value,
    #[serde(skip)]
    kind: (&'static str, u16),
}

impl EventContent for Stored {
    fn event_type(&self) -> &'static str {
        self.kind.0
    }

    fn event_version(&self) -> u16 {
        self.kind.1
    }
}

/// Records an event as some program may have done: of any type, version and content.
pub(crate) async fn record(
    store: &Relational,
    (aggregate, stream_id, version): (&'static str, &str, i64),
    kind: (&'static str, u16),
    content: Value,
) {
    let mut unit = unit(store).await;
    unit.record(DomainEvent::new(aggregate, (stream_id.to_owned(), version), None, &Stored { content, kind }));
    unit.commit(&()).await.unwrap();
}

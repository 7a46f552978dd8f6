//! Loads an aggregate: the newest usable snapshot, then the events after it.

use hansa_event_sourcing::{
    Aggregate, EventContent, FailureMeaning, ReadEventError, RecordedEvent, StoreFailure, StoredEvent, upcasted,
};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};

use crate::snapshot;

/// More events in one answer are asked for again.
const READ_MAX: i64 = 1_000;

/// An aggregate as its stream has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded<A> {
    pub state: A,
    /// The stream version; 0 where there is no stream yet.
    pub version: i64,
    /// Events since the last snapshot.
    pub(crate) since_snapshot: i64,
}

/// Why an aggregate could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("read event {version} of the stream {stream_id}")]
    Event {
        stream_id: String,
        version: i64,
        #[source]
        source: ReadEventError,
    },
    #[error("the stream {stream_id} has event {found} where {expected} should be")]
    Hole { stream_id: String, expected: i64, found: i64 },
    #[error("the stream {stream_id} is of the aggregate `{found}`, not `{expected}`")]
    OtherAggregate { stream_id: String, expected: &'static str, found: String },
}

impl StoreFailure for LoadError {
    fn meaning(&self) -> FailureMeaning {
        match self {
            LoadError::Store(error) => error.meaning(),
            LoadError::Event { .. } | LoadError::Hole { .. } | LoadError::OtherAggregate { .. } => {
                FailureMeaning::Broken
            }
        }
    }
}

struct Stored(RecordedEvent);

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        serde_json::from_value(row.json("event")?).map(Stored).map_err(StoreError::Payload)
    }
}

/// The state after all events, those that the unit has recorded among them; the default and version 0 where there are
/// none.
pub async fn load<A: Aggregate>(unit: &mut UnitOfWork, stream_id: &str) -> Result<Loaded<A>, LoadError> {
    let mut loaded = snapshot_of::<A>(&mut *unit, stream_id).await?;
    while loaded.read_on(events_after(&mut *unit, stream_id, loaded.version).await?)? {}
    let from = loaded.version;
    for event in unit.recorded(stream_id).filter(|event| event.stream_version > from) {
        loaded.apply(event)?;
    }
    Ok(loaded)
}

/// The state after all committed events, for reading. What is to be appended is decided in a unit, or with a version that
/// the append then finds unchanged.
pub async fn load_committed<A: Aggregate>(store: &Relational, stream_id: &str) -> Result<Loaded<A>, LoadError> {
    let mut loaded = snapshot_of::<A>(store, stream_id).await?;
    while loaded.read_on(events_after(store, stream_id, loaded.version).await?)? {}
    Ok(loaded)
}

/// The state after all committed events, folded from the first: what every snapshot must agree with.
pub async fn load_without_snapshot<A: Aggregate>(store: &Relational, stream_id: &str) -> Result<Loaded<A>, LoadError> {
    let mut loaded = Loaded::default();
    while loaded.read_on(events_after(store, stream_id, loaded.version).await?)? {}
    Ok(loaded)
}

async fn snapshot_of<A: Aggregate>(source: impl Source, stream_id: &str) -> Result<Loaded<A>, StoreError> {
    let (state, version) = snapshot::read::<A>(source, stream_id).await?.unwrap_or_default();
    Ok(Loaded { state, version, since_snapshot: 0 })
}

impl<A: Aggregate> Loaded<A> {
    /// Whether there may be more.
    fn read_on(&mut self, events: Vec<RecordedEvent>) -> Result<bool, LoadError> {
        for event in &events {
            self.apply(event)?;
        }
        Ok(events.len() as i64 == READ_MAX)
    }

    /// Folds one more event of the stream, which must be the next.
    pub fn apply(&mut self, recorded: &RecordedEvent) -> Result<(), LoadError> {
        let (stream_id, version) = (&recorded.stream_id, recorded.stream_version);
        if version != self.version + 1 {
            return Err(LoadError::Hole { stream_id: stream_id.clone(), expected: self.version + 1, found: version });
        }
        if recorded.aggregate != A::NAME {
            let (stream_id, found) = (stream_id.clone(), recorded.aggregate.clone());
            return Err(LoadError::OtherAggregate { stream_id, expected: A::NAME, found });
        }
        let event = read_event::<A>(recorded).map_err(|source| LoadError::Event {
            stream_id: stream_id.clone(),
            version,
            source,
        })?;
        self.state.evolve(&event);
        self.version = version;
        self.since_snapshot += 1;
        Ok(())
    }
}

/// Reads a stored event in the newest form.
pub(crate) fn read_event<A: Aggregate>(recorded: &RecordedEvent) -> Result<A::Event, ReadEventError> {
    let steps: u16 = A::UPCASTERS.iter().filter(|step| step.event_type == recorded.event_type).count() as u16;
    let known = 1 + steps;
    let content = recorded.content.clone();
    let content = upcasted(A::UPCASTERS, (&recorded.event_type, recorded.event_version), known, content)?;
    let event = A::Event::read(&recorded.event_type, content)?;
    debug_assert_eq!(event.event_version(), known, "an event's version is one more than it has upcasters");
    Ok(event)
}

async fn events_after(source: impl Source, stream_id: &str, version: i64) -> Result<Vec<RecordedEvent>, StoreError> {
    let events =
        query("SELECT event FROM events WHERE stream_id = $1 AND stream_version > $2 ORDER BY stream_version LIMIT $3")
            .bind(stream_id)
            .bind(version)
            .bind(READ_MAX);
    Ok(events.fetch_all::<Stored>(source).await?.into_iter().map(|Stored(event)| event).collect())
}

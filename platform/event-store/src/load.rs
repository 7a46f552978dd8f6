//! Loads an aggregate: the newest usable snapshot, then the events after it; both in one query.

use hansa_event_sourcing::{
    Aggregate, EventContent, FailureMeaning, ReadEventError, RecordedEvent, StoreFailure, StoredEvent, upcasted,
};
use hansa_relational::{Dialect, FromRow, Query, Relational, Row, StoreError, UnitOfWork, query};
use std::collections::HashMap;

use crate::snapshot;

/// More events in one answer are asked for again.
const READ_MAX: i64 = 1_000;
/// Streams that are read by one query, at most.
const STREAMS_AT_ONCE: usize = 64;

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

/// An event, or the snapshot that it comes after.
enum Stored {
    Snapshot { stream_id: String, state: String, version: i64 },
    Event(Box<RecordedEvent>),
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let content = row.text("content")?;
        match row.bool("is_event")? {
            true => serde_json::from_str(&content).map(Stored::Event).map_err(StoreError::Payload),
            false => {
                let (stream_id, version) = (row.text("stream_id")?, row.int("version")?);
                Ok(Stored::Snapshot { stream_id, state: content, version })
            }
        }
    }
}

/// The state after all events, those that the unit has recorded among them; the default and version 0 where there are
/// none.
pub async fn load<A: Aggregate>(unit: &mut UnitOfWork, stream_id: &str) -> Result<Loaded<A>, LoadError> {
    let aside = unit.aside(stream_id).map(Loaded::of_rows).transpose()?.flatten();
    let mut loaded = match aside {
        Some((loaded, _)) => loaded,
        None => Place::Unit(&mut *unit).load::<A>(stream_id).await?,
    };
    let from = loaded.version;
    for event in unit.recorded(stream_id).filter(|event| event.stream_version > from) {
        loaded.apply(event)?;
    }
    Ok(loaded)
}

/// The state after all committed events, for reading. What is to be appended is decided in a unit, or with a version that
/// the append then finds unchanged.
pub async fn load_committed<A: Aggregate>(store: &Relational, stream_id: &str) -> Result<Loaded<A>, LoadError> {
    Place::Store(store).load(stream_id).await
}

/// Reads the streams of many aggregates with few queries: [`load`] finds them in the unit.
pub async fn prefetch<A: Aggregate>(unit: &mut UnitOfWork, stream_ids: &[String]) -> Result<(), StoreError> {
    for some in stream_ids.chunks(STREAMS_AT_ONCE) {
        let ids: Vec<&str> = some.iter().map(String::as_str).collect();
        let rows: Vec<Row> = of_streams::<A>(unit.dialect(), &ids).fetch_all(&mut *unit).await?;
        // Where not all rows came, those that have none may have some, and the last one more.
        let is_cut = rows.len() as i64 == READ_MAX;
        let mut by_stream: HashMap<String, Vec<Row>> = HashMap::new();
        if !is_cut {
            by_stream.extend(some.iter().map(|id| (id.clone(), Vec::new())));
        }
        let last = rows.last().filter(|_| is_cut).map(|row| row.text("stream_id")).transpose()?;
        for row in rows {
            by_stream.entry(row.text("stream_id")?).or_default().push(row);
        }
        by_stream.retain(|id, _| last.as_ref() != Some(id));
        for (id, rows) in by_stream {
            unit.put_aside(&id, rows);
        }
    }
    Ok(())
}

/// The state after all committed events, folded from the first: what every snapshot must agree with.
pub async fn load_without_snapshot<A: Aggregate>(store: &Relational, stream_id: &str) -> Result<Loaded<A>, LoadError> {
    Place::Store(store).rest(Loaded::default(), stream_id).await
}

/// Snapshots of this fold and the events after them, the streams in the order of their ids.
fn of_streams<A: Aggregate>(dialect: Dialect, ids: &[&str]) -> Query {
    // As many placeholders as a power of two, so that there are few texts for an engine to prepare. No stream has the id "".
    let mut ids = ids.to_vec();
    ids.resize(ids.len().next_power_of_two(), "");
    match dialect {
        Dialect::Sqlite => of_streams_at_once::<A>(&ids),
        Dialect::Postgres => of_each_stream::<A>(&ids),
    }
}

fn of_streams_at_once<A: Aggregate>(ids: &[&str]) -> Query {
    query(
        "SELECT stream_id, is_event, version, content FROM (
             SELECT stream_id, FALSE AS is_event, stream_version AS version, state AS content
             FROM snapshots WHERE fold_version = $1 AND ",
    )
    .bind(A::FOLD_VERSION)
    .push_in("stream_id", ids.iter().copied())
    .push(
        " UNION ALL
             SELECT events.stream_id, TRUE, events.stream_version, events.event
             FROM events LEFT JOIN snapshots ON snapshots.stream_id = events.stream_id AND snapshots.fold_version = $1
             WHERE events.stream_version > COALESCE(snapshots.stream_version, 0) AND ",
    )
    .push_in("events.stream_id", ids.iter().copied())
    .push(") AS found ORDER BY stream_id, is_event, version LIMIT ")
    .push_bind(READ_MAX)
}

/// One search of the index for each stream: PostgreSQL, which does not know how few events a stream has, would read the whole
/// log for many at once. The inner limit keeps it from that.
fn of_each_stream<A: Aggregate>(ids: &[&str]) -> Query {
    let mut wanted = query("SELECT wanted.stream_id, found.is_event, found.version, found.content FROM (VALUES ");
    for (number, id) in ids.iter().enumerate() {
        wanted = wanted.push(if number == 0 { "(" } else { ", (" }).push_bind(*id).push(")");
    }
    wanted
        .push(
            ") AS wanted (stream_id)
             LEFT JOIN snapshots ON snapshots.stream_id = wanted.stream_id AND snapshots.fold_version = ",
        )
        .push_bind(A::FOLD_VERSION)
        .push(
            " CROSS JOIN LATERAL (
                 SELECT FALSE AS is_event, snapshots.stream_version AS version, CAST(snapshots.state AS TEXT) AS content
                 WHERE snapshots.stream_id IS NOT NULL
                 UNION ALL
                 (SELECT TRUE, events.stream_version, CAST(events.event AS TEXT) FROM events
                  WHERE events.stream_id = wanted.stream_id
                      AND events.stream_version > COALESCE(snapshots.stream_version, 0)
                  ORDER BY events.stream_version LIMIT ",
        )
        .push_bind(READ_MAX)
        .push(")) AS found ORDER BY wanted.stream_id, found.is_event, found.version LIMIT ")
        .push_bind(READ_MAX)
}

impl<A: Aggregate> Loaded<A> {
    /// What the rows of one stream are, and whether there may be more. `None` where the snapshot does not read.
    fn of_rows(rows: &[Row]) -> Result<Option<(Loaded<A>, bool)>, LoadError> {
        let mut loaded = Loaded::default();
        for row in rows {
            match Stored::from_row(row)? {
                Stored::Event(event) => loaded.apply(&event)?,
                Stored::Snapshot { stream_id, state, version } => match snapshot::state_of(&stream_id, &state) {
                    Some(state) => loaded = Loaded { state, version, since_snapshot: 0 },
                    None => return Ok(None),
                },
            }
        }
        Ok(Some((loaded, rows.len() as i64 == READ_MAX)))
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

/// Where a stream is read.
enum Place<'a> {
    Unit(&'a mut UnitOfWork),
    Store(&'a Relational),
}

impl Place<'_> {
    async fn load<A: Aggregate>(mut self, stream_id: &str) -> Result<Loaded<A>, LoadError> {
        let rows = self.rows(of_streams::<A>(self.dialect(), &[stream_id])).await?;
        match Loaded::of_rows(&rows)? {
            Some((loaded, false)) => Ok(loaded),
            Some((loaded, true)) => self.rest(loaded, stream_id).await,
            None => self.rest(Loaded::default(), stream_id).await,
        }
    }

    /// With the events after those that it has.
    async fn rest<A: Aggregate>(mut self, mut loaded: Loaded<A>, stream_id: &str) -> Result<Loaded<A>, LoadError> {
        loop {
            let rows = self.rows(events_after(stream_id, loaded.version)).await?;
            for row in &rows {
                if let Stored::Event(event) = Stored::from_row(row)? {
                    loaded.apply(&event)?;
                }
            }
            if (rows.len() as i64) < READ_MAX {
                return Ok(loaded);
            }
        }
    }

    fn dialect(&self) -> Dialect {
        match self {
            Place::Unit(unit) => unit.dialect(),
            Place::Store(store) => store.dialect(),
        }
    }

    async fn rows(&mut self, query: Query) -> Result<Vec<Row>, StoreError> {
        match self {
            Place::Unit(unit) => query.fetch_all(&mut **unit).await,
            Place::Store(store) => query.fetch_all(*store).await,
        }
    }
}

fn events_after(stream_id: &str, version: i64) -> Query {
    query(
        "SELECT TRUE AS is_event, stream_version AS version, CAST(event AS TEXT) AS content
         FROM events WHERE stream_id = $1 AND stream_version > $2 ORDER BY stream_version LIMIT $3",
    )
    .bind(stream_id)
    .bind(version)
    .bind(READ_MAX)
}

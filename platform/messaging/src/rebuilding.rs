//! Builds a projection anew beside the one that serves: in an empty store with the same tables, from the first event to
//! where its consumer is. Then both are compared, and the tables are exchanged in one commit.
//!
//! For consumers that make nothing but their tables ([`Consumer::projects_into`]): events and jobs of a handler would come
//! to nothing here, and are an error.

mod tables;

use crate::{
    Consumer, HandleError, Listening, ReceivedEvent, Workers,
    operating::{self, OperatingError},
    workers::command_for,
};
use hansa_event_sourcing::{Actor, Cause, Command, LogError, LoggedEvent, ReadEventError, SharedEventLog};
use hansa_relational::{Beside, Checkpoint, FromRow, OpenError, Relational, Row, StoreError, UnitOfWork, query};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};
pub use tables::{ProjectedTable, TableComparison};

const READ_AT_ONCE: u32 = 1_000;
/// As many as a consumer handles in one unit.
const HANDLED_AT_ONCE: usize = 256;

/// A lane of a context's log.
type Lane = (&'static str, i64);

/// A projection in the making.
pub struct Rebuilding {
    consumer: Arc<dyn Consumer>,
    command: Command,
    live: Relational,
    beside: Beside,
    logs: BTreeMap<&'static str, SharedEventLog>,
    /// How far the new tables are.
    positions: BTreeMap<Lane, i64>,
    /// Events that an operator has decided to leave out.
    skipped: BTreeSet<(String, i64, i64)>,
    handled: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Events that the consumer handled.
    pub handled: u64,
    pub tables: Vec<TableComparison>,
    pub is_swapped: bool,
}

/// Why a projection was not rebuilt. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error("`{wanted}` is no projection of this context; there are: {known}")]
    Unknown { wanted: String, known: String },
    #[error(
        "`{0}` keeps documents, which commands may have changed since: they are not built anew. What it could not handle \
         is tried again with `hansa events dlq retry`; whatever else is wrong with documents is corrected by commands"
    )]
    Documents(String),
    #[error("the log of `{0}` is not here, and the projection is made of its events")]
    NoLog(&'static str),
    #[error("the consumer has {0} dead letters: retry or skip them first")]
    DeadLetters(usize),
    #[error("the consumer made events or jobs, which are not rebuilt: it is no pure projection")]
    NotPure,
    #[error("make a store beside the context's own")]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Letters(#[from] OperatingError),
    #[error("read the log of `{0}`")]
    Log(&'static str, #[source] LogError),
    #[error("the log of `{source_context}` ends at position {last} of lane {lane}, and the consumer is at {wanted}")]
    LogTooShort { source_context: &'static str, lane: i64, last: i64, wanted: i64 },
    #[error("read the event at position {position} of lane {lane} of `{source_context}`")]
    Event {
        source_context: &'static str,
        lane: i64,
        position: i64,
        #[source]
        source: ReadEventError,
    },
    #[error("handle events of `{source_context}` up to position {position} of lane {lane}")]
    Handle {
        source_context: &'static str,
        lane: i64,
        position: i64,
        #[source]
        source: HandleError,
    },
}

impl Workers {
    /// Consumers whose tables can be built anew.
    pub fn projections(&self) -> impl Iterator<Item = &'static str> {
        self.consumers.iter().filter(|consumer| !consumer.projects_into().is_empty()).map(|consumer| consumer.name())
    }

    /// Begins to build the tables of a consumer anew. `logs` are the contexts' logs.
    pub async fn rebuild(
        &self,
        projection: &str,
        logs: &BTreeMap<&'static str, SharedEventLog>,
    ) -> Result<Rebuilding, RebuildError> {
        if self.document_consumers.iter().any(|(consumer, _)| consumer.name() == projection) {
            return Err(RebuildError::Documents(projection.to_owned()));
        }
        let found = self
            .consumers
            .iter()
            .find(|consumer| consumer.name() == projection && !consumer.projects_into().is_empty());
        let (Some(consumer), Some(live)) = (found, self.relational()) else {
            let known: Vec<&str> = self.projections().collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(RebuildError::Unknown { wanted: projection.to_owned(), known });
        };
        let mut own = BTreeMap::new();
        for Listening { context, .. } in consumer.listens_to() {
            let log = logs.get(context).ok_or(RebuildError::NoLog(context))?;
            own.insert(*context, log.clone());
        }
        let letters = operating::dead_letters(live, Some(projection), true).await?;
        let is_skipped = |letter: &&crate::DeadLetter| letter.state == crate::DeadLetterState::Skipped;
        let unresolved = letters.iter().filter(|letter| !is_skipped(letter)).count();
        if unresolved > 0 {
            return Err(RebuildError::DeadLetters(unresolved));
        }
        let skipped = letters.into_iter().map(|letter| (letter.source, letter.lane, letter.position)).collect();
        let command = Command {
            operation: consumer.name(),
            actor: Actor { user: None, tenant: None, key: Some(format!("{}/{}", self.context, consumer.name())) },
            now: self.clock.now(),
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        };
        let beside = live.open_beside().await?;
        let (consumer, live) = (consumer.clone(), live.clone());
        let (positions, handled) = (BTreeMap::new(), 0);
        Ok(Rebuilding { consumer, command, live, beside, logs: own, positions, skipped, handled })
    }
}

impl Rebuilding {
    /// Builds up to where the consumer is now. `progress` hears how many events were looked at, of how many.
    pub async fn catch_up(&mut self, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<(), RebuildError> {
        let mut targets = Vec::new();
        for lane in self.lanes() {
            targets.push((lane, self.live.checkpoint(self.checkpoint(lane)).await?));
        }
        self.advance(&targets, progress).await?;
        let events = query("SELECT CAST(SUM(position) AS BIGINT) AS number FROM event_lanes");
        let jobs = query("SELECT COUNT(*) AS number FROM jobs");
        for made in [events, jobs] {
            if made.fetch_one::<Count>(&self.beside.store).await?.0 > 0 {
                return Err(RebuildError::NotPure);
            }
        }
        Ok(())
    }

    /// Compares both while the consumer stands still, and puts the new rows in the place of the old ones where `swap` says
    /// so and they differ.
    pub async fn finish(&mut self, swap: bool) -> Result<Rebuilt, RebuildError> {
        let mut unit = self.live.begin_unit(&self.command).await?;
        let mut targets = Vec::new();
        for lane in self.lanes() {
            let checkpoint = self.checkpoint(lane);
            let position = unit.checkpoint(checkpoint).await?;
            // Moved to where it is: from now on nobody else moves it. Somebody who did so just now makes this fail.
            unit.move_checkpoint(checkpoint, (position, position)).await?;
            targets.push((lane, position));
        }
        self.advance(&targets, &mut |_, _| {}).await?;
        let mut compared = Vec::new();
        for table in self.consumer.projects_into() {
            compared.push(table.compare(&mut unit, &self.beside.store).await?);
        }
        let is_swapped = swap && compared.iter().any(|table| !table.is_same());
        if is_swapped {
            self.replace(&mut unit).await?;
            unit.commit(&()).await?;
        } else {
            unit.rollback().await?;
        }
        Ok(Rebuilt { handled: self.handled, tables: compared, is_swapped })
    }

    /// Takes the store beside away.
    pub async fn end(self) -> Result<(), RebuildError> {
        Ok(self.beside.remove().await?)
    }

    async fn replace(&self, unit: &mut UnitOfWork) -> Result<(), StoreError> {
        // Tables that refer to others come after them.
        for table in self.consumer.projects_into().iter().rev() {
            table.clear(unit).await?;
        }
        for table in self.consumer.projects_into() {
            table.fill(unit, &self.beside.store).await?;
        }
        Ok(())
    }

    fn lanes(&self) -> Vec<Lane> {
        self.logs.iter().flat_map(|(source, log)| (0..log.lanes()).map(|lane| (*source, lane))).collect()
    }

    fn checkpoint(&self, (source, lane): Lane) -> Checkpoint<'static> {
        Checkpoint { consumer: self.consumer.name(), source, lane }
    }

    async fn advance(
        &mut self,
        targets: &[(Lane, i64)],
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(), RebuildError> {
        let at = |lane: &Lane, positions: &BTreeMap<Lane, i64>| positions.get(lane).copied().unwrap_or(0);
        let total = targets.iter().map(|(_, target)| target.unsigned_abs()).sum();
        for (lane, target) in targets {
            while at(lane, &self.positions) < *target {
                let events = self.read(*lane, (at(lane, &self.positions), *target)).await?;
                let last = events.last().map_or(*target, |event| event.position);
                self.handle(*lane, events).await?;
                self.positions.insert(*lane, last);
                progress(self.positions.values().map(|position| position.unsigned_abs()).sum(), total);
            }
        }
        Ok(())
    }

    async fn read(&self, (source, lane): Lane, (from, to): (i64, i64)) -> Result<Vec<LoggedEvent>, RebuildError> {
        let limit = u32::try_from(to - from).unwrap_or(READ_AT_ONCE).min(READ_AT_ONCE);
        let events = self.logs[source].after(lane, from, limit).await;
        let events = events.map_err(|error| RebuildError::Log(source, error))?;
        match events.is_empty() {
            false => Ok(events),
            true => Err(RebuildError::LogTooShort { source_context: source, lane, last: from, wanted: to }),
        }
    }

    async fn handle(&mut self, (source, lane): Lane, events: Vec<LoggedEvent>) -> Result<(), RebuildError> {
        let mut wanted = Vec::new();
        for LoggedEvent { lane, position, event } in events {
            let is_skipped = self.skipped.contains(&(source.to_owned(), lane, position));
            let kind = (event.aggregate.as_str(), event.event_type.as_str());
            let Some(known) = known_version(self.consumer.listens_to(), source, kind).filter(|_| !is_skipped) else {
                continue;
            };
            if event.event_version > known {
                let (event_type, found) = (event.event_type, event.event_version);
                let newer = ReadEventError::Newer { event_type, found, known };
                return Err(RebuildError::Event { source_context: source, lane, position, source: newer });
            }
            wanted.push(ReceivedEvent { source: source.to_owned(), lane, position, event });
        }
        for part in wanted.chunks(HANDLED_AT_ONCE) {
            let [first, ..] = part else { continue };
            let position = part.last().map_or(first.position, |last| last.position);
            let mut unit = self.beside.store.begin_unit(&self.command).await?;
            unit.act_for(command_for(self.consumer.name(), &self.command, first));
            let handled = self.consumer.handle_all(&mut unit, part).await;
            handled.map_err(|error| RebuildError::Handle { source_context: source, lane, position, source: error })?;
            unit.commit(&()).await?;
            self.handled += part.len() as u64;
        }
        Ok(())
    }
}

/// The version of an event's kind that a consumer reads, where it listens to it.
pub(crate) fn known_version(listens: &[Listening], source: &str, (aggregate, kind): (&str, &str)) -> Option<u16> {
    let listening = listens.iter().filter(|of| of.context == source && of.aggregate == aggregate);
    let mut events = listening.flat_map(|of| of.events);
    events.find(|(event, _)| *event == kind).map(|(_, version)| *version)
}

struct Count(i64);

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("number").map(Count)
    }
}

impl fmt::Debug for Rebuilding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Rebuilding").field("consumer", &self.consumer.name()).finish_non_exhaustive()
    }
}

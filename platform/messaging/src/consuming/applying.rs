//! A batch of events in one unit of work, with the checkpoints of their lanes.

use super::{
    Arrived, SessionError,
    letters::{self, Letter, State},
    reading::{self, Reading},
    runner::{ConsumerRunner, Session},
};
use crate::{
    HandleError, HandleFuture, ReceivedEvent,
    bus::{BusMessage, Place},
};
use futures_util::FutureExt;
use hansa_relational::{StoreError, UnitOfWork};
use std::{collections::HashSet, panic::AssertUnwindSafe, time::Duration};
use tokio::time::Instant;
use tracing::{debug, warn};

/// A handler that takes longer has failed.
const HANDLING_TIME_MAX: Duration = Duration::from_secs(30);

/// A message with what it is.
pub(super) struct Read {
    pub(super) arrived: Arrived,
    pub(super) reading: Reading,
}

/// Why a unit was not committed.
pub(super) enum UnitError {
    /// Because of an event.
    Event(HandleError),
    /// Because of the store, or of another process.
    Store(StoreError),
}

impl ConsumerRunner {
    /// Handles what the lanes have taken.
    pub(super) async fn apply(&self, session: &mut Session, taken: Vec<Arrived>) -> Result<(), SessionError> {
        if taken.is_empty() {
            return Ok(());
        }
        let read = |arrived: Arrived| Read { reading: reading::read(self.consumer.listens_to(), &arrived), arrived };
        let batch: Vec<Read> = taken.into_iter().map(read).collect();
        let skipped = batch.iter().filter(|read| read.reading == Reading::NotForIt).count();
        self.metrics.skipped.inc_by(skipped as u64);
        if skipped == batch.len() {
            session.lanes.dirty_since.get_or_insert_with(Instant::now);
            return Ok(());
        }
        let has_poison = batch.iter().any(|read| matches!(read.reading, Reading::Poison(_)));
        if self.is_halting() && has_poison {
            return self.apply_one_by_one(session, batch).await;
        }
        match self.apply_together(session, &batch).await {
            Ok(()) => Ok(()),
            Err(UnitError::Store(error)) => Err(error.into()),
            Err(UnitError::Event(error)) => {
                debug!(consumer.name = self.consumer.name(), %error, "a batch failed; its events are handled one by one");
                self.apply_one_by_one(session, batch).await
            }
        }
    }

    async fn apply_together(&self, session: &mut Session, batch: &[Read]) -> Result<(), UnitError> {
        let mut unit = self.store.begin_unit(&self.command()).await.map_err(UnitError::Store)?;
        let sorted = self.sort(session.unresolved > 0, &mut unit, batch).await.map_err(UnitError::Store)?;
        let Sorted { events, letters } = sorted;
        if !events.is_empty() {
            self.handle(&mut unit, &events).await.map_err(UnitError::Event)?;
        }
        for letter in &letters {
            letter.insert(&mut unit).await.map_err(UnitError::Store)?;
        }
        self.commit(session, unit).await?;
        self.metrics.handled.inc_by(events.len() as u64);
        for event in &events {
            log_handled(self.consumer.name(), event);
        }
        for letter in &letters {
            self.tell_letter(letter);
        }
        session.unresolved += letters.len() as i64;
        Ok(())
    }

    /// What is handled, and what becomes a dead letter because it is poison or comes after one.
    async fn sort(&self, has_letters: bool, unit: &mut UnitOfWork, batch: &[Read]) -> Result<Sorted, StoreError> {
        let mut blocked = HashSet::new();
        if has_letters {
            let streams = batch.iter().filter_map(|read| match &read.reading {
                Reading::Event(received) => Some(received.event.stream_id.as_str()),
                _ => None,
            });
            blocked = letters::blocked(unit, self.consumer.name(), &streams.collect()).await?;
        }
        let mut sorted = Sorted { events: Vec::new(), letters: Vec::new() };
        for Read { arrived, reading } in batch {
            let letter = match reading {
                Reading::NotForIt => continue,
                Reading::Poison(reason) => (State::Parked, reason.clone()),
                Reading::Event(received) => {
                    let stream = (arrived.source.to_owned(), received.event.stream_id.clone());
                    if !blocked.contains(&stream) {
                        sorted.events.push((**received).clone());
                        continue;
                    }
                    (State::Waiting, "an earlier event of its stream is a dead letter".to_owned())
                }
            };
            let letter = Letter::about(self.consumer.name(), arrived, letter);
            if !letter.stream_id.is_empty() {
                blocked.insert((letter.source.clone(), letter.stream_id.clone()));
            }
            sorted.letters.push(letter);
        }
        Ok(sorted)
    }

    /// Lets the consumer handle events in a unit. Neither a panic nor a handler that hangs ends the task.
    pub(super) async fn handle(&self, unit: &mut UnitOfWork, events: &[ReceivedEvent]) -> Result<(), HandleError> {
        guarded(self.consumer.handle_all(unit, events)).await
    }

    /// Moves the checkpoints to where the lanes are, and commits.
    pub(super) async fn commit(&self, session: &mut Session, mut unit: UnitOfWork) -> Result<(), UnitError> {
        session.lanes.move_checkpoints(&mut unit, self.consumer.name()).await.map_err(UnitError::Store)?;
        unit.commit(&()).await.map_err(commit_error)?;
        session.lanes.moved();
        Ok(())
    }

    /// Moves checkpoints over events that were not for the consumer, once they are many or old.
    pub(super) async fn flush_if_due(&self, session: &mut Session) -> Result<(), SessionError> {
        let Some(since) = session.lanes.dirty_since else { return Ok(()) };
        let is_due = since.elapsed() >= self.settings.idle_time_max
            || session.lanes.dirty_events() >= self.settings.idle_events_max;
        match is_due {
            true => self.flush(session).await,
            false => Ok(()),
        }
    }

    pub(super) async fn flush(&self, session: &mut Session) -> Result<(), SessionError> {
        if session.lanes.dirty_since.is_none() {
            return Ok(());
        }
        let unit = self.store.begin_unit(&self.command()).await?;
        match self.commit(session, unit).await {
            Ok(()) => Ok(()),
            Err(UnitError::Store(error)) => Err(error.into()),
            Err(UnitError::Event(error)) => {
                Err(StoreError::Engine { attempted: "move checkpoints", source: Box::new(error) }.into())
            }
        }
    }

    /// A message that stands nowhere in the log. Nothing waits for it.
    pub(super) async fn park_unplaced(
        &self,
        session: &mut Session,
        source: &'static str,
        message: BusMessage,
    ) -> Result<(), SessionError> {
        let place = Place { lane: -1, position: i64::try_from(message.sequence).unwrap_or(i64::MAX) };
        let reason = message.read(source).err().unwrap_or_else(|| "it stands nowhere in the log".to_owned());
        let arrived = Arrived { source, place, message };
        let letter = Letter::about(self.consumer.name(), &arrived, (State::Parked, reason));
        let letter = Letter { stream_id: String::new(), ..letter };
        let mut unit = self.store.begin_unit(&self.command()).await?;
        letter.insert(&mut unit).await?;
        unit.commit(&()).await?;
        session.unresolved += 1;
        self.tell_letter(&letter);
        Ok(())
    }

    /// One line for each.
    pub(super) fn tell_letter(&self, letter: &Letter) {
        if letter.state == State::Parked {
            self.metrics.parked.inc();
        }
        warn!(
            context.name = self.context,
            consumer.name = self.consumer.name(),
            source = letter.source,
            lane = letter.lane,
            position = letter.position,
            event.kind = letter.event_type,
            stream.id = letter.stream_id,
            attempts = letter.attempts,
            state = %letter.state,
            reason = letter.reason,
            "an event is a dead letter"
        );
    }
}

/// A handler that panics, or hangs, has failed.
pub(crate) async fn guarded(handling: HandleFuture<'_>) -> Result<(), HandleError> {
    match tokio::time::timeout(HANDLING_TIME_MAX, AssertUnwindSafe(handling).catch_unwind()).await {
        Ok(Ok(handled)) => handled,
        Ok(Err(_)) => Err(HandleError::Retry("the handler panicked".into())),
        Err(_) => Err(HandleError::Retry("the handler took longer than 30 s".into())),
    }
}

pub(super) struct Sorted {
    events: Vec<ReceivedEvent>,
    letters: Vec<Letter>,
}

/// Whether the event or the store is to blame.
pub(super) fn commit_error(error: StoreError) -> UnitError {
    match error {
        StoreError::Busy | StoreError::Full | StoreError::Engine { .. } | StoreError::CheckpointMoved => {
            UnitError::Store(error)
        }
        other => UnitError::Event(HandleError::Retry(other.into())),
    }
}

pub(super) fn log_handled(consumer: &str, event: &ReceivedEvent) {
    let traceparent = event.event.traceparent.as_deref().unwrap_or_default();
    debug!(
        consumer.name = consumer,
        source = event.source,
        lane = event.lane,
        position = event.position,
        event.kind = event.event.event_type,
        stream.id = event.event.stream_id,
        trace_id = traceparent.split('-').nth(1).unwrap_or_default(),
        "handled an event"
    );
}

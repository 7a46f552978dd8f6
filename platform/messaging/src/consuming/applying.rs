//! A batch of events in one step, with the checkpoints of their lanes.

use super::{
    Arrived, KeepError, SessionError, Step, StepError, letters,
    reading::{self, Reading},
    runner::{ConsumerRunner, Session},
};
use crate::{
    ReceivedEvent,
    bus::{BusMessage, Place},
};
use hansa_event_sourcing::{DeadLetter, DeadLetterState};
use std::collections::HashSet;
use tokio::time::Instant;
use tracing::{debug, warn};

/// A message with what it is.
pub(super) struct Read {
    pub(super) arrived: Arrived,
    pub(super) reading: Reading,
}

impl ConsumerRunner {
    /// Handles what the lanes have taken.
    pub(super) async fn apply(&self, session: &mut Session, taken: Vec<Arrived>) -> Result<(), SessionError> {
        if taken.is_empty() {
            return Ok(());
        }
        let read = |arrived: Arrived| Read { reading: reading::read(self.effects.listens_to(), &arrived), arrived };
        let batch: Vec<Read> = taken.into_iter().map(read).collect();
        let skipped = batch.iter().filter(|read| read.reading == Reading::NotForIt).count();
        self.metrics.skipped.inc_by(skipped as u64);
        if skipped == batch.len() {
            session.lanes.dirty_since.get_or_insert_with(Instant::now);
            return Ok(());
        }
        let has_poison = batch.iter().any(|read| matches!(read.reading, Reading::Poison(_)));
        if self.effects.is_halting() && has_poison {
            return self.apply_one_by_one(session, batch).await;
        }
        match self.apply_together(session, &batch).await {
            Err(StepError::Event(error)) => {
                debug!(consumer.name = self.effects.name(), %error, "a batch failed; its events are handled one by one");
                self.apply_one_by_one(session, batch).await
            }
            ended => without_event(ended),
        }
    }

    async fn apply_together(&self, session: &mut Session, batch: &[Read]) -> Result<(), StepError> {
        let Sorted { events, letters } = self.sort(session.unresolved > 0, batch).await?;
        self.commit(session, Step { events: &events, kept: &letters, ..Step::default() }).await?;
        self.metrics.handled.inc_by(events.len() as u64);
        for event in &events {
            log_handled(self.effects.name(), event);
        }
        for letter in &letters {
            self.tell_letter(letter);
        }
        session.unresolved += letters.len() as i64;
        Ok(())
    }

    /// What is handled, and what becomes a dead letter because it is poison or comes after one.
    async fn sort(&self, has_letters: bool, batch: &[Read]) -> Result<Sorted, KeepError> {
        let mut blocked = HashSet::new();
        if has_letters {
            let streams = batch.iter().filter_map(|read| match &read.reading {
                Reading::Event(received) => Some(received.event.stream_id.as_str()),
                _ => None,
            });
            blocked = self.effects.blocked(streams.collect()).await?;
        }
        let mut sorted = Sorted { events: Vec::new(), letters: Vec::new() };
        for Read { arrived, reading } in batch {
            let letter = match reading {
                Reading::NotForIt => continue,
                Reading::Poison(reason) => (DeadLetterState::Parked, reason.clone()),
                Reading::Event(received) => {
                    let stream = (arrived.source.to_owned(), received.event.stream_id.clone());
                    if !blocked.contains(&stream) {
                        sorted.events.push((**received).clone());
                        continue;
                    }
                    (DeadLetterState::Waiting, "an earlier event of its stream is a dead letter".to_owned())
                }
            };
            let letter = letters::about(self.effects.name(), arrived, letter);
            if !letter.stream_id.is_empty() {
                blocked.insert((letter.source.clone(), letter.stream_id.clone()));
            }
            sorted.letters.push(letter);
        }
        Ok(sorted)
    }

    /// Commits a step, with the checkpoints moved to where the lanes are.
    pub(super) async fn commit(&self, session: &mut Session, step: Step<'_>) -> Result<(), StepError> {
        self.effects.commit(Step { moves: session.lanes.moves(), ..step }).await?;
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
        without_event(self.commit(session, Step::default()).await)
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
        let letter = letters::about(self.effects.name(), &arrived, (DeadLetterState::Parked, reason));
        let letter = DeadLetter { stream_id: String::new(), ..letter };
        let step = Step { kept: std::slice::from_ref(&letter), ..Step::default() };
        without_event(self.effects.commit(step).await)?;
        session.unresolved += 1;
        self.tell_letter(&letter);
        Ok(())
    }

    /// One line for each.
    pub(super) fn tell_letter(&self, letter: &DeadLetter) {
        if letter.state == DeadLetterState::Parked {
            self.metrics.parked.inc();
        }
        warn!(
            context.name = self.context,
            consumer.name = self.effects.name(),
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

pub(super) struct Sorted {
    events: Vec<ReceivedEvent>,
    letters: Vec<DeadLetter>,
}

/// The end of a step that has no events to blame.
pub(super) fn without_event(ended: Result<(), StepError>) -> Result<(), SessionError> {
    match ended {
        Ok(()) | Err(StepError::Gone) => Ok(()),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(StepError::Event(error)) => Err(KeepError::Store(error.into()).into()),
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

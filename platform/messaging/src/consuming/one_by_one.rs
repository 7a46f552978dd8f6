//! Events one by one, each in a unit of its own: after a batch has failed, to find the one that does, and let the others go
//! on.

use super::{
    SessionError,
    applying::{Read, UnitError, log_handled},
    letters::{self, Letter, State},
    reading::Reading,
    runner::{ConsumerRunner, Session},
};
use crate::{HandleError, ReceivedEvent, failures::with_sources};
use chrono::TimeDelta;
use hansa_event_sourcing::Clock;
use std::collections::HashSet;
use tokio::time::Instant;

impl ConsumerRunner {
    pub(super) async fn apply_one_by_one(&self, session: &mut Session, batch: Vec<Read>) -> Result<(), SessionError> {
        // The lanes have taken the whole batch: they go back, and take it one by one.
        for read in &batch {
            let place = read.arrived.place;
            let lane = session.lanes.lane((read.arrived.source, place.lane));
            lane.known = lane.known.min(place.position - 1);
            lane.target = lane.target.max(place.position);
        }
        for read in batch {
            let place = read.arrived.place;
            let lane = session.lanes.lane((read.arrived.source, place.lane));
            if lane.halted_at.is_some() {
                continue;
            }
            lane.known = place.position;
            self.apply_one(session, &read).await?;
        }
        Ok(())
    }

    async fn apply_one(&self, session: &mut Session, read: &Read) -> Result<(), SessionError> {
        let failure = match &read.reading {
            Reading::NotForIt => {
                session.lanes.dirty_since.get_or_insert_with(Instant::now);
                return Ok(());
            }
            Reading::Poison(reason) => HandleError::Poison(reason.clone()),
            Reading::Event(received) => match self.handle_one(session, read, received).await {
                Ok(()) => return Ok(()),
                Err(UnitError::Store(error)) => return Err(error.into()),
                Err(UnitError::Event(failure)) => failure,
            },
        };
        self.metrics.failed.inc();
        match self.is_halting() {
            true => self.halt(session, read, failure).await,
            false => self.park(session, read, failure).await,
        }
    }

    async fn handle_one(&self, session: &mut Session, read: &Read, received: &ReceivedEvent) -> Result<(), UnitError> {
        let mut unit = self.store.begin_unit(&self.command()).await.map_err(UnitError::Store)?;
        if session.unresolved > 0 {
            let stream = HashSet::from([received.event.stream_id.as_str()]);
            let blocked = letters::blocked(&mut unit, self.consumer.name(), &stream).await.map_err(UnitError::Store)?;
            if blocked.iter().any(|(source, _)| source == read.arrived.source) {
                let reason = "an earlier event of its stream is a dead letter".to_owned();
                let letter = Letter::about(self.consumer.name(), &read.arrived, (State::Waiting, reason));
                letter.insert(&mut unit).await.map_err(UnitError::Store)?;
                self.commit(session, unit).await?;
                session.unresolved += 1;
                self.tell_letter(&letter);
                return Ok(());
            }
        }
        self.handle(&mut unit, std::slice::from_ref(received)).await.map_err(UnitError::Event)?;
        self.commit(session, unit).await?;
        self.metrics.handled.inc();
        log_handled(self.consumer.name(), received);
        Ok(())
    }

    /// It becomes a dead letter, and its lane goes on.
    async fn park(&self, session: &mut Session, read: &Read, failure: HandleError) -> Result<(), SessionError> {
        let mut letter = Letter::about(self.consumer.name(), &read.arrived, (State::Parked, reason_of(&failure)));
        self.plan_attempt(session, &mut letter, &failure);
        let mut unit = self.store.begin_unit(&self.command()).await?;
        letter.insert(&mut unit).await?;
        match self.commit(session, unit).await {
            Ok(()) => {}
            Err(UnitError::Store(error)) => return Err(error.into()),
            Err(UnitError::Event(error)) => return Err(store_error(error)),
        }
        session.unresolved += 1;
        self.tell_letter(&letter);
        Ok(())
    }

    /// Its lane stands before it.
    async fn halt(&self, session: &mut Session, read: &Read, failure: HandleError) -> Result<(), SessionError> {
        let place = read.arrived.place;
        let mut letter = Letter::about(self.consumer.name(), &read.arrived, (State::Halted, reason_of(&failure)));
        self.plan_attempt(session, &mut letter, &failure);
        let lane = session.lanes.lane((read.arrived.source, place.lane));
        lane.known = place.position - 1;
        lane.target = lane.target.max(place.position);
        lane.halted_at = Some(place.position);
        let mut unit = self.store.begin_unit(&self.command()).await?;
        letter.insert(&mut unit).await?;
        match self.commit(session, unit).await {
            Ok(()) => {}
            Err(UnitError::Store(error)) => return Err(error.into()),
            Err(UnitError::Event(error)) => return Err(store_error(error)),
        }
        self.tell_letter(&letter);
        self.count_halted(session);
        Ok(())
    }

    /// When a letter is tried again, by what went wrong and how often: never again on its own is parked, or halted.
    pub(super) fn plan_attempt(&self, session: &mut Session, letter: &mut Letter, failure: &HandleError) {
        let delay = match failure {
            HandleError::Retry(_) => self.settings.delay_after(letter.attempts),
            HandleError::Poison(_) => None,
        };
        letter.last_at = Clock::system().now();
        letter.next_at = delay.map(|delay| letter.last_at + TimeDelta::from_std(delay).unwrap_or(TimeDelta::MAX));
        letter.reason = reason_of(failure);
        if letter.state != State::Halted {
            letter.state = if delay.is_some() { State::Retrying } else { State::Parked };
        }
        if let Some(delay) = delay {
            session.letters_at = session.letters_at.min(Instant::now() + delay);
        }
    }

    pub(super) fn count_halted(&self, session: &Session) {
        let halted = session.lanes.iter().filter(|(_, lane)| lane.halted_at.is_some()).count();
        self.metrics.halted_lanes.set(halted as i64);
    }
}

fn reason_of(failure: &HandleError) -> String {
    with_sources(failure)
}

pub(super) fn store_error(error: HandleError) -> SessionError {
    hansa_relational::StoreError::Engine { attempted: "keep a dead letter", source: Box::new(error) }.into()
}

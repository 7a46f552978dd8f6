//! Events one by one, each in a step of its own: after a batch has failed, to find the one that does, and let the others go
//! on.

use super::{
    SessionError, Step, StepError,
    applying::{Read, log_handled, without_event},
    letters,
    reading::Reading,
    runner::{ConsumerRunner, Session},
};
use crate::{HandleError, ReceivedEvent, failures::with_sources};
use chrono::TimeDelta;
use hansa_event_sourcing::{Clock, DeadLetter, DeadLetterState};
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
                Err(StepError::Event(failure)) => failure,
                ended => return without_event(ended),
            },
        };
        self.metrics.failed.inc();
        match self.effects.is_halting() {
            true => self.halt(session, read, failure).await,
            false => self.park(session, read, failure).await,
        }
    }

    async fn handle_one(&self, session: &mut Session, read: &Read, received: &ReceivedEvent) -> Result<(), StepError> {
        if session.unresolved > 0 {
            let blocked = self.effects.blocked(HashSet::from([received.event.stream_id.as_str()])).await?;
            if blocked.iter().any(|(source, _)| source == read.arrived.source) {
                let reason = "an earlier event of its stream is a dead letter".to_owned();
                let letter = letters::about(self.effects.name(), &read.arrived, (DeadLetterState::Waiting, reason));
                return self.keep(session, &letter).await;
            }
        }
        self.commit(session, Step { events: std::slice::from_ref(received), ..Step::default() }).await?;
        self.metrics.handled.inc();
        log_handled(self.effects.name(), received);
        Ok(())
    }

    /// It becomes a dead letter, and its lane goes on.
    async fn park(&self, session: &mut Session, read: &Read, failure: HandleError) -> Result<(), SessionError> {
        let state = (DeadLetterState::Parked, with_sources(&failure));
        let mut letter = letters::about(self.effects.name(), &read.arrived, state);
        self.plan_attempt(session, &mut letter, &failure);
        without_event(self.keep(session, &letter).await)
    }

    async fn keep(&self, session: &mut Session, letter: &DeadLetter) -> Result<(), StepError> {
        self.commit(session, Step { kept: std::slice::from_ref(letter), ..Step::default() }).await?;
        session.unresolved += 1;
        self.tell_letter(letter);
        Ok(())
    }

    /// Its lane stands before it.
    async fn halt(&self, session: &mut Session, read: &Read, failure: HandleError) -> Result<(), SessionError> {
        let place = read.arrived.place;
        let state = (DeadLetterState::Halted, with_sources(&failure));
        let mut letter = letters::about(self.effects.name(), &read.arrived, state);
        self.plan_attempt(session, &mut letter, &failure);
        let lane = session.lanes.lane((read.arrived.source, place.lane));
        lane.known = place.position - 1;
        lane.target = lane.target.max(place.position);
        lane.halted_at = Some(place.position);
        // Its effect may be committed although that was not heard: then the checkpoint is not where it is believed to be.
        let moves = session.lanes.moves_with((read.arrived.source, place.lane));
        let step = Step { kept: std::slice::from_ref(&letter), moves, ..Step::default() };
        without_event(self.effects.commit(step).await)?;
        session.lanes.moved();
        self.tell_letter(&letter);
        self.count_halted(session);
        Ok(())
    }

    /// When a letter is tried again, by what went wrong and how often: never again on its own is parked, or halted.
    pub(super) fn plan_attempt(&self, session: &mut Session, letter: &mut DeadLetter, failure: &HandleError) {
        let delay = match failure {
            HandleError::Retry(_) => self.settings.delay_after(letter.attempts),
            HandleError::Poison(_) => None,
        };
        letter.last_at = Clock::system().now();
        letter.next_at = delay.map(|delay| letter.last_at + TimeDelta::from_std(delay).unwrap_or(TimeDelta::MAX));
        letter.reason = with_sources(failure);
        if letter.state != DeadLetterState::Halted {
            letter.state = if delay.is_some() { DeadLetterState::Retrying } else { DeadLetterState::Parked };
        }
        if let Some(delay) = delay {
            let due = Instant::now() + delay;
            session.letter_due = Some(session.letter_due.map_or(due, |other| other.min(due)));
        }
    }

    pub(super) fn count_halted(&self, session: &Session) {
        let halted = session.lanes.iter().filter(|(_, lane)| lane.halted_at.is_some()).count();
        self.metrics.halted_lanes.set(halted as i64);
    }
}

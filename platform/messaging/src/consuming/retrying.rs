//! Dead letters that are due: tried again in the order of their streams, each in a step of its own.

use super::{
    Arrived, SessionError, Step, StepError,
    applying::{log_handled, without_event},
    letters,
    reading::{self, Reading},
    runner::{ConsumerRunner, Session},
};
use crate::{HandleError, ReceivedEvent, bus::Place};
use hansa_event_sourcing::{Clock, DeadLetter, DeadLetterState, LetterKey};
use tokio::time::Instant;
use tracing::info;

/// So many at once; then live events have their turn.
const AT_ONCE: usize = 64;

impl ConsumerRunner {
    /// Tries what is due, and sees what an operator has decided.
    pub(super) async fn handle_letters(&self, session: &mut Session) -> Result<(), SessionError> {
        (session.letters_seen, session.letter_due) = (Instant::now(), None);
        self.resume_skipped(session).await?;
        let outlook = self.effects.outlook(Clock::system().now(), AT_ONCE).await?;
        session.unresolved = outlook.unresolved;
        let mut has_some = false;
        for letter in outlook.due {
            has_some |= self.try_letter(session, letter).await?;
        }
        if has_some {
            session.unresolved = self.effects.outlook(Clock::system().now(), 0).await?.unresolved;
            // Those behind the resolved ones are due now.
            session.letter_due = Some(Instant::now());
        }
        self.metrics.dead_letters.set(session.unresolved);
        self.count_halted(session);
        Ok(())
    }

    /// Gives whether anything was done about it.
    async fn try_letter(&self, session: &mut Session, mut letter: DeadLetter) -> Result<bool, SessionError> {
        let Some(source) = session.sources.iter().copied().find(|source| *source == letter.source) else {
            return Ok(false);
        };
        let place = Place { lane: letter.lane, position: letter.position };
        let arrived = Arrived { source, place, message: letters::message_of(&letter) };
        let received = match reading::read(self.effects.listens_to(), &arrived) {
            // A newer program does not listen to it any more.
            Reading::NotForIt => Ok(None),
            Reading::Event(received) => Ok(Some(*received)),
            Reading::Poison(reason) => Err(HandleError::Poison(reason)),
        };
        let ended = match received {
            Ok(received) => self.resolve(session, (source, &letter), received.as_ref()).await,
            Err(failure) => Err(StepError::Event(failure)),
        };
        let failure = match ended {
            Err(StepError::Event(failure)) => failure,
            ended => return without_event(ended).map(|()| true),
        };
        self.metrics.failed.inc();
        let was_due_at = letter.next_at;
        letter.attempts += 1;
        self.plan_attempt(session, &mut letter, &failure);
        without_event(self.effects.commit(Step { changed: Some((&letter, was_due_at)), ..Step::default() }).await)?;
        self.tell_letter(&letter);
        Ok(true)
    }

    /// The effect, and the letter is gone; a lane that stood at it goes on.
    async fn resolve(
        &self,
        session: &mut Session,
        (source, letter): (&'static str, &DeadLetter),
        received: Option<&ReceivedEvent>,
    ) -> Result<(), StepError> {
        let before = session.lanes.lane((source, letter.lane)).clone();
        let is_halted = letter.state == DeadLetterState::Halted;
        // The lane is past it: it was handled, and the letter is about nothing.
        let received = received.filter(|_| !is_halted || before.stored < letter.position);
        let events = received.map_or(&[][..], std::slice::from_ref);
        let step = Step { resolved: Some(letter.key()), events, ..Step::default() };
        if is_halted && before.stored < letter.position {
            let lane = session.lanes.lane((source, letter.lane));
            (lane.known, lane.halted_at) = (letter.position, None);
            if let Err(error) = self.commit(session, step).await {
                *session.lanes.lane((source, letter.lane)) = before;
                return Err(error);
            }
        } else {
            self.effects.commit(step).await?;
        }
        if let Some(received) = received {
            self.metrics.handled.inc();
            log_handled(self.effects.name(), received);
        }
        Ok(())
    }

    /// Lanes whose letter was skipped by an operator go on behind it.
    async fn resume_skipped(&self, session: &mut Session) -> Result<(), SessionError> {
        let halted = session.lanes.iter().filter_map(|(key, lane)| lane.halted_at.map(|position| (key, position)));
        for ((source, lane), position) in halted.collect::<Vec<_>>() {
            let key = LetterKey { consumer: self.effects.name(), source, lane, position };
            let letter = self.effects.letter(key).await?;
            if letter.as_ref().is_some_and(|letter| letter.state == DeadLetterState::Halted) {
                continue;
            }
            info!(consumer.name = self.effects.name(), source, lane, position, "a lane goes on behind a skipped event");
            let state = session.lanes.lane((source, lane));
            state.halted_at = None;
            if letter.is_some() {
                state.known = position;
                without_event(self.commit(session, Step::default()).await)?;
            }
        }
        Ok(())
    }
}

//! Dead letters that are due: tried again in the order of their streams, each in a unit of its own.

use super::{
    Arrived, SessionError,
    applying::{UnitError, log_handled},
    letters::{self, Letter, LetterKey, State},
    one_by_one::store_error,
    reading::{self, Reading},
    runner::{ConsumerRunner, Session},
};
use crate::{HandleError, bus::Place};
use hansa_event_sourcing::Clock;
use tokio::time::Instant;
use tracing::info;

/// So many at once; then live events have their turn.
const AT_ONCE: i64 = 64;

impl ConsumerRunner {
    /// Tries what is due, and sees what an operator has decided.
    pub(super) async fn handle_letters(&self, session: &mut Session) -> Result<(), SessionError> {
        self.look_again(session);
        self.resume_skipped(session).await?;
        let name = self.consumer.name();
        let due = letters::due(&self.store, name, Clock::system().now(), AT_ONCE).await?;
        let mut has_some = false;
        for letter in due {
            has_some |= self.try_letter(session, letter).await?;
        }
        session.unresolved = letters::unresolved(&self.store, name).await?;
        self.metrics.dead_letters.set(session.unresolved);
        self.count_halted(session);
        if has_some {
            // Those behind the resolved ones are due now.
            session.letters_at = Instant::now();
        }
        Ok(())
    }

    /// Gives whether anything was done about it.
    async fn try_letter(&self, session: &mut Session, mut letter: Letter) -> Result<bool, SessionError> {
        let Some(source) = session.sources.iter().copied().find(|source| *source == letter.source) else {
            return Ok(false);
        };
        let place = Place { lane: letter.lane, position: letter.position };
        let arrived = Arrived { source, place, message: letter.message() };
        let failure = match reading::read(self.consumer.listens_to(), &arrived) {
            // A newer program does not listen to it any more.
            Reading::NotForIt => match self.resolve(session, &letter, None).await {
                Ok(()) => return Ok(true),
                Err(UnitError::Store(error)) => return Err(error.into()),
                Err(UnitError::Event(failure)) => failure,
            },
            Reading::Poison(reason) => HandleError::Poison(reason),
            Reading::Event(received) => match self.resolve(session, &letter, Some(&received)).await {
                Ok(()) => {
                    self.metrics.handled.inc();
                    log_handled(self.consumer.name(), &received);
                    return Ok(true);
                }
                Err(UnitError::Store(error)) => return Err(error.into()),
                Err(UnitError::Event(failure)) => failure,
            },
        };
        self.metrics.failed.inc();
        letter.attempts += 1;
        self.plan_attempt(session, &mut letter, &failure);
        let mut unit = self.store.begin_unit(&self.command()).await?;
        letter.update(&mut unit).await?;
        unit.commit(&()).await?;
        self.tell_letter(&letter);
        Ok(true)
    }

    /// The effect, and the letter is gone; a lane that stood at it goes on.
    async fn resolve(
        &self,
        session: &mut Session,
        letter: &Letter,
        received: Option<&crate::ReceivedEvent>,
    ) -> Result<(), UnitError> {
        let mut unit = self.store.begin_unit(&self.command()).await.map_err(UnitError::Store)?;
        if !letters::delete(&mut unit, letter.key()).await.map_err(UnitError::Store)? {
            // An operator was faster.
            return unit.rollback().await.map_err(UnitError::Store);
        }
        if let Some(received) = received {
            self.handle(&mut unit, std::slice::from_ref(received)).await.map_err(UnitError::Event)?;
        }
        if letter.state != State::Halted {
            return unit.commit(&()).await.map_err(super::applying::commit_error);
        }
        let Some(source) = session.sources.iter().copied().find(|source| *source == letter.source) else {
            return Ok(());
        };
        let before = session.lanes.lane((source, letter.lane)).clone();
        session.lanes.lane((source, letter.lane)).known = letter.position;
        match self.commit(session, unit).await {
            Ok(()) => {
                session.lanes.lane((source, letter.lane)).halted_at = None;
                Ok(())
            }
            Err(error) => {
                *session.lanes.lane((source, letter.lane)) = before;
                Err(error)
            }
        }
    }

    /// Lanes whose letter was skipped by an operator go on behind it.
    async fn resume_skipped(&self, session: &mut Session) -> Result<(), SessionError> {
        let halted = session.lanes.iter().filter_map(|(key, lane)| lane.halted_at.map(|position| (key, position)));
        for ((source, lane), position) in halted.collect::<Vec<_>>() {
            let key = LetterKey { consumer: self.consumer.name(), source, place: Place { lane, position } };
            let letter = letters::find(&self.store, key).await?;
            if letter.as_ref().is_some_and(|letter| letter.state == State::Halted) {
                continue;
            }
            info!(
                consumer.name = self.consumer.name(),
                source, lane, position, "a lane goes on behind a skipped event"
            );
            let state = session.lanes.lane((source, lane));
            state.halted_at = None;
            if letter.is_some() {
                state.known = position;
                let unit = self.store.begin_unit(&self.command()).await?;
                match self.commit(session, unit).await {
                    Ok(()) => {}
                    Err(UnitError::Store(error)) => return Err(error.into()),
                    Err(UnitError::Event(error)) => return Err(store_error(error)),
                }
            }
        }
        Ok(())
    }
}

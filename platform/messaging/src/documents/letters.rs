//! Dead letters of a consumer of documents: what it could not handle, and what waits behind it in the same stream. They are
//! tried again in their order whenever the consumer begins, as after an update of the program.

use super::runner::{DocumentConsumerRunner, Session, SessionError};
use crate::{
    HandleError,
    bus::{BusMessage, Place},
    consuming::{Arrived, Reading, read},
    failures::with_sources,
};
use hansa_event_sourcing::{Checkpoint, KeptLetter};
use std::collections::HashSet;
use tracing::{info, warn};

const REASON_CHARACTERS_MAX: usize = 2_000;

impl DocumentConsumerRunner {
    /// Tries all of them; those that fail stay, with what comes after them in their streams.
    pub(super) async fn try_letters(&self, session: &mut Session) -> Result<(), SessionError> {
        let mut blocked = HashSet::new();
        let mut count = 0;
        for letter in self.store.letters(self.consumer.name()).await.map_err(SessionError::Store)? {
            let stream = (letter.source.clone(), letter.stream_id.clone());
            let is_blocked = !letter.stream_id.is_empty() && blocked.contains(&stream);
            if is_blocked || !self.try_letter(session, &letter).await? {
                blocked.insert(stream);
                count += 1;
            }
        }
        blocked.retain(|(_, stream)| !stream.is_empty());
        session.blocked = blocked;
        session.letters = count;
        self.metrics.dead_letters.set(count);
        Ok(())
    }

    async fn try_letter(&self, session: &Session, letter: &KeptLetter) -> Result<bool, SessionError> {
        let Some(source) = session.sources.iter().copied().find(|source| *source == letter.source) else {
            return Ok(false);
        };
        let place = Place { lane: letter.lane, position: letter.position };
        let arrived = Arrived { source, place, message: message_of(letter) };
        let failure = match read(self.consumer.listens_to(), &arrived) {
            // A newer program does not listen to it any more.
            Reading::NotForIt => None,
            Reading::Poison(reason) => Some(HandleError::Poison(reason)),
            Reading::Event(received) => self.handle(&received).await.err(),
        };
        let checkpoint = Checkpoint { consumer: &letter.consumer, source, lane: letter.lane };
        match failure {
            None => {
                self.store.drop_letter(checkpoint, letter.position).await.map_err(SessionError::Store)?;
                let (lane, position) = (letter.lane, letter.position);
                info!(consumer.name = self.consumer.name(), source, lane, position, "a dead letter was handled");
                Ok(true)
            }
            Some(failure) => {
                let mut letter = letter.clone();
                (letter.attempts, letter.last_at) = (letter.attempts + 1, self.clock.now());
                letter.reason = reason_of(&failure);
                self.store.keep_letter(letter).await.map_err(SessionError::Store)?;
                Ok(false)
            }
        }
    }

    /// The event becomes a dead letter, and its lane goes on.
    pub(super) async fn park(
        &self,
        session: &mut Session,
        arrived: &Arrived,
        (attempts, failure): (i64, &HandleError),
    ) -> Result<(), SessionError> {
        let now = self.clock.now();
        let letter = KeptLetter {
            consumer: self.consumer.name().to_owned(),
            source: arrived.source.to_owned(),
            lane: arrived.place.lane,
            position: arrived.place.position,
            stream_id: arrived.message.header("Ev-Stream").unwrap_or_default().to_owned(),
            reason: reason_of(failure),
            attempts,
            first_at: now,
            last_at: now,
            headers: arrived.message.headers.clone(),
            body: arrived.message.body.to_vec(),
        };
        if !letter.stream_id.is_empty() {
            session.blocked.insert((letter.source.clone(), letter.stream_id.clone()));
        }
        session.letters += 1;
        self.metrics.parked.inc();
        self.metrics.dead_letters.set(session.letters);
        warn!(
            context.name = self.context,
            consumer.name = self.consumer.name(),
            source = letter.source,
            lane = letter.lane,
            position = letter.position,
            event.kind = arrived.message.event_type(),
            stream.id = letter.stream_id,
            attempts,
            reason = letter.reason,
            "an event is a dead letter"
        );
        self.store.keep_letter(letter).await.map_err(SessionError::Store)
    }
}

fn message_of(letter: &KeptLetter) -> BusMessage {
    let event_type = letter.headers.get("Ev-Type").map(String::as_str).unwrap_or_default();
    let subject = format!("evt.{}.{event_type}.{:02}", letter.source, letter.lane);
    BusMessage { sequence: 0, subject, headers: letter.headers.clone(), body: letter.body.clone().into() }
}

fn reason_of(failure: &HandleError) -> String {
    with_sources(failure).chars().take(REASON_CHARACTERS_MAX).collect()
}

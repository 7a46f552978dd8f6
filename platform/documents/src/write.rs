//! Commands on a collection: begun with an idempotency key, written with one document.

use std::{fmt::Display, marker::PhantomData};

use hansa_event_sourcing::{Command, DomainEvent, RecordedEvent};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Collection, Document, StoreError, change::Change, turns::Turn};

/// At most so many documents in one answer of [`Collection::outbox_after`].
const OUTBOX_READ_MAX: u32 = 1_000;

/// A command that has begun: it is new, or the repetition of one that was written.
#[derive(Debug)]
#[must_use]
pub enum Begun<D, P> {
    /// The answer that was given the first time.
    Replayed(P),
    Fresh(Write<D, P>),
}

/// What a command answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<P> {
    pub payload: P,
    /// Another process wrote the same command in the meantime; this is its answer, and nothing was written now.
    pub is_replayed: bool,
}

/// The one write of a command. Dropped, nothing is written, and a waiting twin goes on as if this had never been.
#[derive(Debug)]
#[must_use]
pub struct Write<D, P> {
    collection: Collection<D>,
    command: Box<Command>,
    /// Twins of this process wait for it.
    turn: Option<Turn>,
    payload: PhantomData<fn() -> P>,
}

/// A document with events that are not published yet.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    pub document_id: String,
    /// In the order in which they were written.
    pub events: Vec<RecordedEvent>,
}

impl<D: Document> Collection<D> {
    /// Begins a command. A twin (same actor, operation and idempotency key) waits for the first, and gets its answer.
    /// Reads that decide something come after it.
    pub async fn begin<P: DeserializeOwned>(&self, command: &Command) -> Result<Begun<D, P>, StoreError> {
        let mut turn = None;
        if let Some(key) = &command.idempotency_key {
            turn = Some(self.backend.turn(&D::COLLECTION, command, key).await?);
            if let Some(payload) = self.backend.recorded_payload(&D::COLLECTION, command, key).await? {
                return serde_json::from_str(&payload).map(Begun::Replayed).map_err(StoreError::Answer);
            }
        }
        let (collection, command) = (self.clone(), Box::new(command.clone()));
        Ok(Begun::Fresh(Write { collection, command, turn, payload: PhantomData }))
    }

    /// Documents with events that are not published yet, by id after `after`; those of deleted documents too. At most
    /// 1,000.
    pub async fn outbox_after(&self, after: Option<&str>, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        self.backend.outbox_after(&D::COLLECTION, after.unwrap_or_default(), limit.min(OUTBOX_READ_MAX)).await
    }
}

impl<D: Document, P: Serialize + DeserializeOwned> Write<D, P> {
    /// Writes a new document. Its version is [`Collection::next_version`]: 1, if there never was one with this id.
    pub async fn insert(self, document: &D, events: Vec<DomainEvent>, payload: P) -> Result<Answer<P>, StoreError> {
        let content = content(document)?;
        self.write(Change::Insert { id: document.id(), version: document.version(), content }, events, payload).await
    }

    /// Writes a document in place of the one with its id, which must have the expected version; the new one's is one
    /// more.
    pub async fn replace(
        self,
        document: &D,
        expected_version: i64,
        events: Vec<DomainEvent>,
        payload: P,
    ) -> Result<Answer<P>, StoreError> {
        let (found, expected) = (document.version(), expected_version.saturating_add(1));
        if found != expected {
            return Err(StoreError::WrongVersion { found, expected });
        }
        let content = content(document)?;
        self.write(Change::Replace { id: document.id(), expected_version, content }, events, payload).await
    }

    /// Deletes the document, which must have the expected version. What stays, unseen, carries its events and keys.
    pub async fn delete(
        self,
        id: &(impl Display + Sync + ?Sized),
        expected_version: i64,
        events: Vec<DomainEvent>,
        payload: P,
    ) -> Result<Answer<P>, StoreError> {
        self.write(Change::Delete { id: id.to_string(), expected_version }, events, payload).await
    }

    /// Keeps the answer of a command that found nothing to change, on the document with this id; where there is none yet, on
    /// what is unseen until it is inserted. Without a key there is nothing to keep.
    pub async fn keep(self, id: &(impl Display + Sync + ?Sized), payload: P) -> Result<Answer<P>, StoreError> {
        if self.command.idempotency_key.is_none() {
            return Ok(Answer { payload, is_replayed: false });
        }
        self.write(Change::Keep { id: id.to_string() }, Vec::new(), payload).await
    }

    async fn write(self, change: Change, events: Vec<DomainEvent>, payload: P) -> Result<Answer<P>, StoreError> {
        let Write { collection, command, turn, .. } = self;
        let events = events.into_iter().map(|event| event.recorded(&command)).collect();
        let text = serde_json::to_string(&payload).map_err(StoreError::Unwritable)?;
        let earlier = collection.backend.write(&D::COLLECTION, &command, change, (events, text)).await?;
        drop(turn);
        match earlier {
            None => Ok(Answer { payload, is_replayed: false }),
            Some(earlier) => {
                let payload = serde_json::from_str(&earlier).map_err(StoreError::Answer)?;
                Ok(Answer { payload, is_replayed: true })
            }
        }
    }
}

fn content(document: &impl Document) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(document).map_err(StoreError::Unwritable)
}

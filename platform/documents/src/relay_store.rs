//! What relays and consumers keep in a store of documents.

use chrono::{DateTime, Utc};
use hansa_event_sourcing::{
    Checkpoint, CheckpointStore, DeadLetter, HeldLease, LeaseRequest, LetterKey, LetterOutline, LettersWanted,
    LogError, LogFuture, PublishedLane, RelayStore, StoredCheckpoint,
};

use crate::{
    Documents,
    backend::{Engine, on_engine},
};

/// So many letters are listed at most.
pub(crate) const LETTERS_MAX: i64 = 1_000;

impl RelayStore for Documents {
    fn take_leases(&self, request: LeaseRequest) -> LogFuture<'_, Vec<HeldLease>> {
        Box::pin(async move { on_engine!(&self.backend.engine, take_leases(request)).map_err(LogError::from) })
    }

    fn give_up_leases(&self, holder: String) -> LogFuture<'_, ()> {
        Box::pin(async move { on_engine!(&self.backend.engine, give_up_leases(&holder)).map_err(LogError::from) })
    }

    fn published(&self) -> LogFuture<'_, Vec<PublishedLane>> {
        Box::pin(async move { on_engine!(&self.backend.engine, published()).map_err(LogError::from) })
    }

    fn note_published(&self, lanes: Vec<PublishedLane>) -> LogFuture<'_, ()> {
        Box::pin(async move { on_engine!(&self.backend.engine, note_published(lanes)).map_err(LogError::from) })
    }
}

impl CheckpointStore for Documents {
    fn checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>) -> LogFuture<'a, i64> {
        Box::pin(async move { on_engine!(&self.backend.engine, checkpoint(checkpoint)).map_err(LogError::from) })
    }

    fn checkpoints(&self) -> LogFuture<'_, Vec<StoredCheckpoint>> {
        Box::pin(async move { on_engine!(&self.backend.engine, checkpoints()).map_err(LogError::from) })
    }

    fn move_checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>, from_to: (i64, i64)) -> LogFuture<'a, bool> {
        Box::pin(async move {
            on_engine!(&self.backend.engine, move_checkpoint(checkpoint, from_to)).map_err(LogError::from)
        })
    }

    fn keep_letter(&self, letter: DeadLetter) -> LogFuture<'_, ()> {
        Box::pin(async move { on_engine!(&self.backend.engine, keep_letter(letter)).map_err(LogError::from) })
    }

    fn change_letter(&self, letter: DeadLetter, was_due_at: Option<DateTime<Utc>>) -> LogFuture<'_, bool> {
        Box::pin(
            async move { on_engine!(&self.backend.engine, change_letter(letter, was_due_at)).map_err(LogError::from) },
        )
    }

    fn letters<'a>(&'a self, wanted: LettersWanted<'a>) -> LogFuture<'a, Vec<DeadLetter>> {
        Box::pin(async move { on_engine!(&self.backend.engine, letters(wanted)).map_err(LogError::from) })
    }

    fn letter_outlines<'a>(&'a self, consumer: &'a str) -> LogFuture<'a, Vec<LetterOutline>> {
        Box::pin(async move { on_engine!(&self.backend.engine, letter_outlines(consumer)).map_err(LogError::from) })
    }

    fn letter<'a>(&'a self, key: LetterKey<'a>) -> LogFuture<'a, Option<DeadLetter>> {
        Box::pin(async move { on_engine!(&self.backend.engine, letter(key)).map_err(LogError::from) })
    }

    fn drop_letter<'a>(&'a self, key: LetterKey<'a>) -> LogFuture<'a, bool> {
        Box::pin(async move { on_engine!(&self.backend.engine, drop_letter(key)).map_err(LogError::from) })
    }
}

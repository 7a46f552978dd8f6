//! How far consumers have come, for stores without units of work: the effect is written first, repeatably, and the
//! checkpoint after it.

use crate::{DeadLetter, LetterKey, LetterOutline, LettersWanted, LogFuture};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// A consumer's place in one lane of a context's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint<'a> {
    /// Name of the consumer, unique in its context.
    pub consumer: &'a str,
    /// The context whose log it is.
    pub source: &'a str,
    pub lane: i64,
}

/// A checkpoint as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckpoint {
    pub consumer: String,
    pub source: String,
    pub lane: i64,
    pub position: i64,
}

/// Kept in the same store as the effects.
pub trait CheckpointStore: Send + Sync {
    /// The last position whose effect is written; 0 where there is none.
    fn checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>) -> LogFuture<'a, i64>;

    /// All of them, by consumer, source and lane; at most 10,000.
    fn checkpoints(&self) -> LogFuture<'_, Vec<StoredCheckpoint>>;

    /// Moves it from one position to a later one; false where another process has moved it in the meantime.
    fn move_checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>, from_to: (i64, i64)) -> LogFuture<'a, bool>;

    /// Keeps a letter; one about the same message that is there already stays as it is.
    fn keep_letter(&self, letter: DeadLetter) -> LogFuture<'_, ()>;

    /// Writes a letter in the place of the one about the same message; false where there is none, or where its next
    /// attempt is not at `was_due_at` any more: somebody else has decided about it.
    fn change_letter(&self, letter: DeadLetter, was_due_at: Option<DateTime<Utc>>) -> LogFuture<'_, bool>;

    /// Letters by consumer, source, lane and position; at most 1,000.
    fn letters<'a>(&'a self, wanted: LettersWanted<'a>) -> LogFuture<'a, Vec<DeadLetter>>;

    /// The letters of a consumer that are not skipped, by source, lane and position; at most 10,000.
    fn letter_outlines<'a>(&'a self, consumer: &'a str) -> LogFuture<'a, Vec<LetterOutline>>;

    fn letter<'a>(&'a self, key: LetterKey<'a>) -> LogFuture<'a, Option<DeadLetter>>;

    /// Takes a letter away; false where there is none.
    fn drop_letter<'a>(&'a self, key: LetterKey<'a>) -> LogFuture<'a, bool>;
}

pub type SharedCheckpointStore = Arc<dyn CheckpointStore>;

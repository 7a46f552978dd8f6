//! How far consumers have come, for stores without units of work: the effect is written first, repeatably, and the
//! checkpoint after it.

use crate::LogFuture;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A consumer's place in one lane of a context's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint<'a> {
    /// Name of the consumer, unique in its context.
    pub consumer: &'a str,
    /// The context whose log it is.
    pub source: &'a str,
    pub lane: i64,
}

/// A message that a consumer could not handle, or that waits behind one of the same stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptLetter {
    pub consumer: String,
    pub source: String,
    pub lane: i64,
    pub position: i64,
    /// Empty where the message does not say it.
    pub stream_id: String,
    pub reason: String,
    pub attempts: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub headers: BTreeMap<String, String>,
    /// As it came: it may be no text.
    pub body: Vec<u8>,
}

/// Kept in the same store as the effects.
pub trait CheckpointStore: Send + Sync {
    /// The last position whose effect is written; 0 where there is none.
    fn checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>) -> LogFuture<'a, i64>;

    /// Moves it from one position to a later one; false where another process has moved it in the meantime.
    fn move_checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>, from_to: (i64, i64)) -> LogFuture<'a, bool>;

    /// Keeps a letter, in place of an earlier one about the same message.
    fn keep_letter(&self, letter: KeptLetter) -> LogFuture<'_, ()>;

    /// The letters of a consumer by source, lane and position; at most 10,000.
    fn letters<'a>(&'a self, consumer: &'a str) -> LogFuture<'a, Vec<KeptLetter>>;

    /// Takes away the letter about a message; nothing happens where there is none.
    fn drop_letter<'a>(&'a self, checkpoint: Checkpoint<'a>, position: i64) -> LogFuture<'a, ()>;
}

pub type SharedCheckpointStore = Arc<dyn CheckpointStore>;

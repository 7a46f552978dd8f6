//! How far consumers have come, for stores without units of work: the effect is written first, repeatably, and the
//! checkpoint after it.

use crate::LogFuture;
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

/// Kept in the same store as the effects.
pub trait CheckpointStore: Send + Sync {
    /// The last position whose effect is written; 0 where there is none.
    fn checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>) -> LogFuture<'a, i64>;

    /// Moves it from one position to a later one; false where another process has moved it in the meantime.
    fn move_checkpoint<'a>(&'a self, checkpoint: Checkpoint<'a>, from_to: (i64, i64)) -> LogFuture<'a, bool>;
}

pub type SharedCheckpointStore = Arc<dyn CheckpointStore>;

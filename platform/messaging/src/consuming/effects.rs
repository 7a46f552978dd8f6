//! What the store of a consumer does for its runner. A relational one commits a step in one unit; one of documents writes
//! effects first, each under the key of its event, and the checkpoints last, so that a step that was broken off is
//! repeated and changes nothing twice.

use crate::{HandleError, HandleFuture, Listening, ReceivedEvent};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use hansa_event_sourcing::{DeadLetter, LetterKey, LogError};
use hansa_relational::StoreError;
use std::{
    collections::{BTreeMap, HashSet},
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    time::Duration,
};

/// A handler that takes longer has failed.
const HANDLING_TIME_MAX: Duration = Duration::from_secs(30);

pub(crate) type EffectFuture<'a, T, E = KeepError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// A source and the id of a stream in it.
pub(crate) type Stream = (String, String);

/// A consumer with its store.
pub(crate) trait Effects: Send + Sync {
    fn name(&self) -> &'static str;

    fn listens_to(&self) -> &'static [Listening];

    /// Whether a lane stands before what cannot be handled.
    fn is_halting(&self) -> bool;

    /// Where the consumer is.
    fn begin(&self) -> EffectFuture<'_, Beginning>;

    /// Letters that are to be tried now, each the first unresolved one of its stream.
    fn outlook(&self, now: DateTime<Utc>, limit: usize) -> EffectFuture<'_, Outlook>;

    /// Which of these streams have letters that hold up later events.
    fn blocked<'a>(&'a self, streams: HashSet<&'a str>) -> EffectFuture<'a, HashSet<Stream>>;

    fn letter<'a>(&'a self, key: LetterKey<'a>) -> EffectFuture<'a, Option<DeadLetter>>;

    /// All of it; or nothing, or a part that does no harm when it is repeated.
    fn commit<'a>(&'a self, step: Step<'a>) -> EffectFuture<'a, (), StepError>;
}

#[derive(Debug, Default)]
pub(crate) struct Beginning {
    /// Positions by source and lane.
    pub(crate) checkpoints: BTreeMap<(String, i64), i64>,
    /// Sources, lanes and positions of letters for which lanes stand.
    pub(crate) halted: Vec<(String, i64, i64)>,
    /// How many letters hold up later events of their streams.
    pub(crate) unresolved: i64,
}

#[derive(Debug, Default)]
pub(crate) struct Outlook {
    pub(crate) due: Vec<DeadLetter>,
    /// How many letters hold up later events of their streams.
    pub(crate) unresolved: i64,
}

/// What is committed together.
#[derive(Debug, Default)]
pub(crate) struct Step<'a> {
    /// It is taken away; without it nothing is done ([`StepError::Gone`]).
    pub(crate) resolved: Option<LetterKey<'a>>,
    pub(crate) events: &'a [ReceivedEvent],
    /// New letters.
    pub(crate) kept: &'a [DeadLetter],
    /// A letter, and when it was due: if somebody else has decided about it, that stays.
    pub(crate) changed: Option<(&'a DeadLetter, Option<DateTime<Utc>>)>,
    pub(crate) moves: Vec<Move>,
}

/// A checkpoint that moves from one position to a later one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    pub(crate) source: &'static str,
    pub(crate) lane: i64,
    pub(crate) from_to: (i64, i64),
}

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeepError {
    #[error("another process has moved a checkpoint")]
    Moved,
    #[error(transparent)]
    Store(LogError),
}

/// Why a step was not committed.
#[derive(Debug)]
pub(crate) enum StepError {
    /// Because of an event.
    Event(HandleError),
    /// Because of the store, or of another process.
    Store(KeepError),
    /// The letter was resolved by somebody else.
    Gone,
}

/// A handler that panics, or hangs, has failed.
pub(crate) async fn guarded(handling: HandleFuture<'_>) -> Result<(), HandleError> {
    match tokio::time::timeout(HANDLING_TIME_MAX, AssertUnwindSafe(handling).catch_unwind()).await {
        Ok(Ok(handled)) => handled,
        Ok(Err(_)) => Err(HandleError::Retry("the handler panicked".into())),
        Err(_) => Err(HandleError::Retry("the handler took longer than 30 s".into())),
    }
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> KeepError {
        match error {
            StoreError::CheckpointMoved => KeepError::Moved,
            other => KeepError::Store(other.into()),
        }
    }
}

impl<E: Into<KeepError>> From<E> for StepError {
    fn from(error: E) -> StepError {
        StepError::Store(error.into())
    }
}

//! What an error of a store means to the command that met it. Stores, and what is built on them, say it of their errors; the
//! host of a context makes of it what the client reads.

use std::error::Error;

/// What a command does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureMeaning {
    /// The idempotency key was used before, with another input: the client's mistake.
    KeyReused,
    /// The input is more than the store takes: the client's mistake.
    TooMuch { what: &'static str, limit: usize },
    /// Somebody else wrote the same first: the command may decide again.
    Conflict,
    /// The same may succeed a little later: the store is busy, full or away.
    Passing,
    /// Ours to repair.
    Broken,
}

/// An error of a store, or of what is built on one.
pub trait StoreFailure: Error + Send + Sync + 'static {
    fn meaning(&self) -> FailureMeaning;
}

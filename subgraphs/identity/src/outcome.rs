//! What a command gives: what it did, why it was refused, or what broke.

use crate::domain::Refusal;
use hansa_relational::StoreError;
use hansa_subgraph_host::Fault;

/// A command that was done, by this call or by an earlier one with the same idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    pub value: T,
    pub replayed: bool,
}

/// A command that was not done.
#[derive(Debug)]
pub enum CommandError {
    /// An expected failure: whoever asked can do something about it.
    Refused(Refusal),
    /// Nobody who asks can.
    Failed(Fault),
}

pub type Outcome<T> = Result<Done<T>, CommandError>;

impl<T> Done<T> {
    pub(crate) fn now(value: T) -> Done<T> {
        Done { value, replayed: false }
    }

    pub(crate) fn before(value: T) -> Done<T> {
        Done { value, replayed: true }
    }
}

impl CommandError {
    pub(crate) fn fault(cause: impl std::error::Error + Send + Sync + 'static) -> CommandError {
        CommandError::Failed(Fault::internal(cause))
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        match error {
            StoreError::KeyReused => CommandError::Refused(Refusal::IdempotencyKeyReused),
            passing if passing.is_passing() => CommandError::Failed(Fault::unavailable(passing)),
            other => CommandError::fault(other),
        }
    }
}

//! How a command ends: it was done, it was refused, or something broke. The same in every context, so that what a store says
//! becomes the same code and text whoever met it.

use crate::{Fault, UserError};
use hansa_event_sourcing::{FailureMeaning, StoreFailure};

/// A command that was done, by this call or by an earlier one with the same idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<T> {
    pub value: T,
    pub replayed: bool,
}

/// A command that was not done. `R` is the context's list of refusals.
///
/// `?` makes one of the error of a store, as [`StoreFailure::meaning`] says: a key that was used for another input is a
/// refusal; who was outrun gets `CONFLICT`; a store that is busy or away gives `DOWNSTREAM_UNAVAILABLE`; all else is ours.
#[derive(Debug)]
pub enum CommandError<R> {
    /// An expected failure: whoever asked can do something about it.
    Refused(R),
    /// Nobody who asks can.
    Failed(Fault),
}

/// A context's list of expected failures.
pub trait Refuse: Sized {
    /// The refusal of an idempotency key that was used before, with another input.
    fn key_reused() -> Self;

    /// The refusal of more than the store takes. Without one it is our mistake.
    fn too_much(what: &'static str, limit: usize) -> Option<Self> {
        let _ = (what, limit);
        None
    }

    /// How it stands in the payload of a mutation.
    fn user_errors(&self) -> Vec<UserError>;
}

/// What is wrong before the command is made: its idempotency key is no key.
impl Refuse for UserError {
    fn key_reused() -> UserError {
        UserError::idempotency_key_reused()
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![self.clone()]
    }
}

impl<T> Done<T> {
    pub fn now(value: T) -> Done<T> {
        Done { value, replayed: false }
    }

    pub fn before(value: T) -> Done<T> {
        Done { value, replayed: true }
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Done<U> {
        Done { value: change(self.value), replayed: self.replayed }
    }
}

impl<R> CommandError<R> {
    /// What is ours to repair.
    pub fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> CommandError<R> {
        CommandError::Failed(Fault::internal(cause))
    }

    /// Whether somebody else was faster: the command may decide again.
    pub fn is_conflict(&self) -> bool {
        matches!(self, CommandError::Failed(fault) if fault.code == crate::ErrorCode::Conflict)
    }
}

impl<R> From<Fault> for CommandError<R> {
    fn from(fault: Fault) -> CommandError<R> {
        CommandError::Failed(fault)
    }
}

impl<R: Refuse, E: StoreFailure> From<E> for CommandError<R> {
    fn from(error: E) -> CommandError<R> {
        match error.meaning() {
            FailureMeaning::KeyReused => CommandError::Refused(R::key_reused()),
            FailureMeaning::TooMuch { what, limit } => match R::too_much(what, limit) {
                Some(refusal) => CommandError::Refused(refusal),
                None => CommandError::internal(error),
            },
            FailureMeaning::Conflict | FailureMeaning::Passing | FailureMeaning::Broken => {
                CommandError::Failed(Fault::store(error))
            }
        }
    }
}

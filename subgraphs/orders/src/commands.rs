//! Commands: who may, what the domain says, and one commit for state, events and the idempotency record.

mod carts;
mod checkouts;
mod inputs;
mod placing;
mod returns;

pub use inputs::{
    CartChange, CartLineUpdate, CartLinesAdd, CartLinesRemove, CheckoutCreate, NewCartLine, OrderCancel, OrderPlace,
    ReturnLine, ReturnRefuse, ReturnRequest,
};

use crate::domain::{Refusal, Refused};
use hansa_event_store::{AppendError, LoadError};
use hansa_relational::StoreError;
use hansa_saga::ProcessError;
use hansa_subgraph_host::{Caller, ErrorCode, Fault};
use hansa_values::UserId;

/// A command whose stream somebody else changed at the same time is decided again so often.
const DECIDED_AGAIN_MAX: usize = 5;

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
    Refused(Refused),
    /// Nobody who asks can.
    Failed(Fault),
}

impl CommandError {
    fn is_conflict(&self) -> bool {
        matches!(self, CommandError::Failed(Fault { code: ErrorCode::Conflict, .. }))
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal.into())
    }
}

impl From<Refused> for CommandError {
    fn from(refused: Refused) -> CommandError {
        CommandError::Refused(refused)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        match error {
            StoreError::KeyReused => Refusal::IdempotencyKeyReused.at("idempotencyKey").into(),
            passing if passing.is_passing() => CommandError::Failed(Fault::unavailable(passing)),
            other => CommandError::Failed(Fault::internal(other)),
        }
    }
}

impl From<ProcessError> for CommandError {
    fn from(error: ProcessError) -> CommandError {
        match error {
            ProcessError::Store(error)
            | ProcessError::Load(LoadError::Store(error))
            | ProcessError::Append(AppendError::Store(error)) => error.into(),
            ProcessError::Append(AppendError::VersionConflict { .. }) => {
                let text = "somebody else changes the same thing; try again";
                CommandError::Failed(Fault::new(ErrorCode::Conflict, text))
            }
            other => CommandError::Failed(Fault::internal(other)),
        }
    }
}

/// Who has a cart and buys: a user, whom API keys and visitors are not.
fn buyer(caller: &Caller) -> Result<UserId, Refusal> {
    caller.user.ok_or(Refusal::Unauthenticated)
}

/// A text by which somebody explains something.
fn checked_reason(text: &str) -> Result<String, Refusal> {
    const MAX: usize = 500;
    let text = text.trim();
    let is_good = (1..=MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if is_good { Ok(text.to_owned()) } else { Err(Refusal::ReasonInvalid { max: MAX }) }
}

//! What a command gives: what it did, why it was refused, or what broke.

pub(crate) use hansa_subgraph_host::Done;

use crate::domain::Refusal;

/// A command of this context that was not done.
pub type CommandError = hansa_subgraph_host::CommandError<Refusal>;

pub type Outcome<T> = Result<Done<T>, CommandError>;

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal)
    }
}

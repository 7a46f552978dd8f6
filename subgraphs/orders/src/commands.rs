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
use hansa_subgraph_host::{Caller, Done};
use hansa_values::UserId;

/// A command whose stream somebody else changed at the same time is decided again so often.
const DECIDED_AGAIN_MAX: usize = 5;

/// A command of this context that was not done.
pub type CommandError = hansa_subgraph_host::CommandError<Refused>;

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

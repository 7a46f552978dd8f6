//! Commands: who may, what the domain says, and one commit for state, events and the idempotency record.

mod addresses;
mod methods;
mod shipments;

pub use methods::{ShippingMethodCreate, ShippingMethodUpdate};
pub use shipments::ShipmentChange;

use crate::domain::Refusal;
use hansa_subgraph_host::Done;
use serde::{Deserialize, Serialize};

/// A command of this context that was not done.
pub type CommandError = hansa_subgraph_host::CommandError<Refusal>;

/// What a repetition needs to know of the first time.
#[derive(Debug, Serialize, Deserialize)]
struct Changed<T> {
    id: T,
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal)
    }
}

fn expect_version(expected: Option<i64>, current: i64) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != current => Err(Refusal::VersionConflict { current }),
        _ => Ok(()),
    }
}

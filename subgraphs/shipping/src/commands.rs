//! Commands: who may, what the domain says, and one commit for state, events and the idempotency record.

mod addresses;
mod methods;
mod shipments;

pub use methods::{ShippingMethodCreate, ShippingMethodUpdate};
pub use shipments::ShipmentChange;

use crate::domain::Refusal;
use hansa_relational::StoreError;
use hansa_subgraph_host::Fault;
use serde::{Deserialize, Serialize};

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

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        match error {
            StoreError::KeyReused => CommandError::Refused(Refusal::IdempotencyKeyReused),
            passing if passing.is_passing() => CommandError::Failed(Fault::unavailable(passing)),
            other => CommandError::Failed(Fault::internal(other)),
        }
    }
}

fn expect_version(expected: Option<i64>, current: i64) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != current => Err(Refusal::VersionConflict { current }),
        _ => Ok(()),
    }
}

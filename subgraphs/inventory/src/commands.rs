//! Commands: who may, what the domain says, and one commit for state, events and the idempotency record. One public method
//! for each, for GraphQL and for whoever loads data.

mod learn;
mod stock;
mod warehouses;

pub use stock::{StockAdjust, StockCount, StockReceive, StockTransfer};
pub use warehouses::{WarehouseCreate, WarehouseUpdate};

use crate::{domain::Refusal, shelf::ShelfError};
use hansa_event_store::AppendError;
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

impl From<ShelfError> for CommandError {
    fn from(error: ShelfError) -> CommandError {
        match error {
            ShelfError::Refused(refusal) => CommandError::Refused(Refusal::Stock(refusal)),
            ShelfError::Store(error) | ShelfError::Append(AppendError::Store(error)) => error.into(),
            other => CommandError::Failed(Fault::internal(other)),
        }
    }
}

//! Commands: who may, what the domain says, and one commit for state, events and the idempotency record. One public method
//! for each, for GraphQL and for whoever loads data.

mod learn;
mod stock;
mod warehouses;

pub use stock::{StockAdjust, StockCount, StockReceive, StockTransfer};
pub use warehouses::{WarehouseCreate, WarehouseUpdate};

use crate::{domain::Refusal, shelf::ShelfError};
use hansa_subgraph_host::Done;

/// A command of this context that was not done.
pub type CommandError = hansa_subgraph_host::CommandError<Refusal>;

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Refused(refusal)
    }
}

impl From<ShelfError> for CommandError {
    fn from(error: ShelfError) -> CommandError {
        match error {
            ShelfError::Refused(refusal) => CommandError::Refused(Refusal::Stock(refusal)),
            ShelfError::Store(error) => error.into(),
            ShelfError::Load(error) => error.into(),
            ShelfError::Append(error) => error.into(),
            other @ (ShelfError::NotLoaded(_) | ShelfError::Missing(_)) => CommandError::internal(other),
        }
    }
}

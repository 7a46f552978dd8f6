//! Payloads of mutations: what was done, or why it was not.

use super::{stock_item::StockItemObject, warehouse::WarehouseObject};
use crate::{
    commands::CommandError,
    domain::{Refusal, StockRefusal},
};
use hansa_subgraph_host::{Done, Fault, Outcome, Refuse, UserError, payloads};

payloads! {
    WarehouseCreatePayload { warehouse: WarehouseObject }
    WarehouseUpdatePayload { warehouse: WarehouseObject }
    StockReceivePayload { stock_item: StockItemObject }
    StockAdjustPayload { stock_item: StockItemObject }
    StockCountPayload { stock_item: StockItemObject }
    StockTransferPayload { from: StockItemObject, to: StockItemObject }
}

impl Refuse for Refusal {
    fn key_reused() -> Refusal {
        Refusal::IdempotencyKeyReused
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![user_error(self, "quantity")]
    }
}

/// Of a command whose field `quantity` says how many.
pub(super) fn outcome<T>(done: Result<Done<T>, CommandError>, quantity: &str) -> Result<Outcome<T>, Fault> {
    match done {
        Err(CommandError::Refused(refusal)) => Ok(Outcome::refused(user_error(&refusal, quantity))),
        done => Outcome::of(done),
    }
}

fn user_error(refusal: &Refusal, quantity: &str) -> UserError {
    let error = |code, field: &str| UserError::new(code, field, refusal.to_string());
    match refusal {
        Refusal::Forbidden => error("FORBIDDEN", ""),
        Refusal::WarehouseNotFound { field } => error("WAREHOUSE_NOT_FOUND", field),
        Refusal::UnknownVariant => error("UNKNOWN_VARIANT", "variantId"),
        Refusal::SameWarehouse => error("SAME_WAREHOUSE", "toWarehouseId"),
        Refusal::CodeInvalid => error("CODE_INVALID", "code"),
        Refusal::CodeTaken => error("CODE_TAKEN", "code"),
        Refusal::NameInvalid => error("NAME_INVALID", "name"),
        Refusal::PriorityInvalid => error("PRIORITY_INVALID", "priority"),
        Refusal::TooManyWarehouses => error("TOO_MANY_WAREHOUSES", ""),
        Refusal::ReferenceInvalid => error("REFERENCE_INVALID", "reference"),
        Refusal::VersionConflict { current } => UserError::version_conflict(*current),
        Refusal::IdempotencyKeyReused => UserError::idempotency_key_reused(),
        Refusal::Stock(StockRefusal::NegativeQuantity) => error("NEGATIVE_QUANTITY", quantity),
        Refusal::Stock(StockRefusal::QuantityZero) => error("QUANTITY_ZERO", quantity),
        Refusal::Stock(StockRefusal::QuantityTooLarge) => error("QUANTITY_TOO_LARGE", quantity),
        // Staff neither reserve nor release: the last three are those of orders.
        Refusal::Stock(
            StockRefusal::BelowReserved { .. }
            | StockRefusal::OutOfStock { .. }
            | StockRefusal::HeldAlready
            | StockRefusal::NoHold,
        ) => error("BELOW_RESERVED", quantity),
    }
}

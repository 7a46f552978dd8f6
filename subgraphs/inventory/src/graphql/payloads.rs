//! Payloads of mutations: what was done, or why it was not.

use super::{stock_item::StockItemObject, warehouse::WarehouseObject};
use crate::{
    commands::{CommandError, Done},
    domain::{Refusal, StockRefusal, Warehouse},
    tables::stock_levels::StockLevel,
};
use async_graphql::SimpleObject;
use hansa_subgraph_host::{Fault, UserError};

macro_rules! payloads {
    ($($name:ident { $field:ident: $object:ident($value:ty) })+) => {$(
        #[derive(Debug, SimpleObject)]
        pub(crate) struct $name {
            $field: Option<$object>,
            user_errors: Vec<UserError>,
            /// Whether an earlier call with the same key did it.
            replayed: bool,
        }

        impl $name {
            pub(crate) fn of(outcome: Outcome<$value>) -> $name {
                let Outcome { value, user_errors, replayed } = outcome;
                $name { $field: value.map($object), user_errors, replayed }
            }
        }
    )+};
}

payloads! {
    WarehouseCreatePayload { warehouse: WarehouseObject(Warehouse) }
    WarehouseUpdatePayload { warehouse: WarehouseObject(Warehouse) }
    StockReceivePayload { stock_item: StockItemObject(StockLevel) }
    StockAdjustPayload { stock_item: StockItemObject(StockLevel) }
    StockCountPayload { stock_item: StockItemObject(StockLevel) }
}

#[derive(Debug, SimpleObject)]
pub(crate) struct StockTransferPayload {
    from: Option<StockItemObject>,
    to: Option<StockItemObject>,
    user_errors: Vec<UserError>,
    /// Whether an earlier call with the same key did it.
    replayed: bool,
}

/// What all payloads have.
#[derive(Debug)]
pub(crate) struct Outcome<T> {
    value: Option<T>,
    user_errors: Vec<UserError>,
    replayed: bool,
}

impl StockTransferPayload {
    pub(crate) fn of(outcome: Outcome<(StockLevel, StockLevel)>) -> StockTransferPayload {
        let Outcome { value, user_errors, replayed } = outcome;
        let (from, to) = value.map(|(from, to)| (StockItemObject(from), StockItemObject(to))).unzip();
        StockTransferPayload { from, to, user_errors, replayed }
    }
}

impl<T> Outcome<T> {
    /// `quantity` is the input's field that says how many.
    pub(crate) fn of(done: Result<Done<T>, CommandError>, quantity: &str) -> Result<Outcome<T>, Fault> {
        match done {
            Ok(Done { value, replayed }) => Ok(Outcome { value: Some(value), user_errors: Vec::new(), replayed }),
            Err(CommandError::Refused(refusal)) => Ok(Outcome::refused(user_error(&refusal, quantity))),
            Err(CommandError::Failed(fault)) => Err(fault),
        }
    }

    pub(crate) fn refused(error: UserError) -> Outcome<T> {
        Outcome { value: None, user_errors: vec![error], replayed: false }
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

//! Inputs of mutations.

use crate::{
    commands::{StockAdjust, StockCount, StockReceive, StockTransfer, WarehouseCreate, WarehouseUpdate},
    domain::{AdjustmentReason, WarehouseChanges, WarehouseFacts},
};
use async_graphql::{Enum, ID, InputObject};

/// What a priority is where none is given.
const PRIORITY: i32 = 100;

#[derive(Debug, InputObject)]
pub(crate) struct WarehouseCreateInput {
    /// 1 to 32 letters, digits, `-`, `_` or `.`; unique in the tenant.
    code: String,
    name: String,
    /// 0 to 1,000; the lowest serves first, and 100 is what it is where none is given.
    priority: Option<i32>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct WarehouseUpdateInput {
    id: ID,
    code: Option<String>,
    name: Option<String>,
    priority: Option<i32>,
    /// Orders are served from active warehouses only.
    is_active: Option<bool>,
    /// The version that the change is meant for.
    expected_version: Option<i32>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct StockReceiveInput {
    variant_id: ID,
    warehouse_id: ID,
    /// Units, at least one.
    quantity: i32,
    /// What you call it, such as the number of a delivery note.
    reference: Option<String>,
    /// The stock item's version that this is meant for; 0 where there is none yet.
    expected_version: Option<i32>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    pub(crate) idempotency_key: String,
}

/// Why there are more or fewer units than there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum StockAdjustReason {
    Damaged,
    Lost,
    Found,
    Correction,
}

#[derive(Debug, InputObject)]
pub(crate) struct StockAdjustInput {
    variant_id: ID,
    warehouse_id: ID,
    /// Units; below zero where they are gone.
    change: i32,
    reason: StockAdjustReason,
    /// What you call it.
    reference: Option<String>,
    /// The stock item's version that this is meant for; 0 where there is none yet.
    expected_version: Option<i32>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    pub(crate) idempotency_key: String,
}

#[derive(Debug, InputObject)]
pub(crate) struct StockCountInput {
    variant_id: ID,
    warehouse_id: ID,
    /// Units that lie there: held ones, and sold ones that await dispatch, are among them.
    counted: i32,
    /// The stock item's version that this is meant for; 0 where there is none yet.
    expected_version: Option<i32>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    pub(crate) idempotency_key: String,
}

#[derive(Debug, InputObject)]
pub(crate) struct StockTransferInput {
    variant_id: ID,
    from_warehouse_id: ID,
    to_warehouse_id: ID,
    /// Units, at least one, that are not held.
    quantity: i32,
    /// What you call it.
    reference: Option<String>,
    /// 16 to 128 characters; a repetition with the same key gets the first answer.
    pub(crate) idempotency_key: String,
}

impl From<WarehouseCreateInput> for WarehouseCreate {
    fn from(input: WarehouseCreateInput) -> WarehouseCreate {
        let priority = i64::from(input.priority.unwrap_or(PRIORITY));
        WarehouseCreate { facts: WarehouseFacts { code: input.code, name: input.name, priority, is_active: true } }
    }
}

impl From<WarehouseUpdateInput> for WarehouseUpdate {
    fn from(input: WarehouseUpdateInput) -> WarehouseUpdate {
        let changes = WarehouseChanges {
            code: input.code,
            name: input.name,
            priority: input.priority.map(i64::from),
            is_active: input.is_active,
        };
        let expected_version = input.expected_version.map(i64::from);
        WarehouseUpdate { id: input.id.to_string(), changes, expected_version }
    }
}

impl From<StockReceiveInput> for StockReceive {
    fn from(input: StockReceiveInput) -> StockReceive {
        StockReceive {
            variant_id: input.variant_id.to_string(),
            warehouse_id: input.warehouse_id.to_string(),
            quantity: i64::from(input.quantity),
            reference: input.reference,
            expected_version: input.expected_version.map(i64::from),
        }
    }
}

impl From<StockAdjustInput> for StockAdjust {
    fn from(input: StockAdjustInput) -> StockAdjust {
        let reason = match input.reason {
            StockAdjustReason::Damaged => AdjustmentReason::Damaged,
            StockAdjustReason::Lost => AdjustmentReason::Lost,
            StockAdjustReason::Found => AdjustmentReason::Found,
            StockAdjustReason::Correction => AdjustmentReason::Correction,
        };
        StockAdjust {
            variant_id: input.variant_id.to_string(),
            warehouse_id: input.warehouse_id.to_string(),
            change: i64::from(input.change),
            reason,
            reference: input.reference,
            expected_version: input.expected_version.map(i64::from),
        }
    }
}

impl From<StockCountInput> for StockCount {
    fn from(input: StockCountInput) -> StockCount {
        StockCount {
            variant_id: input.variant_id.to_string(),
            warehouse_id: input.warehouse_id.to_string(),
            counted: i64::from(input.counted),
            expected_version: input.expected_version.map(i64::from),
        }
    }
}

impl From<StockTransferInput> for StockTransfer {
    fn from(input: StockTransferInput) -> StockTransfer {
        StockTransfer {
            variant_id: input.variant_id.to_string(),
            from_warehouse_id: input.from_warehouse_id.to_string(),
            to_warehouse_id: input.to_warehouse_id.to_string(),
            quantity: i64::from(input.quantity),
            reference: input.reference,
        }
    }
}

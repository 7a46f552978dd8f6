//! What happens to a stock item. Contents are plain structs, in the words of the published language.

use super::{ReservationId, VariantId, WarehouseId};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{EventContent, ReadEventError, StoredEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why units came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ReceiptReason {
    /// From a supplier.
    Delivery,
    /// A buyer sent them back.
    Return,
}

/// Why there are more or fewer units than there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AdjustmentReason {
    Damaged,
    Lost,
    Found,
    Correction,
    /// From or to another warehouse of the tenant.
    Transfer,
}

/// Which units were released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ReleasedFrom {
    Held,
    /// The order was undone after its reservation was committed.
    Committed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Received {
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) quantity: i64,
    pub(crate) reason: ReceiptReason,
    /// What the receiver calls it: a delivery note, an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Adjusted {
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    /// Below zero where units are gone.
    pub(crate) change: i64,
    pub(crate) reason: AdjustmentReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counted {
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    /// Units that are there: sold ones that await dispatch are among them.
    pub(crate) counted: i64,
    /// What that changes of the units that are not sold.
    pub(crate) change: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reserved {
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) reservation_id: ReservationId,
    pub(crate) order_id: String,
    pub(crate) quantity: i64,
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Released {
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) reservation_id: ReservationId,
    pub(crate) order_id: String,
    pub(crate) quantity: i64,
    pub(crate) from: ReleasedFrom,
}

/// Content of `expired` and `committed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HoldEnded {
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) reservation_id: ReservationId,
    pub(crate) order_id: String,
    pub(crate) quantity: i64,
}

/// Sold units left the warehouse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dispatched {
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) reservation_id: ReservationId,
    pub(crate) order_id: String,
    /// Shipping's.
    pub(crate) shipment_id: String,
    pub(crate) quantity: i64,
}

/// Events of the aggregate `stock_item`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum StockItemEvent {
    Received(Received),
    Adjusted(Adjusted),
    Counted(Counted),
    Reserved(Reserved),
    Released(Released),
    Expired(HoldEnded),
    Committed(HoldEnded),
    Dispatched(Dispatched),
}

impl EventContent for StockItemEvent {
    fn event_type(&self) -> &'static str {
        match self {
            StockItemEvent::Received(_) => "received",
            StockItemEvent::Adjusted(_) => "adjusted",
            StockItemEvent::Counted(_) => "counted",
            StockItemEvent::Reserved(_) => "reserved",
            StockItemEvent::Released(_) => "released",
            StockItemEvent::Expired(_) => "expired",
            StockItemEvent::Committed(_) => "committed",
            StockItemEvent::Dispatched(_) => "dispatched",
        }
    }
}

impl StoredEvent for StockItemEvent {
    fn read(event_type: &str, content: Value) -> Result<Self, ReadEventError> {
        let read = match event_type {
            "received" => serde_json::from_value(content).map(StockItemEvent::Received),
            "adjusted" => serde_json::from_value(content).map(StockItemEvent::Adjusted),
            "counted" => serde_json::from_value(content).map(StockItemEvent::Counted),
            "reserved" => serde_json::from_value(content).map(StockItemEvent::Reserved),
            "released" => serde_json::from_value(content).map(StockItemEvent::Released),
            "expired" => serde_json::from_value(content).map(StockItemEvent::Expired),
            "committed" => serde_json::from_value(content).map(StockItemEvent::Committed),
            "dispatched" => serde_json::from_value(content).map(StockItemEvent::Dispatched),
            _ => return Err(ReadEventError::unknown(event_type)),
        };
        read.map_err(|error| ReadEventError::content(event_type, error))
    }
}

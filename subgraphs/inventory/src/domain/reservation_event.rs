//! What happens to a reservation: the answers to what an order asks for.

use super::{ReservationId, StockItemId, VariantId, WarehouseId};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{EventContent, ReadEventError, StoredEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A part of an order's line, from one warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReservedLine {
    pub(crate) line_id: String,
    pub(crate) variant_id: VariantId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) stock_item_id: StockItemId,
    pub(crate) quantity: i64,
}

/// A line that could not be reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefusedLine {
    pub(crate) line_id: String,
    pub(crate) variant_id: VariantId,
    /// Units that there are.
    pub(crate) available: i64,
}

/// Why nothing was reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RefusalReason {
    OutOfStock,
    /// The catalog has told of no such variant, or it is another tenant's.
    UnknownVariant,
    /// No lines, too many of them, or a quantity that is none.
    InvalidLines,
    /// The buyer holds too much already.
    TooManyHolds,
    /// It was undone before it came.
    Undone,
}

/// Why a commit was not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CommitRefusal {
    Expired,
    Released,
    /// It was never made.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Made {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) reservation_id: ReservationId,
    pub(crate) lines: Vec<ReservedLine>,
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refused {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) reason: RefusalReason,
    /// Those that were the reason.
    pub(crate) lines: Vec<RefusedLine>,
}

/// Content of `released`, `expired` and `committed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ended {
    pub(crate) order_id: String,
    /// The request that is answered; for `expired` the one that made the reservation.
    pub(crate) command_id: Uuid,
    pub(crate) reservation_id: ReservationId,
    /// What is no longer held. Empty where nothing was.
    pub(crate) lines: Vec<ReservedLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitRefused {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) reason: CommitRefusal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extended {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) reservation_id: ReservationId,
    /// Never earlier than it was.
    pub(crate) expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExtensionRefused {
    pub(crate) order_id: String,
    pub(crate) command_id: Uuid,
    pub(crate) reason: ExtensionRefusal,
}

/// Why a hold is not extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ExtensionRefusal {
    Expired,
    Released,
    /// It is sold: nothing ends by itself any more.
    Committed,
    /// It was never made.
    Unknown,
    /// It was extended as often as may be.
    TooOften,
}

/// Events of the aggregate `reservation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum ReservationEvent {
    Made(Made),
    Refused(Refused),
    Released(Ended),
    Expired(Ended),
    Committed(Ended),
    CommitRefused(CommitRefused),
    Extended(Extended),
    ExtensionRefused(ExtensionRefused),
}

impl EventContent for ReservationEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ReservationEvent::Made(_) => "made",
            ReservationEvent::Refused(_) => "refused",
            ReservationEvent::Released(_) => "released",
            ReservationEvent::Expired(_) => "expired",
            ReservationEvent::Committed(_) => "committed",
            ReservationEvent::CommitRefused(_) => "commit_refused",
            ReservationEvent::Extended(_) => "extended",
            ReservationEvent::ExtensionRefused(_) => "extension_refused",
        }
    }
}

impl StoredEvent for ReservationEvent {
    fn read(event_type: &str, content: Value) -> Result<Self, ReadEventError> {
        let read = match event_type {
            "made" => serde_json::from_value(content).map(ReservationEvent::Made),
            "refused" => serde_json::from_value(content).map(ReservationEvent::Refused),
            "released" => serde_json::from_value(content).map(ReservationEvent::Released),
            "expired" => serde_json::from_value(content).map(ReservationEvent::Expired),
            "committed" => serde_json::from_value(content).map(ReservationEvent::Committed),
            "commit_refused" => serde_json::from_value(content).map(ReservationEvent::CommitRefused),
            "extended" => serde_json::from_value(content).map(ReservationEvent::Extended),
            "extension_refused" => serde_json::from_value(content).map(ReservationEvent::ExtensionRefused),
            _ => return Err(ReadEventError::unknown(event_type)),
        };
        read.map_err(|error| ReadEventError::content(event_type, error))
    }
}

//! Events of this context. Answers to a saga carry the order and the command that they answer.

use super::{
    dispute::DisputeOutcome,
    ids::{DisputeId, LedgerEntryId, OrderId, PaymentId, PayoutId, RefundId, VendorId},
};
use hansa_event_sourcing::{EventContent, ReadEventError};
use hansa_values::{Money, TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Somebody wants to pay for an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub payment_id: PaymentId,
    pub buyer_id: UserId,
    pub amount: Money,
    pub payment_method: String,
}

/// Something was done for the whole amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Succeeded {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub payment_id: PaymentId,
    pub amount: Money,
}

/// Something will not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub payment_id: PaymentId,
    /// SCREAMING_SNAKE.
    pub reason: String,
}

/// An answer that says everything by its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub payment_id: PaymentId,
}

/// Some of what was captured went back. An amount of nothing: what was to be undone had never been done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refunded {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub payment_id: PaymentId,
    pub refund_id: RefundId,
    pub amount: Money,
}

/// The buyer's bank took the money back, or wants to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Disputed {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    pub reason: String,
    /// Missing in events of before disputes were kept, as the amount is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute_id: Option<DisputeId>,
    /// What is held back until it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// The buyer's bank has decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DisputeClosed {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    pub dispute_id: DisputeId,
    pub amount: Money,
    pub outcome: DisputeOutcome,
}

/// Events of the aggregate `payment`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PaymentEvent {
    Requested(Requested),
    Authorised(Succeeded),
    Declined(Refused),
    OutcomeUnknown(Told),
    Voided(Told),
    VoidFailed(Refused),
    Captured(Succeeded),
    CaptureFailed(Refused),
    Refunded(Refunded),
    RefundFailed(Refused),
    Disputed(Disputed),
    DisputeClosed(DisputeClosed),
}

/// One side of a posting is debited, the other credited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostedLine {
    pub debit_account: String,
    pub credit_account: String,
    pub minor_units: i64,
}

/// The event of the aggregate `ledger`: money moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerPosted {
    pub entry_id: LedgerEntryId,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    pub amount: Money,
    pub lines: Vec<PostedLine>,
}

/// The event of the aggregate `payout`: a vendor gets what is theirs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutScheduled {
    pub payout_id: PayoutId,
    pub vendor_id: VendorId,
    pub tenant_id: TenantId,
    pub amount: Money,
}

impl PaymentEvent {
    /// Reads an answer that was kept.
    pub(crate) fn read(event_type: &str, content: Value) -> Result<PaymentEvent, ReadEventError> {
        let read = match event_type {
            "requested" => serde_json::from_value(content).map(PaymentEvent::Requested),
            "authorised" => serde_json::from_value(content).map(PaymentEvent::Authorised),
            "declined" => serde_json::from_value(content).map(PaymentEvent::Declined),
            "outcome_unknown" => serde_json::from_value(content).map(PaymentEvent::OutcomeUnknown),
            "voided" => serde_json::from_value(content).map(PaymentEvent::Voided),
            "void_failed" => serde_json::from_value(content).map(PaymentEvent::VoidFailed),
            "captured" => serde_json::from_value(content).map(PaymentEvent::Captured),
            "capture_failed" => serde_json::from_value(content).map(PaymentEvent::CaptureFailed),
            "refunded" => serde_json::from_value(content).map(PaymentEvent::Refunded),
            "refund_failed" => serde_json::from_value(content).map(PaymentEvent::RefundFailed),
            "disputed" => serde_json::from_value(content).map(PaymentEvent::Disputed),
            "dispute_closed" => serde_json::from_value(content).map(PaymentEvent::DisputeClosed),
            other => return Err(ReadEventError::unknown(other)),
        };
        read.map_err(|source| ReadEventError::content(event_type, source))
    }
}

impl EventContent for PaymentEvent {
    fn event_type(&self) -> &'static str {
        match self {
            PaymentEvent::Requested(_) => "requested",
            PaymentEvent::Authorised(_) => "authorised",
            PaymentEvent::Declined(_) => "declined",
            PaymentEvent::OutcomeUnknown(_) => "outcome_unknown",
            PaymentEvent::Voided(_) => "voided",
            PaymentEvent::VoidFailed(_) => "void_failed",
            PaymentEvent::Captured(_) => "captured",
            PaymentEvent::CaptureFailed(_) => "capture_failed",
            PaymentEvent::Refunded(_) => "refunded",
            PaymentEvent::RefundFailed(_) => "refund_failed",
            PaymentEvent::Disputed(_) => "disputed",
            PaymentEvent::DisputeClosed(_) => "dispute_closed",
        }
    }
}

impl EventContent for LedgerPosted {
    fn event_type(&self) -> &'static str {
        "posted"
    }
}

impl EventContent for PayoutScheduled {
    fn event_type(&self) -> &'static str {
        "scheduled"
    }
}

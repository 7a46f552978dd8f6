//! What happens in the placing of an order. Requests are read by the contexts that are asked, the rest by nobody but this one
//! and whoever wants to know what went on.

use crate::domain::{
    ids::{OrderId, OrderLineId, ProductId, ReturnId, VariantId},
    order::RejectionReason,
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{EventContent, ReadEventError, StoredEvent};
use hansa_saga::{Answered, Requested};
use hansa_values::{Money, TenantId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

/// One line, as far as participants need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlacementLine {
    pub line_id: OrderLineId,
    pub variant_id: VariantId,
    pub tenant_id: TenantId,
    /// Missing in orders of before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    pub quantity: i64,
    /// Of one; 0 where the catalog does not tell.
    pub weight_grams: i64,
}

/// `started`: all that requests will tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub buyer_id: UserId,
    pub lines: Vec<PlacementLine>,
    pub shipping_method: String,
    pub delivery_address_id: String,
    pub total: Money,
    pub payment_method: String,
    /// What is not confirmed by then is given up.
    pub deadline: DateTime<Utc>,
}

/// A line to reserve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineToReserve {
    pub line_id: OrderLineId,
    pub variant_id: VariantId,
    pub tenant_id: TenantId,
    pub quantity: i64,
}

/// `reservation_requested`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationRequested {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub requested: Requested,
    pub buyer_id: UserId,
    pub lines: Vec<LineToReserve>,
    pub hold_seconds: i64,
}

/// `reservation_commit_requested`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitRequested {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub requested: Requested,
    /// The command that made the reservation.
    pub commits: Uuid,
}

/// `reservation_extension_requested`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionRequested {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub requested: Requested,
    /// The command that made the reservation.
    pub extends: Uuid,
    /// From when it is extended.
    pub hold_seconds: i64,
}

/// `authorisation_requested`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthorisationRequested {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub requested: Requested,
    pub buyer_id: UserId,
    pub amount: Money,
    pub payment_method: String,
}

/// `planning_requested`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanningRequested {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub requested: Requested,
    pub buyer_id: UserId,
    pub delivery_address_id: String,
    pub shipping_method: String,
    pub lines: Vec<PlacementLine>,
}

/// `refund_requested`: the undo of a capture, or for a return.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefundRequested {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub requested: Requested,
    pub amount: Money,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_id: Option<ReturnId>,
}

/// A request that says everything by its type: capture, void, release, cancellation of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlainRequested {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub requested: Requested,
}

/// What a participant tells beside its outcome.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// The participant's own word for a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long an unknown outcome is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_until: Option<DateTime<Utc>>,
    /// When what is held is no longer, if nobody does anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<DateTime<Utc>>,
}

/// `outcome_recorded`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeRecorded {
    pub order_id: OrderId,
    #[serde(flatten)]
    pub answered: Answered,
    #[serde(flatten)]
    pub detail: Detail,
}

/// `compensation_started`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompensationStarted {
    pub order_id: OrderId,
    pub command_id: Uuid,
    pub reason: RejectionReason,
    /// For people: what was the matter.
    pub detail: String,
}

/// `left_for_review`: it cannot go on, and what has gone cannot be taken back. People see to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeftForReview {
    pub order_id: OrderId,
    pub command_id: Uuid,
    /// Why it cannot go on.
    pub reason: RejectionReason,
    /// For people: what was the matter.
    pub detail: String,
}

/// `delayed`: nothing could be published for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delayed {
    pub order_id: OrderId,
    /// The command that the process as a whole is.
    pub command_id: Uuid,
    /// Until then nothing is sent again.
    pub looked_at_again: DateTime<Utc>,
    /// What is not confirmed by then is given up; missing where there is no such time any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
}

/// What needs no more than its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Noted {
    pub order_id: OrderId,
    /// The command it is about; for the process as a whole, the one that it is.
    pub command_id: Uuid,
}

/// Events of the aggregate `order_placement`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PlacementEvent {
    Started(Started),
    ReservationRequested(ReservationRequested),
    ReservationReleaseRequested(PlainRequested),
    ReservationCommitRequested(CommitRequested),
    ReservationExtensionRequested(ExtensionRequested),
    AuthorisationRequested(AuthorisationRequested),
    VoidRequested(PlainRequested),
    CaptureRequested(PlainRequested),
    RefundRequested(RefundRequested),
    PlanningRequested(PlanningRequested),
    PlanningCancellationRequested(PlainRequested),
    /// The plan is to be cancelled as a whole, or not at all where some of it is on its way.
    PlanningWithdrawalRequested(PlainRequested),
    OutcomeRecorded(OutcomeRecorded),
    Delayed(Delayed),
    HoldExpired(Noted),
    CancellationNoted(Noted),
    /// It came too late: everything goes on.
    CancellationRefused(Noted),
    /// Everything is on its way: nothing can be taken back.
    DispatchNoted(Noted),
    CompensationStarted(CompensationStarted),
    LeftForReview(LeftForReview),
    Completed(Noted),
    Compensated(Noted),
}

impl PlacementEvent {
    /// The request that this event is.
    pub fn requested(&self) -> Option<&Requested> {
        match self {
            PlacementEvent::ReservationRequested(event) => Some(&event.requested),
            PlacementEvent::ReservationCommitRequested(event) => Some(&event.requested),
            PlacementEvent::ReservationExtensionRequested(event) => Some(&event.requested),
            PlacementEvent::AuthorisationRequested(event) => Some(&event.requested),
            PlacementEvent::RefundRequested(event) => Some(&event.requested),
            PlacementEvent::PlanningRequested(event) => Some(&event.requested),
            PlacementEvent::ReservationReleaseRequested(event)
            | PlacementEvent::VoidRequested(event)
            | PlacementEvent::CaptureRequested(event)
            | PlacementEvent::PlanningCancellationRequested(event)
            | PlacementEvent::PlanningWithdrawalRequested(event) => Some(&event.requested),
            PlacementEvent::Started(_)
            | PlacementEvent::OutcomeRecorded(_)
            | PlacementEvent::Delayed(_)
            | PlacementEvent::HoldExpired(_)
            | PlacementEvent::CancellationNoted(_)
            | PlacementEvent::CancellationRefused(_)
            | PlacementEvent::DispatchNoted(_)
            | PlacementEvent::CompensationStarted(_)
            | PlacementEvent::LeftForReview(_)
            | PlacementEvent::Completed(_)
            | PlacementEvent::Compensated(_) => None,
        }
    }
}

impl EventContent for PlacementEvent {
    fn event_type(&self) -> &'static str {
        match self {
            PlacementEvent::Started(_) => "started",
            PlacementEvent::ReservationRequested(_) => "reservation_requested",
            PlacementEvent::ReservationReleaseRequested(_) => "reservation_release_requested",
            PlacementEvent::ReservationCommitRequested(_) => "reservation_commit_requested",
            PlacementEvent::ReservationExtensionRequested(_) => "reservation_extension_requested",
            PlacementEvent::AuthorisationRequested(_) => "authorisation_requested",
            PlacementEvent::VoidRequested(_) => "void_requested",
            PlacementEvent::CaptureRequested(_) => "capture_requested",
            PlacementEvent::RefundRequested(_) => "refund_requested",
            PlacementEvent::PlanningRequested(_) => "planning_requested",
            PlacementEvent::PlanningCancellationRequested(_) => "planning_cancellation_requested",
            PlacementEvent::PlanningWithdrawalRequested(_) => "planning_withdrawal_requested",
            PlacementEvent::OutcomeRecorded(_) => "outcome_recorded",
            PlacementEvent::Delayed(_) => "delayed",
            PlacementEvent::HoldExpired(_) => "hold_expired",
            PlacementEvent::CancellationNoted(_) => "cancellation_noted",
            PlacementEvent::CancellationRefused(_) => "cancellation_refused",
            PlacementEvent::DispatchNoted(_) => "dispatch_noted",
            PlacementEvent::CompensationStarted(_) => "compensation_started",
            PlacementEvent::LeftForReview(_) => "left_for_review",
            PlacementEvent::Completed(_) => "completed",
            PlacementEvent::Compensated(_) => "compensated",
        }
    }
}

impl StoredEvent for PlacementEvent {
    fn read(event_type: &str, content: Value) -> Result<Self, ReadEventError> {
        use PlacementEvent as Event;
        fn content_of<T: DeserializeOwned>(event_type: &str, content: Value) -> Result<T, ReadEventError> {
            serde_json::from_value(content).map_err(|error| ReadEventError::content(event_type, error))
        }
        match event_type {
            "started" => content_of(event_type, content).map(Event::Started),
            "reservation_requested" => content_of(event_type, content).map(Event::ReservationRequested),
            "reservation_release_requested" => content_of(event_type, content).map(Event::ReservationReleaseRequested),
            "reservation_commit_requested" => content_of(event_type, content).map(Event::ReservationCommitRequested),
            "reservation_extension_requested" => {
                content_of(event_type, content).map(Event::ReservationExtensionRequested)
            }
            "authorisation_requested" => content_of(event_type, content).map(Event::AuthorisationRequested),
            "void_requested" => content_of(event_type, content).map(Event::VoidRequested),
            "capture_requested" => content_of(event_type, content).map(Event::CaptureRequested),
            "refund_requested" => content_of(event_type, content).map(Event::RefundRequested),
            "planning_requested" => content_of(event_type, content).map(Event::PlanningRequested),
            "planning_cancellation_requested" => {
                content_of(event_type, content).map(Event::PlanningCancellationRequested)
            }
            "planning_withdrawal_requested" => content_of(event_type, content).map(Event::PlanningWithdrawalRequested),
            "outcome_recorded" => content_of(event_type, content).map(Event::OutcomeRecorded),
            "delayed" => content_of(event_type, content).map(Event::Delayed),
            "hold_expired" => content_of(event_type, content).map(Event::HoldExpired),
            "cancellation_noted" => content_of(event_type, content).map(Event::CancellationNoted),
            "cancellation_refused" => content_of(event_type, content).map(Event::CancellationRefused),
            "dispatch_noted" => content_of(event_type, content).map(Event::DispatchNoted),
            "compensation_started" => content_of(event_type, content).map(Event::CompensationStarted),
            "left_for_review" => content_of(event_type, content).map(Event::LeftForReview),
            "completed" => content_of(event_type, content).map(Event::Completed),
            "compensated" => content_of(event_type, content).map(Event::Compensated),
            other => Err(ReadEventError::unknown(other)),
        }
    }
}

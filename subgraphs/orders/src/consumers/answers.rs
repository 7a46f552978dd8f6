//! The answers of inventory, payments and shipping to the placing of orders, and what the order is by them.

use super::kind;
use crate::{
    domain::{
        ids::OrderId,
        order::{CancelledBy, OrderCommand, RejectionReason},
        placement::{CompensationStarted, Detail, Notice, OrderPlacement, OutcomeRecorded, PlacementEvent, REVIEW},
    },
    order_store::{self, placement_of},
    waiters::Waiters,
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_messaging::{Backlog, HandleError, HandleFuture, Listening, ReceivedEvent};
use hansa_relational::UnitOfWork;
use hansa_saga::{Answer, Correlated, Host, Kind, NoticeFuture, Outcome, What};
use serde::Deserialize;
use uuid::Uuid;

pub(crate) const NAME: &str = "order-placement";

pub(crate) const LISTENING: &[Listening] = &[
    Listening {
        context: "inventory",
        aggregate: "reservation",
        events: &[
            ("made", 1),
            ("refused", 1),
            ("released", 1),
            ("expired", 1),
            ("committed", 1),
            ("commit_refused", 1),
            ("extended", 1),
            ("extension_refused", 1),
        ],
    },
    Listening {
        context: "payments",
        aggregate: "payment",
        events: &[
            ("authorised", 1),
            ("declined", 1),
            ("outcome_unknown", 1),
            ("voided", 1),
            ("void_failed", 1),
            ("captured", 1),
            ("capture_failed", 1),
            ("refunded", 1),
            ("refund_failed", 1),
        ],
    },
    Listening {
        context: "shipping",
        aggregate: "shipping_plan",
        events: &[("made", 1), ("refused", 1), ("cancelled", 1), ("cancellation_refused", 1)],
    },
];

/// Where events have waited for the bus for so long, requests may be among them.
const CUT_OFF: TimeDelta = TimeDelta::seconds(2);

/// A request that was sent so often is worth a line in the log.
const ATTEMPTS_WORTH_A_WORD: u32 = 6;

/// What all answers have.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AnswerContent {
    order_id: OrderId,
    command_id: Uuid,
    #[serde(default)]
    reason: Option<String>,
    /// Of a hold.
    #[serde(default)]
    expires_at: Option<DateTime<Utc>>,
}

/// What is special about the placing of orders.
#[derive(Debug)]
pub(crate) struct PlacementHost {
    pub(crate) waiters: Waiters,
    pub(crate) backlog: Backlog,
}

impl Host<OrderPlacement> for PlacementHost {
    fn name(&self) -> &'static str {
        NAME
    }

    fn listens_to(&self) -> &'static [Listening] {
        LISTENING
    }

    fn correlate(&self, event: &ReceivedEvent) -> Result<Option<Correlated<OrderPlacement>>, HandleError> {
        let AnswerContent { order_id, command_id, reason, expires_at } = event.content()?;
        let outcome = match kind(event) {
            ("reservation", "expired") => {
                let what = What::Notice(Notice::HoldExpired(command_id));
                return Ok(Some(Correlated { id: placement_of(order_id), what }));
            }
            ("reservation", "made" | "released" | "committed" | "extended")
            | ("payment", "authorised" | "voided" | "captured" | "refunded")
            | ("shipping_plan", "made" | "cancelled") => Outcome::Done,
            ("reservation", "refused" | "commit_refused" | "extension_refused")
            | ("payment", "declined" | "void_failed" | "capture_failed" | "refund_failed")
            | ("shipping_plan", "refused" | "cancellation_refused") => Outcome::Refused,
            ("payment", "outcome_unknown") => Outcome::Unknown,
            _ => return Ok(None),
        };
        let review_until = (outcome == Outcome::Unknown).then(|| event.event.recorded_at + REVIEW);
        // A refusal without a reason is one all the same: silence alone has none.
        let reason = (outcome == Outcome::Refused).then(|| reason.unwrap_or_else(|| "REFUSED".to_owned()));
        let detail = Detail { reason, review_until, hold_until: expires_at };
        let what = What::Answer(Answer { command_id, outcome, detail });
        Ok(Some(Correlated { id: placement_of(order_id), what }))
    }

    fn ringing(&self, at: DateTime<Utc>) -> What<Detail, Notice> {
        let is_cut_off = self.backlog.waiting().since.is_some_and(|since| since + CUT_OFF <= at);
        if is_cut_off { What::Notice(Notice::CutOff) } else { What::Clock }
    }

    fn prepare<'a>(&'a self, unit: &'a mut UnitOfWork, ids: &'a [String]) -> HandleFuture<'a> {
        Box::pin(async move { Ok(order_store::prefetch(unit, ids).await?) })
    }

    /// Whether everything has gone, where that makes a difference: the order knows.
    fn beforehand<'a>(
        &'a self,
        unit: &'a mut UnitOfWork,
        (state, what): (&'a OrderPlacement, &'a What<Detail, Notice>),
    ) -> NoticeFuture<'a, Notice> {
        Box::pin(async move {
            let may_turn_back = match what {
                What::Answer(answer) => answer.outcome == Outcome::Refused,
                What::Notice(_) => false,
                What::Clock => true,
            };
            let Some(order) = state.order_id().filter(|_| may_turn_back && state.asks_for_dispatch()) else {
                return Ok(None);
            };
            let order = order_store::find(unit, order).await?;
            Ok(order.is_all_dispatched().then_some(Notice::Dispatched))
        })
    }

    fn effect<'a>(
        &'a self,
        unit: &'a mut UnitOfWork,
        (state, events): (&'a OrderPlacement, &'a [PlacementEvent]),
    ) -> HandleFuture<'a> {
        Box::pin(async move {
            let Some(order) = state.order_id() else { return Ok(()) };
            for event in events {
                mention(order, event);
                let Some(command) = command_for(state, event) else { continue };
                let changed = order_store::change(unit, order, command).await?;
                changed.map_err(|refusal| HandleError::Poison(format!("{order}: {refusal}")))?;
                self.waiters.touch(order);
            }
            Ok(())
        })
    }
}

/// What a step of the placing means for the order.
fn command_for(state: &OrderPlacement, event: &PlacementEvent) -> Option<OrderCommand> {
    match event {
        PlacementEvent::ReservationCommitRequested(_) => Some(OrderCommand::Confirm),
        PlacementEvent::OutcomeRecorded(OutcomeRecorded { answered, .. }) => {
            match (answered.step.as_str(), answered.kind, answered.outcome) {
                ("authorise", Kind::Do, Outcome::Unknown) => Some(OrderCommand::Review),
                ("capture", Kind::Do, Outcome::Done) => Some(OrderCommand::NoteCaptured),
                (step, Kind::Do, Outcome::Done) => {
                    let refund = state.refund(step)?;
                    Some(OrderCommand::NoteRefunded { id: refund.return_id, amount: refund.amount })
                }
                _ => None,
            }
        }
        // The buyer's wish is known to the order already.
        PlacementEvent::CompensationStarted(CompensationStarted { reason: RejectionReason::Cancelled, .. }) => None,
        PlacementEvent::CompensationStarted(CompensationStarted { reason, detail, .. }) => {
            let reason = *reason;
            Some(match state.is_confirmed() {
                true => OrderCommand::RequestCancellation { by: CancelledBy::System, reason },
                false => OrderCommand::Reject { reason, detail: detail.clone() },
            })
        }
        PlacementEvent::CancellationRefused(_) => Some(OrderCommand::RefuseCancellation),
        PlacementEvent::LeftForReview(_) => Some(OrderCommand::LeaveForReview),
        PlacementEvent::Compensated(_) => Some(OrderCommand::Cancel),
        _ => None,
    }
}

/// What an operator may want to see to.
fn mention(order: OrderId, event: &PlacementEvent) {
    if let Some(requested) = event.requested().filter(|requested| requested.attempt >= ATTEMPTS_WORTH_A_WORD) {
        let (step, kind, attempt) = (requested.step.as_str(), requested.kind.as_str(), requested.attempt);
        tracing::warn!(order.id = %order, step, kind, attempt, "nobody has answered a request of an order's placing yet");
    }
    if let PlacementEvent::CancellationRefused(_) = event {
        tracing::warn!(
            order.id = %order,
            "a cancellation came too late, and the order goes on: where a seller cancelled a shipment, somebody has to refund its lines"
        );
    }
    if let PlacementEvent::OutcomeRecorded(OutcomeRecorded { answered, detail, .. }) = event
        && answered.outcome == Outcome::Refused
        && (answered.kind == Kind::Undo || answered.step.starts_with("refund ") || answered.step == "capture")
    {
        let (step, kind, reason) = (answered.step.as_str(), answered.kind.as_str(), detail.reason.as_deref());
        tracing::error!(order.id = %order, step, kind, reason, "a step of an order's placing was refused: somebody has to look");
    }
}

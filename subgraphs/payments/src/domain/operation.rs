//! Operations: what was asked of this context, by the id of the command, and what it answered. A command that comes again
//! is the same operation.

use super::{
    event::{PaymentEvent, Refunded, Refused, Succeeded, Told},
    ids::{OrderId, PaymentId, RefundId},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_values::Money;
use uuid::Uuid;

/// How long a step of the saga takes at most before it is told that the outcome is not known yet.
pub(crate) const STEP_SECONDS: i64 = 30;
/// A call that the provider does not know of so long after it was sent last will not come to it any more. Whoever sent it
/// has given it up after half of that: the lease of its job.
const SURELY_LOST_SECONDS: i64 = 60;

/// What is asked of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    Authorise,
    Capture,
    Void,
    Refund,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OperationState {
    /// The provider has yet to be asked, or to answer.
    Waiting,
    /// Was undone before it came: when it comes, it is refused.
    Withdrawn,
    Done,
}

/// One command and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    pub(crate) command_id: Uuid,
    pub(crate) kind: OperationKind,
    pub(crate) state: OperationState,
    /// Of a payment that is there, or made of the command's id where there is none.
    pub(crate) payment_id: PaymentId,
    pub(crate) order_id: OrderId,
    /// `None` where no payment is there.
    pub(crate) amount: Option<Money>,
    pub(crate) refund_id: Option<RefundId>,
    /// The command that this one undoes.
    pub(crate) undoes: Option<Uuid>,
    /// It waits, and its undo has come: it must not be sent any more.
    pub(crate) is_withdrawn: bool,
    /// The provider may have done it.
    pub(crate) was_sent: bool,
    pub(crate) unknown_told: bool,
    /// Attempts that surely did not reach the provider.
    pub(crate) unsent: i64,
    pub(crate) answer: Option<PaymentEvent>,
    /// How often it was answered.
    pub(crate) answers: i64,
    pub(crate) requested_at: DateTime<Utc>,
    /// When it was sent last, where the step's time was over then. Written before it is sent.
    pub(crate) sent_at: Option<DateTime<Utc>>,
    pub(crate) correlation_id: Option<Uuid>,
    pub(crate) causation_id: Option<Uuid>,
    pub(crate) traceparent: Option<String>,
}

impl OperationKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            OperationKind::Authorise => "authorise",
            OperationKind::Capture => "capture",
            OperationKind::Void => "void",
            OperationKind::Refund => "refund",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<OperationKind> {
        let all = [OperationKind::Authorise, OperationKind::Capture, OperationKind::Void, OperationKind::Refund];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl OperationState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            OperationState::Waiting => "waiting",
            OperationState::Withdrawn => "withdrawn",
            OperationState::Done => "done",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<OperationState> {
        let all = [OperationState::Waiting, OperationState::Withdrawn, OperationState::Done];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

impl Operation {
    /// Of an order without a payment, or with one that this has nothing to do with.
    pub(crate) fn new(kind: OperationKind, (command_id, order_id): (Uuid, OrderId), now: DateTime<Utc>) -> Operation {
        Operation {
            command_id,
            kind,
            state: OperationState::Waiting,
            payment_id: PaymentId::from_uuid(command_id),
            order_id,
            amount: None,
            refund_id: None,
            undoes: None,
            is_withdrawn: false,
            was_sent: false,
            unknown_told: false,
            unsent: 0,
            answer: None,
            answers: 0,
            requested_at: now,
            sent_at: None,
            correlation_id: None,
            causation_id: None,
            traceparent: None,
        }
    }

    /// Whether the saga has waited longer for it than a step takes.
    pub(crate) fn is_late(&self, now: DateTime<Utc>) -> bool {
        now - self.requested_at >= TimeDelta::seconds(STEP_SECONDS)
    }

    /// How long until the saga has waited for as long as a step takes; without end where it has.
    pub(crate) fn until_late(&self, now: DateTime<Utc>) -> TimeDelta {
        until(self.requested_at + TimeDelta::seconds(STEP_SECONDS), now)
    }

    /// Whether a call that the provider does not know of will not come to it any more.
    pub(crate) fn is_surely_lost(&self, now: DateTime<Utc>) -> bool {
        now >= self.surely_lost_at()
    }

    /// How long until what is withdrawn is surely lost; without end where it is, or where nobody has withdrawn it.
    pub(crate) fn until_withdrawn(&self, now: DateTime<Utc>) -> TimeDelta {
        if self.is_withdrawn { until(self.surely_lost_at(), now) } else { TimeDelta::MAX }
    }

    fn surely_lost_at(&self) -> DateTime<Utc> {
        // When it was sent within the step's time is not written.
        let step_is_over = self.requested_at + TimeDelta::seconds(STEP_SECONDS);
        let sent_last = self.sent_at.map_or(step_is_over, |at| at.max(step_is_over));
        sent_last + TimeDelta::seconds(SURELY_LOST_SECONDS)
    }

    pub(crate) fn refused(&self, reason: &str) -> PaymentEvent {
        let refused = Refused {
            order_id: self.order_id,
            command_id: self.command_id,
            payment_id: self.payment_id,
            reason: reason.to_owned(),
        };
        match self.kind {
            OperationKind::Authorise => PaymentEvent::Declined(refused),
            OperationKind::Capture => PaymentEvent::CaptureFailed(refused),
            OperationKind::Void => PaymentEvent::VoidFailed(refused),
            OperationKind::Refund => PaymentEvent::RefundFailed(refused),
        }
    }

    /// `amount` is what was authorised, captured or refunded.
    pub(crate) fn succeeded(&self, amount: Money) -> PaymentEvent {
        let Operation { order_id, command_id, payment_id, .. } = *self;
        let succeeded = Succeeded { order_id, command_id, payment_id, amount };
        match self.kind {
            OperationKind::Authorise => PaymentEvent::Authorised(succeeded),
            OperationKind::Capture => PaymentEvent::Captured(succeeded),
            OperationKind::Void => PaymentEvent::Voided(self.told()),
            OperationKind::Refund => {
                let refund_id = self.refund_id.unwrap_or(RefundId::from_uuid(command_id));
                PaymentEvent::Refunded(Refunded { order_id, command_id, payment_id, refund_id, amount })
            }
        }
    }

    pub(crate) fn told(&self) -> Told {
        Told { order_id: self.order_id, command_id: self.command_id, payment_id: self.payment_id }
    }
}

/// How long until then; without end where that is over.
fn until(then: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    if then > now { then - now } else { TimeDelta::MAX }
}

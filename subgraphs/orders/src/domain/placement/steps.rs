//! The steps of the placing of an order, and the requests that they are.

use super::{
    AuthorisationRequested, CommitRequested, ExtensionRequested, LineToReserve, OrderPlacement, OutcomeRecorded,
    PlacementEvent, PlacementLine, PlainRequested, PlanningRequested, Refund, RefundRequested, ReservationRequested,
    Started,
};
use chrono::{DateTime, Utc};
use hansa_saga::{Kind, Outcome, Process as _, Requested, Retry, Step, command_id};
use std::time::Duration;
use uuid::Uuid;

pub(super) const RESERVE: &str = "reserve";
pub(super) const AUTHORISE: &str = "authorise";
pub(super) const PLAN: &str = "plan";
/// The plan is cancelled as a whole, or not at all: for a buyer who wants no more of a confirmed order.
pub(super) const WITHDRAW: &str = "withdraw";
pub(super) const COMMIT: &str = "commit";
/// After the first hold was lost.
pub(super) const RESERVE_AGAIN: &str = "reserve again";
pub(super) const COMMIT_AGAIN: &str = "commit again";
pub(super) const CAPTURE: &str = "capture";

/// The hold is made longer.
const EXTEND: &str = "extend";
const EXTEND_AGAIN: &str = "extend again";
/// One after the other, and no more.
pub(super) const EXTENSIONS: [&str; 2] = [EXTEND, EXTEND_AGAIN];

/// How long stock is held, and held again from when a hold is extended: longer than everything before the commit may take.
pub const HOLD_SECONDS: i64 = 15 * 60;

pub(super) fn id(process: Uuid, step: &str, kind: Kind) -> Uuid {
    command_id(process, step, kind)
}

pub(super) fn step(name: &str) -> Step {
    let seconds = |first: u64, longest: u64, attempts| Retry {
        first: Duration::from_secs(first),
        factor: 2,
        longest: Duration::from_secs(longest),
        attempts,
    };
    // A request is in the log, which loses nothing: whoever does not answer is slow, and asked again would be slower. So
    // there is time before the second one.
    let forth = match name {
        RESERVE | RESERVE_AGAIN => seconds(15, 60, Some(5)),
        // Payments asks its provider by the command's id before it does anything again.
        AUTHORISE => seconds(30, 60, Some(3)),
        PLAN | EXTEND | EXTEND_AGAIN => seconds(15, 60, Some(5)),
        COMMIT | COMMIT_AGAIN | WITHDRAW => seconds(15, 60, None),
        // Captures, and refunds for returns: until somebody answers.
        _ => seconds(30, 600, None),
    };
    Step::new(name, forth, seconds(15, 60, None))
}

impl OrderPlacement {
    pub(super) fn request_event(&self, requested: Requested) -> PlacementEvent {
        let order_id = self.order();
        let plain = |requested| PlainRequested { order_id, requested };
        match (requested.step.as_str(), requested.kind) {
            (RESERVE | RESERVE_AGAIN, Kind::Do) => self.reservation(requested),
            (RESERVE | RESERVE_AGAIN, Kind::Undo) => PlacementEvent::ReservationReleaseRequested(plain(requested)),
            (COMMIT | COMMIT_AGAIN, _) => {
                let reserved = if requested.step == COMMIT { RESERVE } else { RESERVE_AGAIN };
                let commits = id(self.uuid(), reserved, Kind::Do);
                PlacementEvent::ReservationCommitRequested(CommitRequested { order_id, requested, commits })
            }
            (EXTEND | EXTEND_AGAIN, _) => {
                let reserved = if self.needs_second_hold { RESERVE_AGAIN } else { RESERVE };
                let extends = id(self.uuid(), reserved, Kind::Do);
                let hold_seconds = HOLD_SECONDS;
                let asked = ExtensionRequested { order_id, requested, extends, hold_seconds };
                PlacementEvent::ReservationExtensionRequested(asked)
            }
            (AUTHORISE, Kind::Do) => self.authorisation(requested),
            (AUTHORISE, Kind::Undo) => PlacementEvent::VoidRequested(plain(requested)),
            (PLAN, Kind::Do) => self.planning(requested),
            (PLAN, Kind::Undo) => PlacementEvent::PlanningCancellationRequested(plain(requested)),
            (WITHDRAW, _) => {
                let undoes = Some(id(self.uuid(), PLAN, Kind::Do));
                PlacementEvent::PlanningWithdrawalRequested(plain(Requested { undoes, ..requested }))
            }
            (CAPTURE, Kind::Do) => PlacementEvent::CaptureRequested(plain(requested)),
            _ => self.refund_event(requested),
        }
    }

    fn reservation(&self, requested: Requested) -> PlacementEvent {
        let started = self.begun();
        PlacementEvent::ReservationRequested(ReservationRequested {
            order_id: started.order_id,
            requested,
            buyer_id: started.buyer_id,
            lines: started.lines.iter().map(LineToReserve::from).collect(),
            hold_seconds: HOLD_SECONDS,
        })
    }

    fn authorisation(&self, requested: Requested) -> PlacementEvent {
        let started = self.begun();
        PlacementEvent::AuthorisationRequested(AuthorisationRequested {
            order_id: started.order_id,
            requested,
            buyer_id: started.buyer_id,
            amount: started.total,
            payment_method: started.payment_method.clone(),
        })
    }

    fn planning(&self, requested: Requested) -> PlacementEvent {
        let started = self.begun();
        PlacementEvent::PlanningRequested(PlanningRequested {
            order_id: started.order_id,
            requested,
            buyer_id: started.buyer_id,
            delivery_address_id: started.delivery_address_id.clone(),
            shipping_method: started.shipping_method.clone(),
            lines: started.lines.clone(),
        })
    }

    /// For a return; or all of it, when what was captured is undone.
    fn refund_event(&self, requested: Requested) -> PlacementEvent {
        let refund = self.refund(&requested.step);
        let (amount, reason) = match refund {
            Some(refund) => (refund.amount, "RETURNED"),
            None => (self.begun().total, "CANCELLED"),
        };
        PlacementEvent::RefundRequested(RefundRequested {
            order_id: self.order(),
            requested,
            amount,
            reason: reason.to_owned(),
            return_id: refund.map(|refund| refund.return_id),
        })
    }

    /// Asks once for each return.
    pub(super) fn refund_for(&self, refund: Refund, at: DateTime<Utc>) -> Vec<PlacementEvent> {
        let name = format!("refund {}", refund.return_id);
        if self.ledger.asked(&name, Kind::Do).is_some() {
            return Vec::new();
        }
        let command_id = id(self.uuid(), &name, Kind::Do);
        let resend_at = at + step(&name).forth.wait(command_id, 1);
        let requested = Requested { command_id, step: name, kind: Kind::Do, attempt: 1, resend_at, undoes: None };
        vec![PlacementEvent::RefundRequested(RefundRequested {
            order_id: self.order(),
            requested,
            amount: refund.amount,
            reason: "RETURNED".to_owned(),
            return_id: Some(refund.return_id),
        })]
    }

    pub(super) fn record_outcome(&mut self, OutcomeRecorded { answered, detail, .. }: &OutcomeRecorded) {
        self.ledger.answer(answered);
        if answered.kind == Kind::Undo {
            return;
        }
        if let Some(reason) = &detail.reason {
            self.reasons.insert(answered.step.clone(), reason.clone());
        }
        match (answered.step.as_str(), answered.outcome) {
            (AUTHORISE, Outcome::Unknown) => {
                self.review_until = detail.review_until;
            }
            (RESERVE | RESERVE_AGAIN | EXTEND | EXTEND_AGAIN, Outcome::Done) => {
                self.hold_until = detail.hold_until;
            }
            (COMMIT, Outcome::Refused) => {
                self.needs_second_hold = detail.reason.as_deref() == Some("EXPIRED");
            }
            _ => {}
        }
    }

    fn begun(&self) -> &Started {
        self.started().expect("a step is asked for after the start")
    }
}

impl From<&PlacementLine> for LineToReserve {
    fn from(line: &PlacementLine) -> LineToReserve {
        let PlacementLine { line_id, variant_id, tenant_id, quantity, .. } = *line;
        LineToReserve { line_id, variant_id, tenant_id, quantity }
    }
}

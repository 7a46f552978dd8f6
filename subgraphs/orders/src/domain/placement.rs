//! The placing of an order: stock is held, money is held, shipments are planned; then the order is confirmed and the stock
//! is its; then the money is taken. Whatever fails before that is undone in reverse.
//!
//! The pivot is the request to commit the reservation: with it the order is confirmed, in the same unit of work.

mod event;
mod patience;
mod recall;
mod steps;

pub use event::{
    AuthorisationRequested, CommitRequested, CompensationStarted, Delayed, Detail, ExtensionRequested, LeftForReview,
    LineToReserve, Noted, OutcomeRecorded, PlacementEvent, PlacementLine, PlainRequested, PlanningRequested,
    RefundRequested, ReservationRequested, Started,
};
pub use steps::HOLD_SECONDS;

use crate::domain::{ids::OrderId, order::RejectionReason};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::Aggregate;
use hansa_saga::{Answered, Happening, Kind, Ledger, Outcome, Phase, Process, Requested, Step, command_id, react};
use hansa_values::Money;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, convert::Infallible};
use steps::{AUTHORISE, CAPTURE, COMMIT, COMMIT_AGAIN, PLAN, RESERVE, RESERVE_AGAIN, WITHDRAW};
use uuid::Uuid;

/// What is not confirmed after so long is given up, but for a payment that is under review. Time in which nothing could be
/// published does not count, up to [`OUTAGE_MAX`].
pub const DEADLINE: TimeDelta = TimeDelta::minutes(5);
/// How long an order waits for the bus: as long as orders are accepted without it.
pub const OUTAGE_MAX: TimeDelta = TimeDelta::hours(1);
/// How long a payment may be under review: less than stock is held.
pub const REVIEW: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OrderPlacement {
    started: Option<Started>,
    phase: Phase,
    ledger: Ledger,
    /// The participant's word for the refusal of a step.
    reasons: BTreeMap<String, String>,
    review_until: Option<DateTime<Utc>>,
    /// Another deadline than the one that it began with.
    deadline: Option<DateTime<Utc>>,
    /// When the hold that counts ends by itself.
    hold_until: Option<DateTime<Utc>>,
    /// The first hold was lost: another is made, once.
    needs_second_hold: bool,
    is_cancellation_wanted: bool,
    /// Everything is on its way.
    is_dispatched: bool,
    /// It ended without all that it should have done: people see to it.
    is_left: bool,
    /// For returns, by the step.
    refunds: BTreeMap<String, Refund>,
}

/// Money that goes back for a return.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub return_id: crate::domain::ids::ReturnId,
    pub amount: Money,
}

/// What happens beside answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    Begin(Started),
    /// The buyer, or the staff, wants no more of it.
    Cancel,
    /// Nobody has committed a hold in time: the command that made it.
    HoldExpired(Uuid),
    /// Goods came back.
    Refund(Refund),
    /// All of it is on its way, or has come.
    Dispatched,
    /// What this context says has not been published for a while: nobody can have answered.
    CutOff,
}

impl OrderPlacement {
    pub fn order_id(&self) -> Option<OrderId> {
        self.started.as_ref().map(|started| started.order_id)
    }

    pub fn started(&self) -> Option<&Started> {
        self.started.as_ref()
    }

    /// Whether it has passed the point of no return.
    pub fn is_confirmed(&self) -> bool {
        [COMMIT, COMMIT_AGAIN].iter().any(|step| self.ledger.asked(step, Kind::Do).is_some())
    }

    /// A step that is a refund for a return.
    pub fn refund(&self, step: &str) -> Option<&Refund> {
        self.refunds.get(step)
    }

    fn outcome(&self, step: &str) -> Option<Outcome> {
        self.ledger.outcome(step, Kind::Do)
    }

    fn is_over_without(&self, step: &str) -> bool {
        matches!(self.outcome(step), Some(Outcome::Refused | Outcome::TimedOut))
    }

    fn noted(&self, command_id: Uuid) -> Noted {
        Noted { order_id: self.order(), command_id }
    }

    fn order(&self) -> OrderId {
        self.order_id().unwrap_or(OrderId::from_uuid(Uuid::nil()))
    }

    /// The command that the process as a whole is.
    fn own_command(&self) -> Uuid {
        command_id(self.uuid(), "place", Kind::Do)
    }

    /// Why it cannot go on, and in the participant's words.
    fn failure(&self) -> Option<(RejectionReason, String)> {
        let failed = |step: &str| self.is_over_without(step).then(|| self.reasons.get(step).cloned());
        let told = |reason: Option<String>| reason.unwrap_or_else(|| "nobody answered in time".to_owned());
        for step in [RESERVE, RESERVE_AGAIN] {
            if let Some(reason) = failed(step) {
                return Some((RejectionReason::of_reservation(reason.as_deref()), told(reason)));
            }
        }
        if let Some(reason) = failed(AUTHORISE) {
            let is_unresolved = self.review_until.is_some() && reason.is_none();
            return Some(match (is_unresolved, reason) {
                (true, _) => (RejectionReason::PaymentUnresolved, "the provider did not say".to_owned()),
                (false, None) => (RejectionReason::TimedOut, told(None)),
                (false, Some(reason)) => (RejectionReason::PaymentDeclined, reason),
            });
        }
        if let Some(reason) = failed(PLAN) {
            let is_late = reason.is_none();
            let kind = if is_late { RejectionReason::TimedOut } else { RejectionReason::NotDeliverable };
            return Some((kind, told(reason)));
        }
        let lost_again = failed(COMMIT_AGAIN).or_else(|| failed(COMMIT).filter(|_| !self.needs_second_hold));
        if let Some(reason) = lost_again {
            return Some((RejectionReason::OutOfStock, told(reason)));
        }
        failed(CAPTURE).map(|reason| (RejectionReason::PaymentFailed, told(reason)))
    }
}

impl Process for OrderPlacement {
    type Detail = Detail;
    type Notice = Notice;

    fn uuid(&self) -> Uuid {
        self.order().uuid()
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn phase(&self) -> Phase {
        self.phase
    }

    fn route(&self) -> Vec<Step> {
        let commit: &[&str] = if self.needs_second_hold { &[RESERVE_AGAIN, COMMIT_AGAIN] } else { &[COMMIT] };
        // Nothing more is asked for before it is known whether the plan can be withdrawn.
        let withdraw: &[&str] = if self.withdraws() { &[WITHDRAW] } else { &[] };
        let steps = [RESERVE, AUTHORISE, PLAN].iter().chain(withdraw).chain(commit).chain(&[CAPTURE]);
        let is_asked = |name: &str| self.ledger.asked(name, Kind::Do).is_some();
        let is_missing = |name: &str| self.is_left && (self.is_over_without(name) || !is_asked(name));
        steps.filter(|name| !is_missing(name)).map(|name| steps::step(name)).collect()
    }

    fn undoing(&self) -> Vec<Step> {
        self.to_undo().into_iter().map(steps::step).collect()
    }

    fn beside(&self) -> Vec<Step> {
        let extensions = steps::EXTENSIONS.into_iter().filter(|name| self.ledger.asked(name, Kind::Do).is_some());
        self.refunds.keys().map(String::as_str).chain(extensions).map(steps::step).collect()
    }

    fn asks_beside(&self) -> Option<Step> {
        self.extension()
    }

    fn request(&self, requested: Requested) -> PlacementEvent {
        self.request_event(requested)
    }

    fn answer(&self, answered: Answered, detail: Detail) -> PlacementEvent {
        PlacementEvent::OutcomeRecorded(OutcomeRecorded { order_id: self.order(), answered, detail })
    }

    fn turns_back(&self) -> Option<PlacementEvent> {
        self.turning()
    }

    fn complete(&self) -> PlacementEvent {
        PlacementEvent::Completed(self.noted(self.own_command()))
    }

    fn compensate(&self) -> PlacementEvent {
        PlacementEvent::Compensated(self.noted(self.own_command()))
    }

    fn notice(&self, notice: Notice, at: DateTime<Utc>) -> Vec<PlacementEvent> {
        match notice {
            Notice::Begin(started) if self.phase == Phase::NotBegun => vec![PlacementEvent::Started(started)],
            Notice::Cancel if self.may_end() && !self.is_cancellation_wanted => {
                vec![PlacementEvent::CancellationNoted(self.noted(self.own_command()))]
            }
            Notice::HoldExpired(command_id) if self.phase == Phase::Forward => {
                let is_first = command_id == steps::id(self.uuid(), RESERVE, Kind::Do);
                // Later, the refusal of the commit tells the same.
                let is_news = is_first && self.ledger.is_done(RESERVE) && !self.is_confirmed();
                let is_news = is_news && !self.needs_second_hold;
                is_news.then(|| PlacementEvent::HoldExpired(self.noted(command_id))).into_iter().collect()
            }
            Notice::Refund(refund) if self.takes_returns() => self.refund_for(refund, at),
            Notice::CutOff => self.cut_off(at),
            Notice::Dispatched if self.asks_for_dispatch() => {
                vec![PlacementEvent::DispatchNoted(self.noted(self.own_command()))]
            }
            Notice::Begin(_) | Notice::Cancel | Notice::HoldExpired(_) | Notice::Refund(_) | Notice::Dispatched => {
                Vec::new()
            }
        }
    }

    fn overdue(&self, at: DateTime<Utc>) -> Vec<PlacementEvent> {
        if !self.alarms().iter().any(|alarm| *alarm <= at) {
            return Vec::new();
        }
        // The step that the process waits for.
        let waits_for = self.route().into_iter().find(|step| !self.ledger.is_done(&step.name));
        let Some(step) = waits_for.map(|step| step.name) else { return Vec::new() };
        let command_id = steps::id(self.uuid(), &step, Kind::Do);
        let is_open = self.ledger.takes(&step, Kind::Do, Outcome::TimedOut);
        let answered = Answered { command_id, step, kind: Kind::Do, outcome: Outcome::TimedOut };
        is_open.then(|| self.answer(answered, Detail::default())).into_iter().collect()
    }

    /// Before the pivot only: after it there is no way but forward.
    fn alarms(&self) -> Vec<DateTime<Utc>> {
        if self.phase != Phase::Forward || self.is_confirmed() {
            return Vec::new();
        }
        let deadline = self.deadline.or(self.started.as_ref().map(|started| started.deadline));
        self.review_until.or(deadline).into_iter().collect()
    }
}

impl Aggregate for OrderPlacement {
    const NAME: &'static str = "order_placement";
    const FOLD_VERSION: u32 = 3;

    type Event = PlacementEvent;
    type Command = Happening<Detail, Notice>;
    type Refusal = Infallible;

    fn decide(&self, command: Self::Command) -> Result<Vec<PlacementEvent>, Infallible> {
        Ok(react(self, command))
    }

    fn evolve(&mut self, event: &PlacementEvent) {
        if let Some(requested) = event.requested() {
            self.ledger.request(requested);
        }
        match event {
            PlacementEvent::Started(started) => {
                self.started = Some(started.clone());
                self.phase = Phase::Forward;
            }
            PlacementEvent::RefundRequested(RefundRequested { requested, amount, return_id: Some(id), .. }) => {
                self.refunds.insert(requested.step.clone(), Refund { return_id: *id, amount: *amount });
            }
            PlacementEvent::OutcomeRecorded(recorded) => self.record_outcome(recorded),
            PlacementEvent::Delayed(delayed) => self.delay(delayed),
            PlacementEvent::HoldExpired(_) => self.needs_second_hold = true,
            PlacementEvent::CancellationNoted(_) => self.want_cancellation(),
            PlacementEvent::CancellationRefused(_) => self.is_cancellation_wanted = false,
            PlacementEvent::DispatchNoted(_) => self.is_dispatched = true,
            PlacementEvent::CompensationStarted(_) => self.phase = Phase::Compensating,
            PlacementEvent::LeftForReview(_) => {
                self.phase = Phase::Completed;
                self.is_left = true;
            }
            PlacementEvent::Completed(_) => self.phase = Phase::Completed,
            PlacementEvent::Compensated(_) => self.phase = Phase::Compensated,
            // Requests: the ledger has them.
            _ => {}
        }
    }
}

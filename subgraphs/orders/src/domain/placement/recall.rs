//! When the placing of an order turns back, and what it takes back then. Before the order is confirmed nothing can have left;
//! after that, shipping is asked before anything else whether the buyer's wish still can be granted.

use super::{
    CompensationStarted, LeftForReview, OrderPlacement, PlacementEvent,
    steps::{AUTHORISE, CAPTURE, PLAN, RESERVE, RESERVE_AGAIN, WITHDRAW},
};
use crate::domain::order::RejectionReason;
use hansa_saga::{Kind, Outcome, Phase};

impl OrderPlacement {
    /// Where it has to know whether everything has gone: what is refused now may turn it back.
    pub(crate) fn asks_for_dispatch(&self) -> bool {
        self.phase == Phase::Forward && self.is_confirmed() && !self.is_dispatched
    }

    /// Whether the plan is being withdrawn, or was, for a cancellation.
    pub(super) fn withdraws(&self) -> bool {
        let is_refused = self.outcome(WITHDRAW) == Some(Outcome::Refused);
        self.is_cancellation_wanted && self.is_confirmed() && !is_refused
    }

    /// Whether a cancellation can still make a difference.
    pub(super) fn may_end(&self) -> bool {
        matches!(self.phase, Phase::Forward | Phase::Completed) && !self.is_left
    }

    /// What was complete has something to ask again.
    pub(super) fn want_cancellation(&mut self) {
        self.is_cancellation_wanted = true;
        if self.phase == Phase::Completed {
            self.phase = Phase::Forward;
        }
    }

    /// What is paid can be paid back for a return, while a cancellation waits for its answer too.
    pub(super) fn takes_returns(&self) -> bool {
        matches!(self.phase, Phase::Forward | Phase::Completed) && self.ledger.is_done(CAPTURE)
    }

    pub(super) fn to_undo(&self) -> Vec<&'static str> {
        let is_asked = |step, kind| self.ledger.asked(step, kind).is_some();
        let is_planned = !self.ledger.is_done(WITHDRAW) || is_asked(PLAN, Kind::Undo);
        // What was captured is refunded; what was not, or could not be, is voided.
        let is_taken = is_asked(CAPTURE, Kind::Do) && self.outcome(CAPTURE) != Some(Outcome::Refused);
        let is_held = !is_taken || is_asked(AUTHORISE, Kind::Undo);
        let steps = [(PLAN, is_planned), (CAPTURE, is_taken), (AUTHORISE, is_held)];
        let steps = steps.into_iter().filter(|(_, is_left)| *is_left).map(|(step, _)| step);
        steps.chain([RESERVE_AGAIN, RESERVE]).collect()
    }

    pub(super) fn turning(&self) -> Option<PlacementEvent> {
        match self.failure().filter(|_| !self.is_left) {
            Some((reason, detail)) if self.is_dispatched && !self.ledger.is_done(WITHDRAW) => {
                let (order_id, command_id) = (self.order(), self.own_command());
                Some(PlacementEvent::LeftForReview(LeftForReview { order_id, command_id, reason, detail }))
            }
            Some(failure) => Some(self.turned(failure)),
            None if self.is_cancellation_wanted => self.cancelling(),
            None => None,
        }
    }

    /// The buyer's wish is granted where nothing has left; it waits for the answers that it needs.
    fn cancelling(&self) -> Option<PlacementEvent> {
        let withdrawn = self.outcome(WITHDRAW).filter(|_| self.is_confirmed());
        if withdrawn == Some(Outcome::Refused) {
            return Some(PlacementEvent::CancellationRefused(self.noted(self.own_command())));
        }
        let is_capture_under_way = self.ledger.asked(CAPTURE, Kind::Do).is_some() && self.outcome(CAPTURE).is_none();
        let may_have_left = self.is_confirmed() && withdrawn != Some(Outcome::Done);
        let is_granted = !may_have_left && !is_capture_under_way;
        is_granted.then(|| self.turned((RejectionReason::Cancelled, "it was cancelled".to_owned())))
    }

    fn turned(&self, (reason, detail): (RejectionReason, String)) -> PlacementEvent {
        let (order_id, command_id) = (self.order(), self.own_command());
        PlacementEvent::CompensationStarted(CompensationStarted { order_id, command_id, reason, detail })
    }
}

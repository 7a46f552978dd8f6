//! How long the placing of an order waits: holds are extended while it does, and nobody is late whom nothing has reached.

use super::{
    DEADLINE, Delayed, OUTAGE_MAX, OrderPlacement, PlacementEvent,
    steps::{self, EXTENSIONS, RESERVE, RESERVE_AGAIN},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_saga::{Kind, Outcome, Process as _, Step, wake_at};

/// What comes after the answer that is waited for, up to the commit, takes no longer.
const AFTER_ANSWER: TimeDelta = DEADLINE;
/// While nothing can be published, requests are looked at again after so long: that leaves participants as much time, when
/// the bus is back, as the deadline is further away.
const LOOKED_AT_AGAIN: TimeDelta = TimeDelta::seconds(150);

impl OrderPlacement {
    /// The hold has to last longer than is waited for: then the next extension, of which there are not many.
    pub(super) fn extension(&self) -> Option<Step> {
        let reserved = if self.needs_second_hold { RESERVE_AGAIN } else { RESERVE };
        if self.is_confirmed() || !self.ledger.is_done(reserved) {
            return None;
        }
        let waits_until = self.alarms().into_iter().max()?;
        if self.hold_until? >= waits_until + AFTER_ANSWER {
            return None;
        }
        let asked = EXTENSIONS.iter().take_while(|name| self.ledger.asked(name, Kind::Do).is_some()).count();
        let are_done = EXTENSIONS[..asked].iter().all(|name| self.outcome(name) == Some(Outcome::Done));
        EXTENSIONS.get(asked).filter(|_| are_done).map(|name| steps::step(name))
    }

    /// Whoever was asked may not know it yet: deadlines move on, and nothing is sent again, until the bus has been away too
    /// long.
    pub(super) fn cut_off(&self, at: DateTime<Utc>) -> Vec<PlacementEvent> {
        let Some(started) = self.started().filter(|_| wake_at(self).is_some()) else { return Vec::new() };
        let limit = started.deadline + OUTAGE_MAX;
        let alarm = self.alarms().into_iter().min();
        if at >= limit && alarm.is_some_and(|alarm| alarm <= at) {
            return self.overdue(at);
        }
        vec![PlacementEvent::Delayed(Delayed {
            order_id: started.order_id,
            command_id: self.own_command(),
            looked_at_again: at + LOOKED_AT_AGAIN,
            deadline: alarm.map(|alarm| alarm.max((at + DEADLINE).min(limit))),
        })]
    }

    pub(super) fn delay(&mut self, Delayed { looked_at_again, deadline, .. }: &Delayed) {
        self.ledger.postpone(*looked_at_again);
        match deadline {
            Some(deadline) if self.review_until.is_some() => self.review_until = Some(*deadline),
            Some(deadline) => self.deadline = Some(*deadline),
            None => {}
        }
    }
}

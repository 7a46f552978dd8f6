//! How long an order's placing waits: holds that are made longer, and time in which nobody could hear of it.

use super::{
    order_id,
    placement::{Told, after, at, done, history, reason, refused, state, types},
};
use crate::domain::{
    order::RejectionReason,
    placement::{DEADLINE, Detail, Notice, OUTAGE_MAX, PlacementEvent, REVIEW},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_saga::{Answer, Happening, Kind, Outcome, Phase, Process as _, What, command_id, react, wake_at};

const HOLD: TimeDelta = TimeDelta::minutes(15);

/// An answer that tells when the hold ends.
fn held(step: &str, until: DateTime<Utc>) -> Told {
    let command_id = command_id(order_id().uuid(), step, Kind::Do);
    let detail = Detail { hold_until: Some(until), ..Detail::default() };
    What::Answer(Answer { command_id, outcome: Outcome::Done, detail })
}

fn unknown() -> Told {
    let command_id = command_id(order_id().uuid(), "authorise", Kind::Do);
    let detail = Detail { review_until: Some(at(1) + REVIEW), ..Detail::default() };
    What::Answer(Answer { command_id, outcome: Outcome::Unknown, detail })
}

fn told(events: &mut Vec<PlacementEvent>, at: DateTime<Utc>, what: Told) -> Vec<PlacementEvent> {
    let new = react(&state(events), Happening { at, what });
    events.extend(new.clone());
    new
}

fn extensions(events: &[PlacementEvent]) -> usize {
    types(events).iter().filter(|name| **name == "reservation_extension_requested").count()
}

#[test]
fn an_order_that_is_placed_as_usual_keeps_its_hold_as_it_is() {
    let events = history([held("reserve", at(0) + HOLD), done("authorise"), done("plan"), done("commit")]);
    assert_eq!(extensions(&events), 0);
}

#[test]
fn a_hold_is_made_longer_while_a_payment_is_under_review() {
    let mut events = history([held("reserve", at(0) + HOLD), unknown()]);
    assert_eq!(types(&events).last(), Some(&"reservation_extension_requested"));
    let Some(PlacementEvent::ReservationExtensionRequested(asked)) = events.last() else { unreachable!() };
    let expected = (command_id(order_id().uuid(), "reserve", Kind::Do), HOLD.num_seconds());
    assert_eq!((asked.extends, asked.hold_seconds), expected);
    // It is sent again with the same id, and nothing fails when nobody answers.
    let again = told(&mut events, at(20), What::Clock);
    assert!(matches!(&again[..], [PlacementEvent::ReservationExtensionRequested(again)]
        if again.requested.attempt == 2 && again.requested.command_id == command_id(order_id().uuid(), "extend", Kind::Do)));
    let mut silent = events.clone();
    while extensions(&silent) < 5 {
        let wake = wake_at(&state(&silent)).unwrap();
        told(&mut silent, wake, What::Clock);
    }
    let wake = wake_at(&state(&silent)).unwrap();
    let given_up = told(&mut silent, wake, What::Clock);
    assert_eq!((types(&given_up), state(&silent).phase()), (vec!["outcome_recorded"], Phase::Forward));
    assert_eq!(wake_at(&state(&silent)), Some(at(1) + REVIEW));
    // Extended far enough, it is not asked for again, and the placing goes on.
    let extended = after(events.clone(), [held("extend", at(1) + REVIEW + DEADLINE)]);
    assert_eq!(extensions(&extended), 2);
    let confirmed = after(extended, [done("authorise"), done("plan")]);
    assert!(state(&confirmed).is_confirmed());
    // What is not far enough is extended once more, and then no more.
    let short = after(events.clone(), [held("extend", at(20))]);
    let short = after(short, [held("extend again", at(21))]);
    assert_eq!((types(&short).last(), extensions(&short)), (Some(&"outcome_recorded"), 3));
    // A refusal ends it too: the hold is lost, and made again once.
    let lost = after(events, [refused("extend", "EXPIRED")]);
    assert_eq!((extensions(&lost), state(&lost).phase()), (2, Phase::Forward));
}

#[test]
fn time_in_which_nothing_could_be_published_does_not_count() {
    let mut events = history([]);
    let mut now = at(0);
    let mut looks = 0;
    while now < at(0) + TimeDelta::minutes(58) {
        now = wake_at(&state(&events)).unwrap();
        assert_eq!(types(&told(&mut events, now, What::Notice(Notice::CutOff))), ["delayed"]);
        looks += 1;
    }
    assert!(looks < 30, "it costs {looks} events");
    // The bus is back: participants have as long as ever, and the request counts as sent once.
    now = wake_at(&state(&events)).unwrap();
    let again = told(&mut events, now, What::Clock);
    assert!(matches!(&again[..], [PlacementEvent::ReservationRequested(again)] if again.requested.attempt == 2));
    let late = at(0) + OUTAGE_MAX;
    for told_late in [held("reserve", late + HOLD), done("authorise"), done("plan"), done("commit"), done("capture")] {
        told(&mut events, late, told_late);
    }
    assert_eq!(state(&events).phase(), Phase::Completed);
    assert_eq!(told(&mut events, late, What::Notice(Notice::CutOff)), []);
}

#[test]
fn an_outage_that_is_too_long_ends_the_order() {
    let mut events = history([]);
    let mut now = at(0);
    while state(&events).phase() == Phase::Forward {
        now = wake_at(&state(&events)).unwrap();
        told(&mut events, now, What::Notice(Notice::CutOff));
    }
    assert_eq!((reason(&events), now), (Some(RejectionReason::TimedOut), at(0) + DEADLINE + OUTAGE_MAX));
    // Undos wait for the bus without an end.
    for _ in 0..100 {
        let wake = wake_at(&state(&events)).unwrap();
        assert!(wake > now);
        now = wake;
        assert_eq!(types(&told(&mut events, now, What::Notice(Notice::CutOff))), ["delayed"]);
    }
}

#[test]
fn a_hold_is_made_longer_when_the_deadline_moves() {
    let mut events = history([held("reserve", at(0) + HOLD)]);
    told(&mut events, at(30), What::Notice(Notice::CutOff));
    assert_eq!(extensions(&events), 0);
    told(&mut events, at(0) + TimeDelta::minutes(6), What::Notice(Notice::CutOff));
    assert_eq!(extensions(&events), 1);
    // After the pivot there is nothing to hold.
    let mut sold = history([held("reserve", at(0) + HOLD), done("authorise"), done("plan")]);
    told(&mut sold, at(0) + TimeDelta::minutes(6), What::Notice(Notice::CutOff));
    assert_eq!((types(&sold).last(), extensions(&sold)), (Some(&"delayed"), 0));
}

pub(super) fn delayed_and_extended() -> Vec<PlacementEvent> {
    let mut events = history([held("reserve", at(0) + HOLD)]);
    told(&mut events, at(0) + TimeDelta::minutes(6), What::Notice(Notice::CutOff));
    events
}

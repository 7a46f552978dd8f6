//! The placing of an order: every step failing, silence, unknown outcomes, a lost hold, and everything at once.

use super::{eur, id, order_id};
use crate::domain::{
    order::RejectionReason,
    placement::{
        CompensationStarted, DEADLINE, Detail, Notice, OrderPlacement, PlacementEvent, PlacementLine, REVIEW, Refund,
        Started,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::{EventContent as _, folded, testing::given};
use hansa_saga::{
    Answer, Happening, Kind, Outcome, Phase, Process as _, Requested, What, command_id, react,
    testing::{Budget, Exploration},
    wake_at,
};

pub(super) type Told = What<Detail, Notice>;

pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn started() -> Started {
    Started {
        order_id: order_id(),
        command_id: command_id(order_id().uuid(), "place", Kind::Do),
        buyer_id: id(7),
        lines: vec![PlacementLine {
            line_id: id(1),
            variant_id: id(1),
            tenant_id: id(1),
            product_id: Some(id(1)),
            quantity: 2,
            weight_grams: 300,
        }],
        shipping_method: "standard".to_owned(),
        delivery_address_id: "address_00000000000000000000000001".to_owned(),
        total: eur(3490),
        payment_method: "tok_good".to_owned(),
        deadline: at(0) + DEADLINE,
    }
}

pub(super) fn answer((step, kind): (&str, Kind), outcome: Outcome, reason: Option<&str>) -> Told {
    let review_until = (outcome == Outcome::Unknown).then(|| at(1) + REVIEW);
    let detail = Detail { reason: reason.map(str::to_owned), review_until, hold_until: None };
    What::Answer(Answer { command_id: command_id(order_id().uuid(), step, kind), outcome, detail })
}

pub(super) fn done(step: &str) -> Told {
    answer((step, Kind::Do), Outcome::Done, None)
}

pub(super) fn undone(step: &str) -> Told {
    answer((step, Kind::Undo), Outcome::Done, None)
}

pub(super) fn refused(step: &str, reason: &str) -> Told {
    answer((step, Kind::Do), Outcome::Refused, Some(reason))
}

pub(super) fn after(mut events: Vec<PlacementEvent>, told: impl IntoIterator<Item = Told>) -> Vec<PlacementEvent> {
    for what in told {
        events.extend(react(&folded::<OrderPlacement>(&events), Happening { at: at(1), what }));
    }
    events
}

pub(super) fn history(told: impl IntoIterator<Item = Told>) -> Vec<PlacementEvent> {
    after(after(Vec::new(), [What::Notice(Notice::Begin(started()))]), told)
}

pub(super) fn state(events: &[PlacementEvent]) -> OrderPlacement {
    folded(events)
}

/// Types of events, which say what is asked for.
pub(super) fn types(events: &[PlacementEvent]) -> Vec<&'static str> {
    events.iter().map(|event| event.event_type()).collect()
}

pub(super) fn reason(events: &[PlacementEvent]) -> Option<RejectionReason> {
    events.iter().find_map(|event| match event {
        PlacementEvent::CompensationStarted(CompensationStarted { reason, .. }) => Some(*reason),
        _ => None,
    })
}

const CONFIRMED: [&str; 3] = ["reserve", "authorise", "plan"];

pub(super) fn confirmed() -> Vec<PlacementEvent> {
    history(CONFIRMED.map(done))
}

pub(super) fn complete() -> Vec<PlacementEvent> {
    after(confirmed(), [done("commit"), done("capture")])
}

#[test]
fn an_order_is_placed_step_by_step() {
    assert_eq!(
        types(&complete()),
        [
            "started",
            "reservation_requested",
            "outcome_recorded",
            "authorisation_requested",
            "outcome_recorded",
            "planning_requested",
            "outcome_recorded",
            "reservation_commit_requested",
            "outcome_recorded",
            "capture_requested",
            "outcome_recorded",
            "completed",
        ]
    );
    assert_eq!(wake_at(&state(&complete())), None);
    assert!(state(&confirmed()).is_confirmed() && !state(&history([done("reserve")])).is_confirmed());
}

#[test]
fn given_no_stock_when_that_is_answered_then_nothing_is_left_to_undo() {
    let what = Happening { at: at(1), what: refused("reserve", "OUT_OF_STOCK") };
    let begun = history([]);
    let expected = react(&state(&begun), what.clone());
    let state = given::<OrderPlacement>(begun).when(what).then(expected.clone());
    assert_eq!(types(&expected), ["outcome_recorded", "compensation_started", "compensated"]);
    assert_eq!(reason(&expected), Some(RejectionReason::OutOfStock));
    assert_eq!(state.phase(), Phase::Compensated);
}

#[test]
fn each_refusal_undoes_what_was_done_before_it_in_reverse() {
    let cases = [
        ("reserve", "UNKNOWN_VARIANT", RejectionReason::NotForSale, vec![]),
        ("reserve", "TOO_MANY_HOLDS", RejectionReason::TooManyHolds, vec![]),
        ("authorise", "CARD_EXPIRED", RejectionReason::PaymentDeclined, vec!["reservation_release_requested"]),
        (
            "plan",
            "UNKNOWN_ADDRESS",
            RejectionReason::NotDeliverable,
            vec!["void_requested", "reservation_release_requested"],
        ),
        (
            "commit",
            "RELEASED",
            RejectionReason::OutOfStock,
            vec!["planning_cancellation_requested", "void_requested", "reservation_release_requested"],
        ),
        (
            "capture",
            "NO_FUNDS",
            RejectionReason::PaymentFailed,
            // What could not be taken is still held.
            vec!["planning_cancellation_requested", "void_requested", "reservation_release_requested"],
        ),
    ];
    let steps = ["reserve", "authorise", "plan", "commit", "capture"];
    for (step, word, expected, undos) in cases {
        let before: Vec<Told> = steps.iter().take_while(|name| **name != step).map(|name| done(name)).collect();
        let events = after(history(before), [refused(step, word)]);
        let events = after(events, ["plan", "authorise", "reserve"].map(undone));
        assert_eq!(reason(&events), Some(expected), "{step}");
        let asked = types(&events).into_iter().filter(|name| {
            ["planning_cancellation_requested", "void_requested", "reservation_release_requested"].contains(name)
        });
        assert_eq!(asked.collect::<Vec<_>>(), undos, "{step}");
        assert_eq!(state(&events).phase(), Phase::Compensated, "{step}");
    }
}

#[test]
fn silence_of_each_participant_is_given_up_before_the_pivot_and_never_after_it() {
    for (index, step) in CONFIRMED.iter().enumerate() {
        let mut events = history(CONFIRMED[..index].iter().map(|step| done(step)));
        let mut rounds = 0;
        while state(&events).phase() == Phase::Forward {
            let state = state(&events);
            events.extend(react(&state, Happening { at: wake_at(&state).unwrap(), what: What::Clock }));
            rounds += 1;
            assert!(rounds < 10, "{step}");
        }
        assert_eq!(reason(&events), Some(RejectionReason::TimedOut), "{step}");
        // It may have been done: it is undone too, first of all.
        let undo = events.last().unwrap().requested().unwrap();
        assert_eq!((undo.step.as_str(), undo.kind), (*step, Kind::Undo));
        assert_eq!(undo.undoes, Some(command_id(order_id().uuid(), step, Kind::Do)));
    }
    for before in [confirmed(), after(confirmed(), [done("commit")])] {
        let mut events = before;
        for _ in 0..200 {
            let state = state(&events);
            events.extend(react(&state, Happening { at: wake_at(&state).unwrap(), what: What::Clock }));
        }
        assert_eq!(state(&events).phase(), Phase::Forward);
    }
}

#[test]
fn the_deadline_ends_what_is_not_confirmed() {
    let late = Happening { at: at(0) + DEADLINE, what: What::Clock };
    let events = react(&state(&history([done("reserve")])), late.clone());
    assert_eq!(types(&events)[..2], ["outcome_recorded", "compensation_started"]);
    assert_eq!(reason(&events), Some(RejectionReason::TimedOut));
    let confirmed = confirmed();
    let after = react(&state(&confirmed), late);
    assert!(!types(&after).contains(&"compensation_started"), "after the pivot there is no way back");
}

#[test]
fn an_unknown_payment_is_waited_for_and_then_given_up() {
    let unknown = answer(("authorise", Kind::Do), Outcome::Unknown, None);
    let review = history([done("reserve"), unknown.clone()]);
    // Neither the deadline of the order nor silence ends it: the review does.
    assert_eq!(wake_at(&state(&review)), Some(at(1) + REVIEW));
    assert_eq!(react(&state(&review), Happening { at: at(0) + DEADLINE, what: What::Clock }), []);
    let known = after(review.clone(), [done("authorise"), done("plan"), done("commit"), done("capture")]);
    assert_eq!(state(&known).phase(), Phase::Completed);
    let declined = after(review.clone(), [refused("authorise", "DECLINED")]);
    assert_eq!(reason(&declined), Some(RejectionReason::PaymentDeclined));
    let given_up = react(&state(&review), Happening { at: at(1) + REVIEW, what: What::Clock });
    assert_eq!(types(&given_up), ["outcome_recorded", "compensation_started", "void_requested"]);
    assert_eq!(reason(&given_up), Some(RejectionReason::PaymentUnresolved));
}

#[test]
fn a_hold_that_is_lost_is_made_again_once() {
    let expired = refused("commit", "EXPIRED");
    let again = after(confirmed(), [expired.clone(), done("reserve again"), done("commit again"), done("capture")]);
    assert_eq!(state(&again).phase(), Phase::Completed);
    let gone = after(confirmed(), [expired.clone(), refused("reserve again", "OUT_OF_STOCK")]);
    assert_eq!(reason(&gone), Some(RejectionReason::OutOfStock));
    let gone = after(gone, [undone("plan"), undone("authorise"), undone("reserve")]);
    assert_eq!(state(&gone).phase(), Phase::Compensated);
    let twice = after(confirmed(), [expired, done("reserve again"), refused("commit again", "EXPIRED")]);
    assert_eq!(reason(&twice), Some(RejectionReason::OutOfStock));
}

#[test]
fn a_hold_that_expires_before_the_pivot_is_made_again_before_it() {
    let notice = || What::Notice(Notice::HoldExpired(command_id(order_id().uuid(), "reserve", Kind::Do)));
    let events = history([done("reserve"), notice(), notice(), done("authorise"), done("plan")]);
    let last = events.last().and_then(PlacementEvent::requested).unwrap();
    assert_eq!(last.step, "reserve again");
    assert!(!state(&events).is_confirmed());
    let events = after(events, [refused("reserve again", "OUT_OF_STOCK")]);
    assert_eq!(reason(&events), Some(RejectionReason::OutOfStock));
    assert_eq!(types(&events).iter().filter(|name| **name == "hold_expired").count(), 1);
}

#[test]
fn returns_are_refunded_each_once() {
    let refund = || What::Notice(Notice::Refund(Refund { return_id: id(5), amount: eur(1000) }));
    let events = after(complete(), [refund(), refund()]);
    let asked: Vec<&Requested> = events[complete().len()..].iter().filter_map(PlacementEvent::requested).collect();
    assert_eq!(asked.len(), 1);
    let step = asked[0].step.clone();
    assert_eq!(state(&events).refund(&step), Some(&Refund { return_id: id(5), amount: eur(1000) }));
    // Until somebody answers.
    let again = react(&state(&events), Happening { at: wake_at(&state(&events)).unwrap(), what: What::Clock });
    assert!(
        matches!(&again[..], [PlacementEvent::RefundRequested(again)] if again.requested.attempt == 2 && again.amount == eur(1000))
    );
    let answered = after(events, [done(&step)]);
    assert_eq!((state(&answered).phase(), wake_at(&state(&answered))), (Phase::Completed, None));
    // An order that is not paid has nothing to refund.
    assert_eq!(after(confirmed(), [refund()]).len(), confirmed().len());
}

/// What takes back a step. A committed hold is released like any other, and money that was taken is paid back.
fn undoes(step: &str) -> &'static [(&'static str, Kind)] {
    match step {
        "reserve" | "commit" => &[("reserve", Kind::Undo)],
        "reserve again" | "commit again" => &[("reserve again", Kind::Undo)],
        "authorise" => &[("authorise", Kind::Undo), ("capture", Kind::Undo)],
        "plan" => &[("plan", Kind::Undo), ("withdraw", Kind::Do)],
        // It takes back itself.
        "withdraw" => &[("withdraw", Kind::Do)],
        "capture" => &[("capture", Kind::Undo)],
        other => panic!("nothing takes back {other}"),
    }
}

#[test]
fn whatever_happens_an_order_is_whole_or_nothing_of_it_is_left() {
    let mut exploration = Exploration::<OrderPlacement>::new(|event| event.requested().cloned());
    exploration.may_refuse = |_| true;
    exploration.detail = |_, outcome| Detail {
        reason: (outcome == Outcome::Refused).then(|| "EXPIRED".to_owned()),
        ..Detail::default()
    };
    exploration.undoes = undoes;
    // A dispatch may come before the cancellation, and be known to nobody yet but who refuses to withdraw the plan.
    exploration.notices = vec![Notice::Cancel, Notice::Dispatched];
    let begun = history([]);
    let budgets =
        [(1, 0, 0), (0, 1, 1), (0, 0, 3)].map(|(repeats, timers, notices)| Budget { repeats, timers, notices });
    for budget in budgets {
        let (ends, states) = exploration.again().explore(&begun, (at(1), budget));
        assert!(ends["Completed"] > 0 && ends["Compensated"] > 0 && states > 500, "{ends:?} of {states}");
    }
}

#[test]
fn stored_events_read_back_as_they_were() {
    use hansa_event_sourcing::StoredEvent as _;
    let unknown = answer(("authorise", Kind::Do), Outcome::Unknown, None);
    let review = history([done("reserve"), unknown, refused("authorise", "NO")]);
    let cancelled =
        after(complete(), [What::Notice(Notice::Cancel), done("withdraw"), undone("capture"), undone("reserve")]);
    let too_late = after(complete(), [What::Notice(Notice::Cancel), refused("withdraw", "DISPATCHED")]);
    let left = after(confirmed(), [done("commit"), What::Notice(Notice::Dispatched), refused("capture", "NO_FUNDS")]);
    for event in review.into_iter().chain(cancelled).chain(too_late).chain(left) {
        let content = serde_json::to_value(&event).unwrap();
        assert_eq!(PlacementEvent::read(event.event_type(), content).unwrap(), event);
    }
    assert!(PlacementEvent::read("unheard_of", serde_json::json!({})).is_err());
    assert!(PlacementEvent::read("started", serde_json::json!({})).is_err());
}

/// For the examples of events.
pub(crate) fn one_of_each() -> Vec<PlacementEvent> {
    let delayed = super::patience::delayed_and_extended();
    let expired = What::Notice(Notice::HoldExpired(command_id(order_id().uuid(), "reserve", Kind::Do)));
    let all = history([done("reserve"), expired]);
    let declined = history([done("reserve"), refused("authorise", "CARD_EXPIRED"), undone("reserve")]);
    // Asked for by the buyer, and by the system.
    let cancel = after(confirmed(), [What::Notice(Notice::Cancel), refused("withdraw", "DISPATCHED")]);
    let failed = after(confirmed(), [refused("commit", "RELEASED"), undone("plan")]);
    let left = after(confirmed(), [done("commit"), What::Notice(Notice::Dispatched), refused("capture", "NO_FUNDS")]);
    let refund = What::Notice(Notice::Refund(Refund { return_id: id(5), amount: eur(1000) }));
    let completed = after(complete(), [refund]);
    [completed, all, declined, failed, cancel, delayed, left].concat()
}

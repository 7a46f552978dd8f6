//! Placings that turn back after the confirmation: for the buyer's wish, where nothing has left, and where they fail.

use super::{
    eur, order_id,
    placement::{after, answer, complete, confirmed, done, history, reason, refused, state, types, undone},
};
use crate::domain::{
    order::RejectionReason,
    placement::{Notice, PlacementEvent},
};
use hansa_event_sourcing::EventContent as _;
use hansa_saga::{Happening, Kind, Outcome, Phase, Process as _, What, command_id, react, wake_at};

#[test]
fn a_cancellation_undoes_what_there_is() {
    let cancel = || What::Notice(Notice::Cancel);
    let release = "reservation_release_requested";
    let cases = [
        (history([]), vec![release]),
        (history([done("reserve")]), vec!["void_requested", release]),
        (confirmed(), vec!["planning_withdrawal_requested", "void_requested", release]),
        (complete(), vec!["planning_withdrawal_requested", "refund_requested", release]),
    ];
    for (before, expected) in cases {
        let count = before.len();
        let events = after(before, [cancel(), cancel()]);
        let events = after(events, [done("withdraw")]);
        let events = after(events, ["plan", "capture", "authorise", "reserve"].map(undone));
        let asked: Vec<&str> = events[count..]
            .iter()
            .filter(|event| event.requested().is_some())
            .map(|event| event.event_type())
            .collect();
        assert_eq!(asked, expected);
        assert_eq!(reason(&events), Some(RejectionReason::Cancelled));
        assert_eq!(state(&events).phase(), Phase::Compensated);
    }
}

#[test]
fn a_cancellation_waits_for_a_capture_that_is_under_way() {
    let capturing = after(confirmed(), [done("commit"), What::Notice(Notice::Cancel)]);
    let withdrawn = after(capturing.clone(), [done("withdraw")]);
    assert_eq!(types(&withdrawn).last(), Some(&"outcome_recorded"));
    assert_eq!(state(&withdrawn).phase(), Phase::Forward);
    let captured = after(withdrawn.clone(), [done("capture")]);
    assert_eq!(after(capturing, [done("capture"), done("withdraw")]).last(), captured.last());
    let refund = captured.last().unwrap();
    assert!(matches!(refund, PlacementEvent::RefundRequested(refund) if refund.amount == eur(3490)), "{refund:?}");
    let failed = after(withdrawn, [refused("capture", "NO_FUNDS")]);
    assert_eq!(types(&failed).last(), Some(&"void_requested"));
    let failed = after(failed, [undone("authorise"), undone("reserve")]);
    assert_eq!(state(&failed).phase(), Phase::Compensated);
}

#[test]
fn a_cancellation_that_comes_too_late_changes_nothing() {
    let cancel = || What::Notice(Notice::Cancel);
    let late = refused("withdraw", "DISPATCHED");
    for (before, then) in
        [(confirmed(), vec![]), (after(confirmed(), [done("commit")]), vec![]), (complete(), vec!["completed"])]
    {
        let asked = after(before.clone(), [cancel()]);
        let request = asked.last().and_then(PlacementEvent::requested).unwrap();
        assert_eq!((request.step.as_str(), request.kind), ("withdraw", Kind::Do));
        assert_eq!(request.undoes, Some(command_id(order_id().uuid(), "plan", Kind::Do)));
        // Nothing is done or undone before the answer; it is asked for until somebody gives it.
        let answered = after(asked.clone(), [late.clone(), late.clone()]);
        let expected = ["outcome_recorded", "cancellation_refused"].into_iter().chain(then.clone());
        assert_eq!(types(&answered[asked.len()..]), expected.collect::<Vec<_>>());
        let again = after(answered.clone(), [cancel()]);
        let expected = ["cancellation_noted", "cancellation_refused"].into_iter().chain(then);
        assert_eq!(types(&again[answered.len()..]), expected.collect::<Vec<_>>());
        let ended = after(again, [done("commit"), done("capture")]);
        assert_eq!((state(&ended).phase(), reason(&ended)), (Phase::Completed, None));
        let mut silent = asked;
        for _ in 0..30 {
            let state = state(&silent);
            silent.extend(react(&state, Happening { at: wake_at(&state).unwrap(), what: What::Clock }));
        }
        assert_eq!(state(&silent).phase(), Phase::Forward);
    }
}

#[test]
fn what_fails_while_a_plan_is_withdrawn_is_undone_by_the_system() {
    let asked = after(confirmed(), [done("commit"), What::Notice(Notice::Cancel)]);
    let failed = after(asked, [refused("capture", "NO_FUNDS")]);
    assert_eq!(types(&failed).last(), Some(&"planning_cancellation_requested"));
    let failed =
        after(failed, [refused("withdraw", "DISPATCHED"), undone("plan"), undone("authorise"), undone("reserve")]);
    assert_eq!(state(&failed).phase(), Phase::Compensated);
    assert!(!types(&failed).contains(&"cancellation_refused"));
}

#[test]
fn a_capture_that_was_refused_and_is_done_nevertheless_is_refunded_beside_the_void() {
    let failed = after(confirmed(), [done("commit"), refused("capture", "NO_FUNDS"), undone("plan")]);
    assert_eq!(types(&failed).last(), Some(&"void_requested"));
    let taken = after(failed, [done("capture")]);
    assert_eq!(types(&taken).last(), Some(&"refund_requested"));
    let refunded = after(taken, [undone("capture")]);
    assert_eq!(types(&refunded).last(), Some(&"outcome_recorded"), "the void is not answered yet");
    let released = after(refunded, [answer(("authorise", Kind::Undo), Outcome::Refused, Some("CAPTURED"))]);
    assert_eq!(types(&released).last(), Some(&"reservation_release_requested"));
    assert_eq!(state(&after(released, [undone("reserve")])).phase(), Phase::Compensated);
}

#[test]
fn what_has_gone_when_it_fails_is_left_for_people() {
    let gone = || What::Notice(Notice::Dispatched);
    let failures = [
        vec![done("commit"), gone(), refused("capture", "NO_FUNDS")],
        vec![gone(), gone(), refused("commit", "RELEASED")],
        vec![refused("commit", "EXPIRED"), gone(), refused("reserve again", "OUT_OF_STOCK")],
    ];
    for failure in failures {
        let events = after(confirmed(), failure);
        assert_eq!(types(&events)[types(&events).len() - 2..], ["outcome_recorded", "left_for_review"]);
        assert_eq!(types(&events).iter().filter(|name| **name == "dispatch_noted").count(), 1);
        assert_eq!((state(&events).phase(), wake_at(&state(&events))), (Phase::Completed, None));
        let nothing = after(events.clone(), [gone(), refused("capture", "NO_FUNDS"), undone("plan")]);
        assert_eq!(nothing, events);
    }
    // Nobody needs to know before the pivot, or after the end.
    assert_eq!(after(history([]), [gone()]), history([]));
    assert_eq!(after(complete(), [gone()]), complete());
}

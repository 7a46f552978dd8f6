//! Processes: what follows from answers in any order, from silence and from the time.

mod journey;

use crate::{
    Answer, Happening, Kind, Outcome, Phase, Process as _, Retry, What, command_id, react,
    testing::{Budget, Exploration, orderings},
    wake_at,
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::{folded, testing::given};
use journey::{Detail, Event, Journey, Notice, begun, process_uuid, request_of};
use std::time::Duration;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn told(seconds: i64, what: What<Detail, Notice>) -> Happening<Detail, Notice> {
    Happening { at: at(seconds), what }
}

fn answer((step, kind): (&str, Kind), outcome: Outcome) -> What<Detail, Notice> {
    What::Answer(Answer { command_id: command_id(process_uuid(), step, kind), outcome, detail: Detail })
}

fn done(step: &str) -> What<Detail, Notice> {
    answer((step, Kind::Do), Outcome::Done)
}

fn undone(step: &str) -> What<Detail, Notice> {
    answer((step, Kind::Undo), Outcome::Done)
}

/// The events of everything that happens, from the start.
fn history(happenings: impl IntoIterator<Item = What<Detail, Notice>>) -> Vec<Event> {
    let mut events = begun(at(0));
    for what in happenings {
        events.extend(react(&folded::<Journey>(&events), told(0, what)));
    }
    events
}

/// Names of events, short enough to read in one line.
fn names(events: &[Event]) -> String {
    events.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[test]
fn steps_are_asked_for_one_after_the_other() {
    let events = history([done("seat"), done("card"), done("ticket"), done("mail")]);
    assert_eq!(
        names(&events),
        "begun, do seat 1, seat done, do card 1, card done, do ticket 1, ticket done, do mail 1, mail done, completed"
    );
    assert_eq!(wake_at(&folded::<Journey>(&events)), None);
}

#[test]
fn given_a_seat_when_the_card_is_refused_then_the_seat_is_given_back() {
    let refused = told(1, answer(("card", Kind::Do), Outcome::Refused));
    let before = history([done("seat")]);
    let after = react(&folded::<Journey>(&before), refused.clone());
    let state = given::<Journey>(before).when(refused).then(after.clone());
    assert_eq!(names(&after), "card refused, turned back, undo seat 1");
    assert_eq!(state.phase(), Phase::Compensating);
    let Event::Requested(undo) = &after[2] else { panic!("{after:?}") };
    assert_eq!(undo.undoes, Some(command_id(process_uuid(), "seat", Kind::Do)));
}

#[test]
fn whatever_fails_everything_before_it_is_undone_in_reverse() {
    let steps = ["seat", "card", "ticket"];
    for (index, failing) in steps.iter().enumerate().take(2) {
        let before: Vec<_> = steps[..index].iter().map(|step| done(step)).collect();
        for (outcome, from) in [(Outcome::Refused, index), (Outcome::TimedOut, index + 1)] {
            let mut happenings = before.clone();
            happenings.push(answer((failing, Kind::Do), outcome));
            happenings.extend(steps[..from].iter().rev().map(|step| undone(step)));
            let undone: Vec<String> = history(happenings.clone())
                .iter()
                .filter_map(request_of)
                .filter(|request| request.kind == Kind::Undo)
                .map(|request| request.step)
                .collect();
            let expected: Vec<&str> = steps[..from].iter().rev().copied().collect();
            assert_eq!(undone, expected, "{failing} {outcome:?}");
            assert_eq!(folded::<Journey>(&history(happenings)).phase(), Phase::Compensated);
        }
    }
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let cases = [
        (history([]), done("card"), "a step that was not asked for"),
        (history([]), undone("seat"), "an undo that was not asked for"),
        (history([done("seat")]), done("seat"), "a repetition"),
        (history([done("seat")]), answer(("seat", Kind::Do), Outcome::Refused), "a contradiction"),
        (history([answer(("seat", Kind::Do), Outcome::Refused)]), undone("seat"), "an undo after the end"),
    ];
    for (events, what, case) in cases {
        assert_eq!(react(&folded::<Journey>(&events), told(9, what)), [], "{case}");
    }
    let foreign = What::Answer(Answer { command_id: uuid::Uuid::nil(), outcome: Outcome::Done, detail: Detail });
    assert_eq!(react(&folded::<Journey>(&history([])), told(9, foreign)), []);
    assert_eq!(react(&Journey::default(), told(9, done("seat"))), [], "a process that has not begun");
}

#[test]
fn what_was_refused_and_is_done_nevertheless_is_undone() {
    let events = history([answer(("seat", Kind::Do), Outcome::Refused), done("seat"), undone("seat")]);
    assert_eq!(
        names(&events),
        "begun, do seat 1, seat refused, turned back, compensated, seat done, undo seat 1, seat undone"
    );
    assert_eq!(wake_at(&folded::<Journey>(&events)), None);
}

#[test]
fn silence_is_answered_with_the_same_command_until_it_is_given_up() {
    let mut events = begun(at(0));
    let mut ids = Vec::new();
    for _ in 0..3 {
        let state = folded::<Journey>(&events);
        let now = wake_at(&state).unwrap();
        assert_eq!(react(&state, Happening { at: now - TimeDelta::milliseconds(1), what: What::Clock }), []);
        events.extend(react(&state, Happening { at: now, what: What::Clock }));
        ids.extend(events.iter().filter_map(request_of).filter(|one| one.kind == Kind::Do).map(|one| one.command_id));
    }
    assert_eq!(names(&events), "begun, do seat 1, do seat 2, do seat 3, seat timed out, turned back, undo seat 1");
    ids.dedup();
    assert_eq!(ids, [command_id(process_uuid(), "seat", Kind::Do)]);
    // An answer that comes now is too late: the undo settles it.
    assert_eq!(react(&folded::<Journey>(&events), told(99, done("seat"))), []);
}

#[test]
fn an_undo_is_asked_for_until_somebody_answers() {
    let mut events = history([done("seat"), answer(("card", Kind::Do), Outcome::Refused)]);
    for _ in 0..50 {
        let state = folded::<Journey>(&events);
        events.extend(react(&state, Happening { at: wake_at(&state).unwrap(), what: What::Clock }));
    }
    assert!(names(&events).ends_with("undo seat 50, undo seat 51"));
    events.extend(react(&folded::<Journey>(&events), told(99, undone("seat"))));
    assert!(names(&events).ends_with("seat undone, compensated"));
}

#[test]
fn an_unknown_outcome_is_waited_for_and_not_repeated() {
    let events = history([done("seat"), answer(("card", Kind::Do), Outcome::Unknown)]);
    assert_eq!(wake_at(&folded::<Journey>(&events)), None);
    let known = react(&folded::<Journey>(&events), told(600, done("card")));
    assert_eq!(names(&known), "card done, do ticket 1");
}

#[test]
fn answers_in_any_order_and_twice_lead_to_the_same_end() {
    let refused = answer(("card", Kind::Do), Outcome::Refused);
    for order in orderings(&[done("seat"), refused.clone(), undone("seat"), done("seat"), refused, undone("seat")]) {
        // Each comes again until it is heard, as requests are sent again until they are answered.
        let rounds = std::iter::repeat_n(order.clone(), 4).flatten();
        let state = folded::<Journey>(&history(rounds));
        assert_eq!(state.phase(), Phase::Compensated, "{order:?}");
        assert!(!state.ledger().needs_undo("seat"));
    }
}

#[test]
fn whatever_happens_everything_is_done_or_nothing() {
    let mut exploration = Exploration::<Journey>::new(request_of);
    exploration.may_refuse = |step| matches!(step, "seat" | "card");
    exploration.undoes = |step| match step {
        "seat" => &[("seat", Kind::Undo)],
        "card" => &[("card", Kind::Undo)],
        _ => &[],
    };
    exploration.notices = vec![Notice::GiveUp];
    let budget = Budget { repeats: 1, timers: 1, notices: 1 };
    let (ends, states) = exploration.explore(&begun(at(0)), (at(0), budget));
    assert!(ends["Completed"] > 0 && ends["Compensated"] > 0, "{ends:?}");
    assert!(states > 1_000, "{states}");
}

#[test]
fn waits_grow_up_to_the_longest_and_are_the_same_each_time() {
    let retry = Retry { first: Duration::from_secs(2), factor: 2, longest: Duration::from_secs(30), attempts: None };
    let id = command_id(process_uuid(), "seat", Kind::Do);
    let waits: Vec<i64> = (1..=8).map(|attempt| retry.wait(id, attempt).num_milliseconds()).collect();
    for (wait, base) in waits.iter().zip([2, 4, 8, 16, 30, 30, 30, 30]) {
        assert!((base * 750..=base * 1250).contains(wait), "{waits:?}");
    }
    assert_eq!(waits, (1..=8).map(|attempt| retry.wait(id, attempt).num_milliseconds()).collect::<Vec<_>>());
    assert!(retry.wait(id, u32::MAX) <= TimeDelta::milliseconds(37_500));
}

#[test]
fn ids_of_commands_are_version_5_and_do_not_count_attempts() {
    let id = command_id(process_uuid(), "seat", Kind::Do);
    assert_eq!(id.get_version_num(), 5);
    assert_eq!(id.to_string(), "3a6b8833-9d54-5cb4-9011-dbb60b80d302");
    assert_ne!(id, command_id(process_uuid(), "seat", Kind::Undo));
    assert_ne!(id, command_id(uuid::Uuid::from_u128(2), "seat", Kind::Do));
}

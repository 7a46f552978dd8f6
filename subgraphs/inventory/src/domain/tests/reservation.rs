//! One reservation: every request has an answer, the same each time, in whatever order requests come.

use super::{item, reservation, variant, warehouse};
use crate::domain::{
    Asked, Made, RefusalReason, RefusedLine, Reservation, ReservationCommand, ReservationEvent, ReservedLine, Standing,
    reservation_event::{CommitRefusal, CommitRefused, Ended, Extended, ExtensionRefusal, ExtensionRefused, Refused},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::testing::given;
use uuid::Uuid;

fn asked(command: u128) -> Asked {
    Asked { reservation: reservation(1), order: "order_1".to_owned(), command: Uuid::from_u128(command) }
}

fn later() -> DateTime<Utc> {
    "2026-01-02T03:19:05Z".parse().unwrap()
}

fn lines() -> Vec<ReservedLine> {
    vec![ReservedLine {
        line_id: "line_1".to_owned(),
        variant_id: variant(1),
        warehouse_id: warehouse(1),
        stock_item_id: item(1),
        quantity: 2,
    }]
}

fn make() -> ReservationCommand {
    ReservationCommand::Make { asked: asked(1), lines: lines(), expires_at: later() }
}

fn made() -> ReservationEvent {
    ReservationEvent::Made(Made {
        order_id: "order_1".to_owned(),
        command_id: Uuid::from_u128(1),
        reservation_id: reservation(1),
        lines: lines(),
        expires_at: later(),
    })
}

fn refused(reason: RefusalReason, lines: Vec<RefusedLine>) -> ReservationEvent {
    let (order_id, command_id) = ("order_1".to_owned(), Uuid::from_u128(1));
    ReservationEvent::Refused(Refused { order_id, command_id, reason, lines })
}

fn ended(command: u128, lines: Vec<ReservedLine>) -> Ended {
    let (order_id, command_id) = ("order_1".to_owned(), Uuid::from_u128(command));
    Ended { order_id, command_id, reservation_id: reservation(1), lines }
}

fn commit_refused(reason: CommitRefusal) -> ReservationEvent {
    let (order_id, command_id) = ("order_1".to_owned(), Uuid::from_u128(3));
    ReservationEvent::CommitRefused(CommitRefused { order_id, command_id, reason })
}

fn short() -> Vec<RefusedLine> {
    vec![RefusedLine { line_id: "line_1".to_owned(), variant_id: variant(1), available: 1 }]
}

const RELEASE: fn() -> ReservationCommand = || ReservationCommand::Release { asked: asked(2) };
const COMMIT: fn() -> ReservationCommand = || ReservationCommand::Commit { asked: asked(3) };

#[test]
fn it_is_made_once_and_answered_again() {
    let state = given::<Reservation>([]).when(make()).then([made()]);
    assert_eq!((state.standing(), state.lines()), (&Standing::Held, &lines()[..]));
    let other = ReservationCommand::Make { asked: asked(1), lines: Vec::new(), expires_at: DateTime::UNIX_EPOCH };
    let state = given::<Reservation>([made()]).when(other).then([made()]);
    assert_eq!(state.lines(), lines());
    given::<Reservation>([made(), ReservationEvent::Committed(ended(3, lines()))]).when(make()).then([made()]);
}

#[test]
fn a_refusal_is_given_again_whatever_there_is_by_then() {
    let refuse = ReservationCommand::Refuse { asked: asked(1), reason: RefusalReason::OutOfStock, lines: short() };
    let answer = refused(RefusalReason::OutOfStock, short());
    given::<Reservation>([]).when(refuse).then([answer.clone()]);
    let state = given::<Reservation>([answer.clone()]).when(make()).then([answer]);
    assert_eq!(state.standing(), &Standing::Refused);
}

#[test]
fn an_undo_ends_it_and_is_answered_again() {
    let released = ReservationEvent::Released(ended(2, lines()));
    let state = given::<Reservation>([made()]).when(RELEASE()).then([released.clone()]);
    assert_eq!((state.standing(), state.lines()), (&Standing::Released, &[][..]));
    given::<Reservation>([made(), released.clone()]).when(RELEASE()).then([released.clone()]);
    // An order that was confirmed is undone as well.
    given::<Reservation>([made(), ReservationEvent::Committed(ended(3, lines()))]).when(RELEASE()).then([released]);
    // What is not held has nothing to give back.
    let nothing = || ReservationEvent::Released(ended(2, Vec::new()));
    given::<Reservation>([made(), ReservationEvent::Expired(ended(1, lines()))]).when(RELEASE()).then([nothing()]);
    given::<Reservation>([refused(RefusalReason::OutOfStock, short())]).when(RELEASE()).then([nothing()]);
}

#[test]
fn an_undo_that_comes_first_refuses_the_late_request() {
    let released = ReservationEvent::Released(ended(2, Vec::new()));
    given::<Reservation>([]).when(RELEASE()).then([released.clone()]);
    let late = refused(RefusalReason::Undone, Vec::new());
    let state = given::<Reservation>([released.clone()]).when(make()).then([late.clone()]);
    assert_eq!(state.standing(), &Standing::Released);
    given::<Reservation>([released, late.clone()]).when(make()).then([late]);
}

#[test]
fn commit_and_expiry_race_and_one_wins() {
    let committed = ReservationEvent::Committed(ended(3, lines()));
    given::<Reservation>([made()]).when(COMMIT()).then([committed.clone()]);
    given::<Reservation>([made(), committed.clone()]).when(COMMIT()).then([committed.clone()]);
    given::<Reservation>([made(), committed]).when(ReservationCommand::Expire).then([]);
    let expired = ReservationEvent::Expired(ended(1, lines()));
    given::<Reservation>([made()]).when(ReservationCommand::Expire).then([expired.clone()]);
    given::<Reservation>([made(), expired.clone()]).when(COMMIT()).then([commit_refused(CommitRefusal::Expired)]);
    // The request that made it learns that it is over.
    given::<Reservation>([made(), expired.clone()]).when(make()).then([expired]);
}

#[test]
fn what_is_not_held_is_not_committed() {
    given::<Reservation>([]).when(COMMIT()).then([commit_refused(CommitRefusal::Unknown)]);
    let answer = refused(RefusalReason::OutOfStock, short());
    given::<Reservation>([answer]).when(COMMIT()).then([commit_refused(CommitRefusal::Unknown)]);
    let released = ReservationEvent::Released(ended(2, lines()));
    given::<Reservation>([made(), released]).when(COMMIT()).then([commit_refused(CommitRefusal::Released)]);
    // And a commit that was refused changes nothing.
    given::<Reservation>([commit_refused(CommitRefusal::Unknown)]).when(make()).then([made()]);
}

fn extend(command: u128, minutes: i64) -> ReservationCommand {
    ReservationCommand::Extend { asked: asked(command), until: later() + TimeDelta::minutes(minutes) }
}

fn extended(command: u128, minutes: i64) -> ReservationEvent {
    let (order_id, command_id) = ("order_1".to_owned(), Uuid::from_u128(command));
    let expires_at = later() + TimeDelta::minutes(minutes);
    ReservationEvent::Extended(Extended { order_id, command_id, reservation_id: reservation(1), expires_at })
}

fn not_extended(command: u128, reason: ExtensionRefusal) -> ReservationEvent {
    let (order_id, command_id) = ("order_1".to_owned(), Uuid::from_u128(command));
    ReservationEvent::ExtensionRefused(ExtensionRefused { order_id, command_id, reason })
}

#[test]
fn a_hold_is_made_longer_twice_and_never_shorter() {
    let state = given::<Reservation>([made()]).when(extend(4, 15)).then([extended(4, 15)]);
    assert_eq!(state.expires_at(), Some(later() + TimeDelta::minutes(15)));
    // The same request again, and one that would make it shorter.
    let once = [made(), extended(4, 15)];
    let state = given::<Reservation>(once.clone()).when(extend(4, 30)).then([extended(4, 15)]);
    assert_eq!(state.expires_at(), Some(later() + TimeDelta::minutes(15)));
    given::<Reservation>(once).when(extend(5, -60)).then([extended(5, 15)]);
    let twice = [made(), extended(4, 15), extended(5, 30)];
    let state =
        given::<Reservation>(twice.clone()).when(extend(6, 45)).then([not_extended(6, ExtensionRefusal::TooOften)]);
    assert_eq!(state.expires_at(), Some(later() + TimeDelta::minutes(30)));
    given::<Reservation>(twice).when(extend(5, 45)).then([extended(5, 30)]);
}

#[test]
fn what_is_not_held_is_not_made_longer() {
    let refused_first = refused(RefusalReason::OutOfStock, short());
    let cases = [
        (vec![], ExtensionRefusal::Unknown),
        (vec![refused_first], ExtensionRefusal::Unknown),
        (vec![made(), ReservationEvent::Expired(ended(1, lines()))], ExtensionRefusal::Expired),
        (vec![made(), ReservationEvent::Released(ended(2, lines()))], ExtensionRefusal::Released),
        (vec![made(), ReservationEvent::Committed(ended(3, lines()))], ExtensionRefusal::Committed),
    ];
    for (before, reason) in cases {
        let state = given::<Reservation>(before).when(extend(4, 15)).then([not_extended(4, reason)]);
        assert_eq!(state.expires_at(), None);
    }
}

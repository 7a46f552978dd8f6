//! One stock item: what it allows, and that no order of commands breaks what is promised.

use super::{reservation, variant, warehouse};
use crate::domain::{
    AdjustmentReason, HoldOf, QUANTITY_MAX, ReceiptReason, ReleasedFrom, StockAction, StockCommand, StockItem,
    StockItemEvent, StockKey, StockRefusal,
    stock_event::{Adjusted, Counted, Dispatched, HoldEnded, Received, Released, Reserved},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Aggregate as _, testing::given};

fn command(action: StockAction) -> StockCommand {
    StockCommand { key: StockKey { variant: variant(1), warehouse: warehouse(2) }, action }
}

fn hold(number: u128) -> HoldOf {
    HoldOf { reservation: reservation(number), order: format!("order_{number}") }
}

fn later() -> DateTime<Utc> {
    "2026-01-02T03:19:05Z".parse().unwrap()
}

fn receive(quantity: i64) -> StockAction {
    StockAction::Receive { quantity, reason: ReceiptReason::Delivery, reference: None }
}

fn adjust(change: i64) -> StockAction {
    StockAction::Adjust { change, reason: AdjustmentReason::Damaged, reference: Some("broken".to_owned()) }
}

fn reserve(number: u128, quantity: i64) -> StockAction {
    StockAction::Reserve { hold: hold(number), quantity, expires_at: later() }
}

fn received(quantity: i64) -> StockItemEvent {
    let (variant_id, warehouse_id, reason) = (variant(1), warehouse(2), ReceiptReason::Delivery);
    StockItemEvent::Received(Received { variant_id, warehouse_id, quantity, reason, reference: None })
}

fn adjusted(change: i64) -> StockItemEvent {
    StockItemEvent::Adjusted(Adjusted {
        variant_id: variant(1),
        warehouse_id: warehouse(2),
        change,
        reason: AdjustmentReason::Damaged,
        reference: Some("broken".to_owned()),
    })
}

fn counted(counted: i64, change: i64) -> StockItemEvent {
    StockItemEvent::Counted(Counted { variant_id: variant(1), warehouse_id: warehouse(2), counted, change })
}

fn reserved(number: u128, quantity: i64) -> StockItemEvent {
    StockItemEvent::Reserved(Reserved {
        variant_id: variant(1),
        warehouse_id: warehouse(2),
        reservation_id: reservation(number),
        order_id: format!("order_{number}"),
        quantity,
        expires_at: later(),
    })
}

fn ended(number: u128, quantity: i64) -> HoldEnded {
    HoldEnded {
        variant_id: variant(1),
        warehouse_id: warehouse(2),
        reservation_id: reservation(number),
        order_id: format!("order_{number}"),
        quantity,
    }
}

fn released(number: u128, quantity: i64, from: ReleasedFrom) -> StockItemEvent {
    let HoldEnded { variant_id, warehouse_id, reservation_id, order_id, quantity } = ended(number, quantity);
    StockItemEvent::Released(Released { variant_id, warehouse_id, reservation_id, order_id, quantity, from })
}

fn dispatched(number: u128, quantity: i64) -> StockItemEvent {
    let HoldEnded { variant_id, warehouse_id, reservation_id, order_id, quantity } = ended(number, quantity);
    let shipment_id = "shipment_1".to_owned();
    StockItemEvent::Dispatched(Dispatched { variant_id, warehouse_id, reservation_id, order_id, shipment_id, quantity })
}

fn dispatch(number: u128, quantity: i64) -> StockAction {
    StockAction::Dispatch { hold: hold(number), shipment: "shipment_1".to_owned(), quantity }
}

/// On hand, held, committed.
fn numbers(item: &StockItem) -> (i64, i64, i64) {
    (item.on_hand(), item.held(), item.committed())
}

#[test]
fn what_is_received_is_on_hand() {
    let item = given::<StockItem>([received(5)]).when(command(receive(3))).then([received(3)]);
    assert_eq!((numbers(&item), item.available()), ((8, 0, 0), 8));
}

#[test]
fn quantities_are_numbers_of_units() {
    for (quantity, refusal) in [
        (0, StockRefusal::QuantityZero),
        (-1, StockRefusal::NegativeQuantity),
        (i64::MIN, StockRefusal::NegativeQuantity),
        (QUANTITY_MAX + 1, StockRefusal::QuantityTooLarge),
        (i64::MAX, StockRefusal::QuantityTooLarge),
    ] {
        given::<StockItem>([]).when(command(receive(quantity))).then_refused(refusal.clone());
        given::<StockItem>([received(9)]).when(command(reserve(1, quantity))).then_refused(refusal);
    }
    given::<StockItem>([received(1)]).when(command(receive(QUANTITY_MAX))).then_refused(StockRefusal::QuantityTooLarge);
    given::<StockItem>([]).when(command(adjust(0))).then_refused(StockRefusal::QuantityZero);
    given::<StockItem>([received(1)]).when(command(adjust(i64::MAX))).then_refused(StockRefusal::QuantityTooLarge);
    let refused = StockRefusal::NegativeQuantity;
    given::<StockItem>([]).when(command(StockAction::Count { counted: -1 })).then_refused(refused);
}

#[test]
fn corrections_leave_what_is_held() {
    let before = || given::<StockItem>([received(5), reserved(1, 3)]);
    let item = before().when(command(adjust(-2))).then([adjusted(-2)]);
    assert_eq!(numbers(&item), (3, 3, 0));
    before().when(command(adjust(-3))).then_refused(StockRefusal::BelowReserved { held: 3, awaiting: 0 });
    before().when(command(adjust(i64::MIN))).then_refused(StockRefusal::BelowReserved { held: 3, awaiting: 0 });
    let item = before().when(command(StockAction::Count { counted: 3 })).then([counted(3, -2)]);
    assert_eq!(item.available(), 0);
    let count = StockAction::Count { counted: 2 };
    before().when(command(count)).then_refused(StockRefusal::BelowReserved { held: 3, awaiting: 0 });
    before().when(command(StockAction::Count { counted: 5 })).then([counted(5, 0)]);
}

#[test]
fn units_are_held_for_one_order_only() {
    let item = given::<StockItem>([received(5)]).when(command(reserve(1, 4))).then([reserved(1, 4)]);
    assert_eq!((numbers(&item), item.available()), ((5, 4, 0), 1));
    let before = || given::<StockItem>([received(5), reserved(1, 4)]);
    before().when(command(reserve(2, 2))).then_refused(StockRefusal::OutOfStock { available: 1 });
    before().when(command(reserve(1, 1))).then_refused(StockRefusal::HeldAlready);
}

#[test]
fn a_hold_ends_once() {
    let before = || given::<StockItem>([received(5), reserved(1, 4), reserved(2, 1)]);
    let item =
        before().when(command(StockAction::Release { hold: hold(1) })).then([released(1, 4, ReleasedFrom::Held)]);
    assert_eq!(numbers(&item), (5, 1, 0));
    let item =
        before().when(command(StockAction::Expire { hold: hold(1) })).then([StockItemEvent::Expired(ended(1, 4))]);
    assert_eq!(numbers(&item), (5, 1, 0));
    let item =
        before().when(command(StockAction::Commit { hold: hold(1) })).then([StockItemEvent::Committed(ended(1, 4))]);
    assert_eq!(numbers(&item), (1, 1, 4));
    let after = || given::<StockItem>([received(5), reserved(1, 4), StockItemEvent::Committed(ended(1, 4))]);
    for action in [
        StockAction::Release { hold: hold(1) },
        StockAction::Expire { hold: hold(1) },
        StockAction::Commit { hold: hold(1) },
    ] {
        after().when(command(action)).then_refused(StockRefusal::NoHold);
    }
}

#[test]
fn what_was_committed_can_be_taken_back() {
    let before = || given::<StockItem>([received(5), reserved(1, 4), StockItemEvent::Committed(ended(1, 4))]);
    let restore = |quantity| command(StockAction::Restore { hold: hold(1), quantity });
    let item = before().when(restore(4)).then([released(1, 4, ReleasedFrom::Committed)]);
    assert_eq!(numbers(&item), (5, 0, 0));
    before().when(restore(5)).then_refused(StockRefusal::NoHold);
}

#[test]
fn what_was_sold_is_counted_until_it_leaves() {
    let sold =
        || given::<StockItem>([received(9), reserved(1, 4), StockItemEvent::Committed(ended(1, 4)), reserved(2, 2)]);
    let count = |counted| command(StockAction::Count { counted });
    // Nine lie there, of which four are sold.
    let item = sold().when(count(9)).then([counted(9, 0)]);
    assert_eq!((numbers(&item), item.awaiting_dispatch()), ((5, 2, 4), 4));
    sold().when(count(7)).then([counted(7, -2)]);
    sold().when(count(5)).then_refused(StockRefusal::BelowReserved { held: 2, awaiting: 4 });
    let item = sold().when(command(dispatch(1, 3))).then([dispatched(1, 3)]);
    assert_eq!((numbers(&item), item.awaiting_dispatch()), ((5, 2, 4), 1));
    let left = || {
        let events = [received(9), reserved(1, 4), StockItemEvent::Committed(ended(1, 4)), dispatched(1, 3)];
        given::<StockItem>(events)
    };
    left().when(count(6)).then([counted(6, 0)]);
    left().when(count(0)).then_refused(StockRefusal::BelowReserved { held: 0, awaiting: 1 });
    // Never more leave than are awaited, and what has left is not taken back.
    let item = left().when(command(dispatch(1, 3))).then([dispatched(1, 1)]);
    assert_eq!(item.decide(command(dispatch(1, 1))), Ok(Vec::new()));
    left().when(command(dispatch(1, 0))).then_refused(StockRefusal::QuantityZero);
    left().when(command(dispatch(1, -1))).then_refused(StockRefusal::NegativeQuantity);
    left().when(command(StockAction::Restore { hold: hold(1), quantity: 2 })).then_refused(StockRefusal::NoHold);
    let item = left().when(command(StockAction::Restore { hold: hold(1), quantity: 1 })).then([released(
        1,
        1,
        ReleasedFrom::Committed,
    )]);
    assert_eq!((numbers(&item), item.awaiting_dispatch()), ((6, 0, 3), 0));
}

/// Any action, mostly with numbers that are near the limits of the state.
fn any_action(random: &mut fastrand::Rng) -> StockAction {
    let (number, quantity) = (random.u128(1..6), random.i64(-1..8));
    match random.u8(0..9) {
        0 => receive(quantity),
        1 => adjust(random.i64(-8..8)),
        2 => StockAction::Count { counted: quantity },
        3 => StockAction::Release { hold: hold(number) },
        4 => StockAction::Expire { hold: hold(number) },
        5 => StockAction::Commit { hold: hold(number) },
        7 => dispatch(number, quantity),
        6 => StockAction::Restore { hold: hold(number), quantity },
        _ => reserve(number, quantity),
    }
}

#[test]
fn no_order_of_commands_sells_what_is_not_there() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut item, mut decided) = (StockItem::default(), 0);
        for _ in 0..200 {
            let Ok(events) = item.decide(command(any_action(&mut random))) else { continue };
            for event in events {
                item.evolve(&event);
                decided += 1;
                assert!(0 <= item.held() && item.held() <= item.on_hand(), "seed {seed}: {item:?}");
                let awaiting = item.awaiting_dispatch();
                assert!(0 <= awaiting && awaiting <= item.committed(), "seed {seed}: {item:?}");
            }
        }
        assert!(decided > 20, "seed {seed}: only {decided} events");
        // Once every hold has ended, nothing is lost: what is here and what was sold is what came in.
        for number in 1..6 {
            let Ok(events) = item.decide(command(StockAction::Release { hold: hold(number) })) else { continue };
            events.iter().for_each(|event| item.evolve(event));
        }
        assert_eq!((item.held(), item.available()), (0, item.on_hand()), "seed {seed}");
    }
}

#[test]
fn a_snapshot_is_the_fold() {
    let events = [received(5), reserved(1, 4), reserved(2, 1), StockItemEvent::Committed(ended(1, 4)), adjusted(2)];
    let item: StockItem = hansa_event_sourcing::folded(&events);
    let kept = serde_json::to_value(&item).unwrap();
    assert_eq!(serde_json::from_value::<StockItem>(kept).unwrap(), item);
}

//! Placings against participants that answer as they are told: every way there is, restarts between any two messages, timers.

use super::world::{World, buyer, read_placement};
use crate::{domain::ids::OrderId, order_store::placement_of};
use chrono::TimeDelta;
use serde_json::json;

/// What is asked, and its answer, until the order is confirmed.
pub(super) const UNTIL_CONFIRMED: [(&str, &str); 3] = [
    ("reservation_requested", "reservation.made"),
    ("authorisation_requested", "payment.authorised"),
    ("planning_requested", "shipping_plan.made"),
];
pub(super) const AFTER_CONFIRMED: [(&str, &str); 2] =
    [("reservation_commit_requested", "reservation.committed"), ("capture_requested", "payment.captured")];

const UNDONE: [(&str, &str); 3] = [
    ("planning_cancellation_requested", "shipping_plan.cancelled"),
    ("void_requested", "payment.voided"),
    ("reservation_release_requested", "reservation.released"),
];

/// What a buyer's cancellation asks for first.
const WITHDRAWN: (&str, &str) = ("planning_withdrawal_requested", "shipping_plan.cancelled");

async fn timeline(world: &World, order: OrderId) -> Vec<String> {
    let query = "query($id: ID!) { orderTimeline(id: $id, first: 100) { nodes { type text at } } }";
    let answer = world.ask(&buyer(), query, json!({ "id": order.to_string() })).await;
    let nodes = answer["data"]["orderTimeline"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    nodes.iter().map(|node| node["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_order_goes_from_placed_to_paid() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 2), (2, 1)]).await;
    assert_eq!(world.status(order).await, "PENDING");
    let reservation = world.request(order, "reservation_requested").await.unwrap();
    assert_eq!((&reservation["holdSeconds"], reservation["lines"].as_array().unwrap().len()), (&json!(900), 2));
    for (index, step) in UNTIL_CONFIRMED.into_iter().enumerate() {
        world.answer(order, step, None).await;
        assert_eq!(world.status(order).await, if index == 2 { "CONFIRMED" } else { "PENDING" });
    }
    let planning = world.request(order, "planning_requested").await.unwrap();
    assert_eq!(planning["lines"][0]["weightGrams"], 300);
    let authorisation = world.request(order, "authorisation_requested").await.unwrap();
    // 3 × 12.50 and 900 g.
    assert_eq!(authorisation["amount"], json!({ "minor_units": 3750 + 490 + 180, "currency": "EUR" }));
    for step in AFTER_CONFIRMED {
        world.answer(order, step, None).await;
    }
    assert_eq!(world.placing(order).await.last().unwrap(), "completed");
    assert_eq!(timeline(&world, order).await, ["PLACED", "CONFIRMED", "PAYMENT_CAPTURED"]);
    // Order and placing share a lane, and everything is of one process.
    let all = [world.events(&order.to_string()).await, world.events(&placement_of(order)).await].concat();
    assert!(all.iter().all(|event| event.correlation_id == Some(order.uuid())), "{all:?}");
}

#[tokio::test]
async fn each_refusal_rejects_the_order_and_undoes_what_was_done() {
    let world = World::new().await;
    let cases = [
        ("reservation.refused", "OUT_OF_STOCK", "REJECTED OUT_OF_STOCK", 0),
        ("payment.declined", "CARD_EXPIRED", "REJECTED PAYMENT_DECLINED", 1),
        ("shipping_plan.refused", "UNKNOWN_ADDRESS", "REJECTED NOT_DELIVERABLE", 2),
    ];
    for (answer, reason, status, before) in cases {
        let order = world.place(&buyer(), &[(1, 1)]).await;
        for step in &UNTIL_CONFIRMED[..before] {
            world.answer(order, *step, None).await;
        }
        world.answer(order, (UNTIL_CONFIRMED[before].0, answer), Some(reason)).await;
        assert_eq!(world.status(order).await, status);
        for undo in &UNDONE[3 - before..] {
            assert_ne!(world.placing(order).await.last().unwrap(), "compensated");
            world.answer(order, *undo, None).await;
        }
        assert_eq!(world.placing(order).await.last().unwrap(), "compensated");
    }
}

#[tokio::test]
async fn a_process_that_is_killed_between_any_two_messages_goes_on() {
    let mut world = World::new().await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    for step in UNTIL_CONFIRMED.into_iter().chain(AFTER_CONFIRMED) {
        world = world.restarted().await;
        world.answer(order, step, None).await;
    }
    world = world.restarted().await;
    world.drained().await;
    assert_eq!(world.status(order).await, "CONFIRMED");
    assert_eq!(world.placing(order).await.last().unwrap(), "completed");
}

#[tokio::test]
async fn answers_that_come_again_change_nothing() {
    let world = World::new().await;
    let order = world.completed(&buyer(), &[(1, 1)]).await;
    let before = world.placing(order).await;
    for step in UNTIL_CONFIRMED.into_iter().chain(AFTER_CONFIRMED) {
        world.answer(order, step, None).await;
    }
    assert_eq!(world.placing(order).await, before);
}

#[tokio::test]
async fn silence_is_met_with_the_same_request_and_then_given_up() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    let first = world.request(order, "reservation_requested").await.unwrap();
    world.advance(TimeDelta::seconds(20));
    world.drained().await;
    let second = world.request(order, "reservation_requested").await.unwrap();
    assert_eq!((&second["attempt"], &second["commandId"]), (&json!(2), &first["commandId"]));
    // The timer survives the process that set it.
    let world = world.restarted().await;
    world.advance(TimeDelta::minutes(5));
    world.drained().await;
    assert_eq!(world.status(order).await, "REJECTED TIMED_OUT");
    assert_eq!(world.placing(order).await.last().unwrap(), "reservation_release_requested");
    let undo = world.request(order, "reservation_release_requested").await.unwrap();
    assert_eq!(undo["undoes"], first["commandId"]);
    // The reservation was made after all; its undo settles it.
    world.answer(order, UNTIL_CONFIRMED[0], None).await;
    world.answer(order, UNDONE[2], None).await;
    assert_eq!(world.placing(order).await.last().unwrap(), "compensated");
    assert_eq!(world.status(order).await, "REJECTED TIMED_OUT");
}

#[tokio::test]
async fn an_unknown_payment_is_under_review_until_it_is_known_or_given_up() {
    let world = World::new().await;
    let [known, unresolved] = [world.place(&buyer(), &[(1, 1)]).await, world.place(&buyer(), &[(2, 1)]).await];
    for order in [known, unresolved] {
        world.answer(order, UNTIL_CONFIRMED[0], None).await;
        world.answer(order, ("authorisation_requested", "payment.outcome_unknown"), None).await;
        assert_eq!(world.status(order).await, "PAYMENT_REVIEW");
    }
    world.advance(TimeDelta::minutes(6));
    world.drained().await;
    world.answer(known, UNTIL_CONFIRMED[1], None).await;
    world.answer(known, UNTIL_CONFIRMED[2], None).await;
    assert_eq!(world.status(known).await, "CONFIRMED");
    assert_eq!(world.status(unresolved).await, "PAYMENT_REVIEW");
    world.advance(TimeDelta::minutes(4));
    world.drained().await;
    assert_eq!(world.status(unresolved).await, "REJECTED PAYMENT_UNRESOLVED");
    assert_eq!(world.placing(unresolved).await.last().unwrap(), "void_requested");
    // Nobody asked for the money a second time.
    let asked = world.placing(unresolved).await.into_iter().filter(|name| name == "authorisation_requested").count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_hold_that_was_lost_is_made_again_once() {
    let world = World::new().await;
    let commit = ("reservation_commit_requested", "reservation.commit_refused");
    let [lucky, unlucky] = [world.confirmed(&buyer(), &[(1, 1)]).await, world.confirmed(&buyer(), &[(2, 1)]).await];
    world.answer(lucky, commit, Some("EXPIRED")).await;
    world.answer(lucky, UNTIL_CONFIRMED[0], None).await;
    for step in AFTER_CONFIRMED {
        world.answer(lucky, step, None).await;
    }
    assert_eq!(world.status(lucky).await, "CONFIRMED");
    assert_eq!(world.placing(lucky).await.last().unwrap(), "completed");
    world.answer(unlucky, commit, Some("EXPIRED")).await;
    world.answer(unlucky, ("reservation_requested", "reservation.refused"), Some("OUT_OF_STOCK")).await;
    assert_eq!(world.status(unlucky).await, "CANCELLING OUT_OF_STOCK");
    for undo in UNDONE {
        world.answer(unlucky, undo, None).await;
    }
    assert_eq!(world.status(unlucky).await, "CANCELLED OUT_OF_STOCK");
    // Before the confirmation, inventory's word for it is enough.
    let early = world.place(&buyer(), &[(3, 1)]).await;
    world.answer(early, UNTIL_CONFIRMED[0], None).await;
    world.answer(early, ("reservation_requested", "reservation.expired"), None).await;
    world.answer(early, UNTIL_CONFIRMED[1], None).await;
    world.answer(early, UNTIL_CONFIRMED[2], None).await;
    assert_eq!(world.status(early).await, "PENDING");
    world.answer(early, UNTIL_CONFIRMED[0], None).await;
    assert_eq!(world.status(early).await, "CONFIRMED");
}

#[tokio::test]
async fn a_capture_is_asked_for_until_it_is_answered_and_a_refused_one_undoes_the_order() {
    let world = World::new().await;
    let order = world.confirmed(&buyer(), &[(1, 1)]).await;
    world.answer(order, AFTER_CONFIRMED[0], None).await;
    for _ in 0..30 {
        world.advance(TimeDelta::minutes(13));
        world.drained().await;
    }
    let events = world.events(&placement_of(order)).await;
    let attempts: Vec<u32> =
        events.iter().map(read_placement).filter_map(|event| Some(event.requested()?.attempt)).collect();
    assert!(attempts.iter().max().unwrap() >= &30, "{attempts:?}");
    assert_eq!(world.status(order).await, "CONFIRMED");
    world.answer(order, ("capture_requested", "payment.capture_failed"), Some("NO_FUNDS")).await;
    for undo in UNDONE {
        world.answer(order, undo, None).await;
    }
    assert_eq!(world.status(order).await, "CANCELLED PAYMENT_FAILED");
}

#[tokio::test]
async fn a_capture_that_is_refused_after_the_delivery_leaves_the_order_to_people_and_holds_up_nobody() {
    let world = World::new().await;
    let failed = ("capture_requested", "payment.capture_failed");
    for (event_type, then) in [("delivered", "FULFILLED"), ("dispatched", "CONFIRMED")] {
        let gone = world.confirmed(&buyer(), &[(1, 2), (2, 1)]).await;
        let other = world.confirmed(&buyer(), &[(3, 1)]).await;
        for order in [gone, other] {
            world.answer(order, AFTER_CONFIRMED[0], None).await;
        }
        for tenant in [1, 2] {
            world.ship(gone, (tenant, event_type)).await;
        }
        assert_eq!(world.status(gone).await, then);
        world.answer(gone, failed, Some("AUTHORISATION_EXPIRED")).await;
        assert_eq!(world.status(gone).await, "PAYMENT_REVIEW");
        let placing = world.placing(gone).await;
        assert_eq!(placing[placing.len() - 3..], ["dispatch_noted", "outcome_recorded", "left_for_review"]);
        // Payments says it again, and a day passes: there is nothing left to do.
        world.answer(gone, failed, Some("AUTHORISATION_EXPIRED")).await;
        world.advance(TimeDelta::days(1));
        world.drained().await;
        assert_eq!(world.placing(gone).await, placing);
        assert_eq!(timeline(&world, gone).await.last().unwrap(), "PAYMENT_REVIEW");
        // Another order's answers are heard as ever.
        world.answer(other, AFTER_CONFIRMED[1], None).await;
        assert_eq!(world.placing(other).await.last().unwrap(), "completed");
        let cancel = json!({ "id": gone.to_string(), "idempotencyKey": super::world::key(2 + then.len()) });
        let refused = world.change(&buyer(), super::world::CANCEL, cancel).await;
        assert_eq!(super::world::codes(&refused), ["DISPATCHED"], "{refused}");
        // The money is taken after all.
        world.answer(gone, AFTER_CONFIRMED[1], None).await;
        assert_eq!(world.status(gone).await, then);
    }
}

#[tokio::test]
async fn a_cancellation_takes_back_what_there_is() {
    let world = World::new().await;
    let paid = world.completed(&buyer(), &[(1, 1)]).await;
    let input = json!({ "id": paid.to_string(), "idempotencyKey": super::world::key(1) });
    let payload = world.change(&buyer(), super::world::CANCEL, input.clone()).await;
    assert_eq!(payload["order"]["status"], "CANCELLING", "{payload}");
    let again = world.change(&buyer(), super::world::CANCEL, input).await;
    assert_eq!((&again["replayed"], &again["order"]["status"]), (&json!(true), &json!("CANCELLING")));
    assert_eq!(world.placing(paid).await.last().unwrap(), "planning_withdrawal_requested");
    world.answer(paid, WITHDRAWN, None).await;
    let refund = world.request(paid, "refund_requested").await.unwrap();
    assert_eq!(refund["amount"]["minor_units"], 1250 + 490 + 60);
    world.answer(paid, ("refund_requested", "payment.refunded"), None).await;
    world.answer(paid, UNDONE[2], None).await;
    assert_eq!(world.status(paid).await, "CANCELLED CANCELLED");
    let expected = ["PLACED", "CONFIRMED", "PAYMENT_CAPTURED", "CANCELLATION_REQUESTED", "CANCELLED"];
    assert_eq!(timeline(&world, paid).await, expected);
}

#[tokio::test]
async fn a_cancellation_that_races_a_dispatch_ends_whole_or_not_at_all() {
    let world = World::new().await;
    for (number, paid) in [(3, true), (4, false)] {
        let order = match paid {
            true => world.completed(&buyer(), &[(1, 1)]).await,
            false => world.confirmed(&buyer(), &[(1, 1)]).await,
        };
        let cancel = |number: usize| json!({ "id": order.to_string(), "idempotencyKey": super::world::key(number) });
        let payload = world.change(&buyer(), super::world::CANCEL, cancel(number)).await;
        assert_eq!(payload["order"]["status"], "CANCELLING", "{payload}");
        // The parcel has left, and its event is still on its way.
        world.answer(order, (WITHDRAWN.0, "shipping_plan.cancellation_refused"), None).await;
        assert_eq!(world.status(order).await, "CONFIRMED");
        for undo in ["refund_requested", "void_requested", "reservation_release_requested"] {
            assert_eq!(world.request(order, undo).await, None);
        }
        let again = world.change(&buyer(), super::world::CANCEL, cancel(number + 10)).await;
        assert_eq!(super::world::codes(&again), ["DISPATCHED"], "{again}");
        if !paid {
            for step in AFTER_CONFIRMED {
                world.answer(order, step, None).await;
            }
        }
        assert_eq!(world.placing(order).await.last().unwrap(), "completed");
        world.ship(order, (1, "delivered")).await;
        assert_eq!(world.status(order).await, "FULFILLED");
        let told = timeline(&world, order).await;
        assert!(told.contains(&"CANCELLATION_REFUSED".to_owned()), "{told:?}");
    }
}

#[tokio::test]
async fn an_answer_with_another_content_stops_its_lane_and_nothing_is_lost() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    let host = crate::consumers::answers::PlacementHost {
        waiters: Default::default(),
        backlog: world.orders.workers().backlog(),
    };
    let bad = [json!({}), json!({ "orderId": "x", "commandId": "y" }), json!({ "orderId": order, "commandId": 7 })];
    for content in bad {
        let event = world.foreign(("reservation", "made"), "reservation_1", content);
        let received = hansa_messaging::ReceivedEvent { source: "inventory".to_owned(), lane: 0, position: 1, event };
        let error = hansa_saga::Host::correlate(&host, &received).unwrap_err();
        assert!(error.to_string().contains("inventory.reservation.made"), "{error}");
    }
    // Events of orders that nobody knows here are nobody's business.
    let content = json!({ "orderId": super::world::id::<crate::OrderKind>(99), "commandId": uuid::Uuid::nil() });
    world.hear("inventory", world.foreign(("reservation", "made"), "reservation_2", content)).await;
    world.drained().await;
    assert_eq!(world.status(order).await, "PENDING");
}

//! Shipments that their sellers cancel: nobody else would end their orders.

use super::{
    answers::{AFTER_CONFIRMED, UNTIL_CONFIRMED},
    world::{CANCEL, World, buyer, codes, key},
};
use crate::domain::ids::OrderId;
use serde_json::json;

const REFUNDED: [(&str, &str); 3] = [
    ("planning_withdrawal_requested", "shipping_plan.cancelled"),
    ("refund_requested", "payment.refunded"),
    ("reservation_release_requested", "reservation.released"),
];

/// Types and texts.
async fn timeline(world: &World, order: OrderId) -> Vec<(String, String)> {
    let query = "query($id: ID!) { orderTimeline(id: $id, first: 100) { nodes { type text } } }";
    let answer = world.ask(&buyer(), query, json!({ "id": order.to_string() })).await;
    let nodes = answer["data"]["orderTimeline"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    nodes.iter().map(|node| (text(&node["type"]), text(&node["text"]))).collect()
}

#[tokio::test]
async fn a_shipment_that_its_seller_cancels_ends_the_whole_order() {
    let world = World::new().await;
    let order = world.completed(&buyer(), &[(1, 2), (2, 1)]).await;
    world.ship(order, (1, "cancelled")).await;
    world.ship(order, (1, "cancelled")).await;
    assert_eq!(world.status(order).await, "CANCELLING CANCELLED");
    world.answer(order, REFUNDED[0], None).await;
    // Of the undoing of the plan, which cancels what is left of it.
    world.ship(order, (2, "cancelled")).await;
    let refund = world.request(order, "refund_requested").await.unwrap();
    assert_eq!(refund["amount"]["minor_units"], 3750 + 490 + 180, "all of it");
    for step in &REFUNDED[1..] {
        world.answer(order, *step, None).await;
    }
    assert_eq!(world.status(order).await, "CANCELLED CANCELLED");
    world.ship(order, (2, "cancelled")).await;
    let told = timeline(&world, order).await;
    let types: Vec<&str> = told.iter().map(|(event_type, _)| event_type.as_str()).collect();
    assert_eq!(types, ["PLACED", "CONFIRMED", "PAYMENT_CAPTURED", "CANCELLATION_REQUESTED", "CANCELLED"]);
    assert_eq!(told[3].1, "A seller cannot send its part: the whole order is undone.");
    assert_eq!(world.placing(order).await.iter().filter(|event| *event == "cancellation_noted").count(), 1);
}

/// The capture is under way: it is waited for, and refunded.
#[tokio::test]
async fn an_order_that_is_being_paid_ends_too() {
    let world = World::new().await;
    let order = world.confirmed(&buyer(), &[(1, 1)]).await;
    world.answer(order, AFTER_CONFIRMED[0], None).await;
    world.ship(order, (1, "cancelled")).await;
    assert_eq!(world.status(order).await, "CANCELLING CANCELLED");
    world.answer(order, AFTER_CONFIRMED[1], None).await;
    for step in REFUNDED {
        world.answer(order, step, None).await;
    }
    assert_eq!(world.status(order).await, "CANCELLED CANCELLED");
}

#[tokio::test]
async fn where_something_has_left_or_nothing_is_confirmed_the_order_stays() {
    let world = World::new().await;
    let left = world.completed(&buyer(), &[(1, 1), (2, 1)]).await;
    world.ship(left, (2, "dispatched")).await;
    world.ship(left, (1, "cancelled")).await;
    assert_eq!(world.status(left).await, "CONFIRMED");
    assert_eq!(world.placing(left).await.last().unwrap(), "completed");
    let early = world.place(&buyer(), &[(1, 1)]).await;
    world.answer(early, UNTIL_CONFIRMED[0], None).await;
    world.ship(early, (1, "cancelled")).await;
    assert_eq!(world.status(early).await, "PENDING");
    world.answer(early, ("authorisation_requested", "payment.declined"), Some("NO_FUNDS")).await;
    world.ship(early, (1, "cancelled")).await;
    assert_eq!(world.status(early).await, "REJECTED PAYMENT_DECLINED");
    // What the buyer has ended is undone already.
    let ended = world.completed(&buyer(), &[(1, 1)]).await;
    let input = json!({ "id": ended.to_string(), "idempotencyKey": key(1) });
    assert_eq!(codes(&world.change(&buyer(), CANCEL, input).await), [""; 0]);
    let before = world.placing(ended).await;
    world.ship(ended, (1, "cancelled")).await;
    assert_eq!(world.placing(ended).await, before);
    let told = timeline(&world, ended).await;
    assert_eq!(told.last().unwrap().1, "The buyer asked to cancel the order.");
}

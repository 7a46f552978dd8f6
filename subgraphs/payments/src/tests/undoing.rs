//! Undoing: what was done, what never was, and what comes after its undo.

use super::world::{World, authorisation, command, euros, order_id, void};
use serde_json::json;

#[tokio::test]
async fn what_is_authorised_is_voided() {
    let world = World::new().await;
    world.authorise(1, "sandbox_ok").await;
    world.ask_for("void_requested", void(1)).await;
    world.ask_for("void_requested", void(1)).await;
    let events = world.events(1).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["requested", "authorised", "voided", "voided"]);
    assert_eq!(events[2], events[3]);
    world.capture(1).await;
    assert_eq!(world.events(1).await.last().unwrap().content["reason"], "VOIDED");
}

#[tokio::test]
async fn what_comes_after_its_undo_is_refused() {
    let world = World::new().await;
    world.ask_for("void_requested", void(1)).await;
    assert_eq!(world.kinds(1).await, ["voided"]);
    world.authorise(1, "sandbox_ok").await;
    world.authorise(1, "sandbox_ok").await;
    let events = world.events(1).await;
    assert_eq!(events[1].content["reason"], "WITHDRAWN");
    assert_eq!(world.kinds(1).await, ["voided", "declined", "declined"]);
    assert_eq!(world.calls().await.len(), 0);
}

#[tokio::test]
async fn what_was_declined_needs_no_void() {
    let world = World::new().await;
    world.authorise(1, "sandbox_declined").await;
    world.ask_for("void_requested", void(1)).await;
    assert_eq!(world.kinds(1).await, ["requested", "declined", "voided"]);
    let payment = world.payment_of(1).await;
    let seen = world
        .ask(
            &hansa_subgraph_host::testing::user(50),
            "query($id: ID!) { payment(id: $id) { status reason } }",
            json!({ "id": payment }),
        )
        .await;
    assert_eq!(seen["data"]["payment"], json!({ "status": "DECLINED", "reason": "CARD_DECLINED" }));
}

#[tokio::test]
async fn what_is_captured_is_not_voided() {
    let world = World::new().await;
    world.paid(1).await;
    world.ask_for("void_requested", void(1)).await;
    let events = world.events(1).await;
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), &last.content["reason"]), ("void_failed", &json!("ALREADY_CAPTURED")));
}

fn undo_of_capture(order: u128) -> serde_json::Value {
    let (order_id, undoes) = (order_id(order), command(order, 2));
    let amount = euros(53_20);
    json!({
        "orderId": order_id, "commandId": command(order, 4), "amount": amount, "reason": "CANCELLED", "undoes": undoes,
    })
}

#[tokio::test]
async fn the_undo_of_a_capture_gives_everything_back() {
    let world = World::new().await;
    world.paid(1).await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    let events = world.events(1).await;
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), &last.content["amount"]), ("refunded", &json!(euros(53_20))));
}

#[tokio::test]
async fn the_undo_of_a_capture_that_never_came_gives_nothing_back_and_stops_it() {
    let world = World::new().await;
    world.authorise(1, "sandbox_ok").await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    world.capture(1).await;
    let events = world.events(1).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["requested", "authorised", "refunded", "capture_failed"]);
    assert_eq!(events[2].content["amount"], json!(euros(0)));
    assert_eq!(events[3].content["reason"], "WITHDRAWN");
    assert_eq!(world.calls().await.len(), 1);
}

#[tokio::test]
async fn the_undo_of_a_capture_that_failed_gives_nothing_back() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_capture_declined").await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    assert_eq!(world.events(1).await.last().unwrap().content["amount"], json!(euros(0)));
}

#[tokio::test]
async fn the_undo_of_a_capture_waits_for_its_outcome() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_capture_unknown").await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
    world.after(6).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured", "refunded"]);
    assert_eq!(world.events(1).await[3].content["amount"], json!(euros(53_20)));
}

/// The consumer stops before what it cannot understand: an operator has to look.
#[tokio::test]
async fn what_contradicts_itself_is_not_handled() {
    let world = World::new().await;
    world.authorise(1, "sandbox_ok").await;
    let cases = [
        // The command is another order's.
        ("authorisation_requested", {
            let mut one = authorisation(2, "sandbox_ok");
            one["commandId"] = json!(command(1, 1));
            one
        }),
        // The command is an authorisation.
        ("capture_requested", json!({ "orderId": order_id(1), "commandId": command(1, 1) })),
        // What it undoes is no authorisation.
        ("void_requested", json!({ "orderId": order_id(1), "commandId": command(1, 7) })),
        ("refund_requested", json!({ "orderId": order_id(1), "commandId": "7", "amount": euros(1) })),
        ("authorisation_requested", json!({ "orderId": "order_1", "commandId": command(1, 8) })),
    ];
    for (event_type, content) in cases {
        let refused = world.handle_alone(event_type, content.clone()).await;
        assert!(refused.is_err(), "{event_type} {content}");
    }
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
}

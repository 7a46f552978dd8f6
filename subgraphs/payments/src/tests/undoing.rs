//! Undoing: what was done, what never was, and what comes after its undo.

use super::{
    ledger::{accounts, check},
    stripe::with_webhooks,
    world::{World, authorisation, codes, command, euros, order_id, refund, void},
};
use crate::OperationKind;
use hansa_subgraph_host::testing::{member, scopes_of, tenant_id};
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

const REFUND: &str = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { userErrors { code } } }";

/// Staff gives some of it back.
async fn staff_refunds(world: &World, amount: &str) {
    let platform = member(9, tenant_id(900), &["ADMIN"], &scopes_of("PLATFORM", "ADMIN"));
    let back = json!({
        "paymentId": world.payment_of(1).await, "reason": "scratched", "idempotencyKey": format!("staff-refunds-{amount}"),
        "amount": { "amount": amount, "currencyCode": "EUR" },
    });
    assert_eq!(codes(&world.change(&platform, REFUND, back).await), [""; 0]);
    world.drained().await;
}

/// What was told after the capture: the type, and of refunds the minor units too.
async fn told(world: &World) -> Vec<(String, i64)> {
    let events = world.events(1).await.into_iter().skip(3);
    events.map(|event| (event.kind, event.content["amount"]["minor_units"].as_i64().unwrap_or(0))).collect()
}

fn refunded(minor_units: i64) -> (String, i64) {
    ("refunded".to_owned(), minor_units)
}

fn other(kind: &str) -> (String, i64) {
    (kind.to_owned(), 0)
}

/// What the sandbox has given back.
async fn given_back(world: &World) -> i64 {
    let calls = world.calls().await.into_iter();
    let refunds = calls.filter(|call| call.kind == OperationKind::Refund && call.refused.is_none());
    refunds.map(|call| call.amount.minor_units).sum()
}

#[tokio::test]
async fn the_undo_of_a_capture_gives_back_what_has_not_gone_back_yet() {
    let world = World::new().await;
    world.paid(1).await;
    staff_refunds(&world, "1.00").await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    assert_eq!(told(&world).await, [refunded(1_00), refunded(52_20), refunded(52_20)]);
    assert_eq!(given_back(&world).await, 53_20);
    check(&world).await;
    let after = accounts(&world).await;
    assert!(after.lines().all(|line| line.ends_with(" 0.00")), "{after}");
}

#[tokio::test]
async fn the_undo_of_a_capture_that_has_gone_back_wholly_is_answered_with_nothing() {
    let world = World::new().await;
    world.paid(1).await;
    staff_refunds(&world, "53.20").await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    assert_eq!(told(&world).await, [refunded(53_20), refunded(0), refunded(0)]);
    let events = world.events(1).await;
    assert_eq!(events[4], events[5], "the second answer is the first one's");
    assert_eq!(events[4].content["commandId"], json!(command(1, 4)));
    assert_eq!(given_back(&world).await, 53_20);
    check(&world).await;
}

/// Another refund is on its way: it may arrive, or what it held back goes back all the same.
#[tokio::test]
async fn the_undo_of_a_capture_leaves_a_refund_under_way_alone_and_gives_back_what_that_does_not() {
    for (status, last) in
        [("succeeded", vec![refunded(1_00)]), ("failed", vec![other("refund_failed"), refunded(1_00)])]
    {
        let (server, world) = with_webhooks().await;
        world.paid_with(1, "pm_card_visa").await;
        server.refunds_slowly(true);
        staff_refunds(&world, "1.00").await;
        server.refunds_slowly(false);
        world.ask_for("refund_requested", undo_of_capture(1)).await;
        assert_eq!(told(&world).await, [refunded(52_20)], "{status}");
        server.decide_refunds(status);
        world.after(6).await;
        world.after(6).await;
        assert_eq!(told(&world).await, [vec![refunded(52_20)], last].concat());
        assert_eq!(server.charged(), 0, "{status}");
        check(&world).await;
        let order = Some(order_id(1).uuid());
        let log = world.log().await;
        let wrong: Vec<_> = log.iter().filter(|event| event.correlation_id != order).collect();
        assert!(wrong.is_empty(), "all of it is of the order: {wrong:?}");
    }
}

#[tokio::test]
async fn what_a_dispute_holds_of_an_undone_capture_goes_back_when_the_dispute_is_won() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_dispute_won").await;
    world.after(11).await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    let events = world.events(1).await;
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), &last.content["amount"]), ("refunded", &json!(euros(0))));
    // Won, and told once more that it was opened.
    world.after(50).await;
    world.after(10).await;
    let kinds = world.kinds(1).await;
    assert_eq!(kinds[3..], ["disputed", "refunded", "dispute_closed", "refunded"]);
    assert_eq!(told(&world).await.last().unwrap(), &refunded(53_20));
    assert_eq!(given_back(&world).await, 53_20);
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    assert_eq!(told(&world).await.last().unwrap(), &refunded(0), "the saga has its answer");
    check(&world).await;
}

#[tokio::test]
async fn what_a_lost_dispute_took_of_an_undone_capture_does_not_go_back_twice() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_dispute_lost").await;
    staff_refunds(&world, "1.00").await;
    world.after(11).await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    world.after(50).await;
    world.after(10).await;
    assert_eq!(world.kinds(1).await[3..], ["refunded", "disputed", "refunded", "dispute_closed"]);
    assert_eq!(told(&world).await[2], refunded(0));
    assert_eq!(given_back(&world).await, 1_00);
    check(&world).await;
}

/// A provider that refuses the undo is not asked for ever: whoever looks at it gives it back by hand.
#[tokio::test]
async fn the_undo_of_a_capture_that_the_provider_refuses_is_told_once() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_refund_declined").await;
    world.ask_for("refund_requested", undo_of_capture(1)).await;
    world.after(121).await;
    assert_eq!(told(&world).await, [other("refund_failed")]);
    let refusals = world.calls().await.into_iter().filter(|call| call.kind == OperationKind::Refund);
    assert_eq!(refusals.map(|call| call.sent).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn the_undo_of_a_capture_for_an_amount_that_makes_no_sense_is_refused() {
    let world = World::new().await;
    world.paid(1).await;
    let cases = [(5, "USD", 53_20, "CURRENCY_MISMATCH"), (6, "EUR", 0, "AMOUNT_NOT_POSITIVE")];
    for (step, currency, minor_units, reason) in cases {
        let mut undo = undo_of_capture(1);
        undo["commandId"] = json!(command(1, step));
        undo["amount"] = json!({ "minor_units": minor_units, "currency": currency });
        world.ask_for("refund_requested", undo).await;
        let events = world.events(1).await;
        let last = events.last().unwrap();
        assert_eq!((last.kind.as_str(), &last.content["reason"]), ("refund_failed", &json!(reason)));
    }
    assert_eq!(given_back(&world).await, 0);
    // A part is undone: the rest stays.
    let mut part = undo_of_capture(1);
    part["amount"] = json!(euros(20_00));
    world.ask_for("refund_requested", part).await;
    world.ask_for("refund_requested", refund(1, 8, 33_20)).await;
    assert_eq!(told(&world).await[2..], [refunded(20_00), refunded(33_20)]);
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
        // What it undoes is no capture.
        ("refund_requested", {
            let mut one = undo_of_capture(1);
            one["undoes"] = json!(command(1, 1));
            one
        }),
        ("refund_requested", json!({ "orderId": order_id(1), "commandId": "7", "amount": euros(1) })),
        ("authorisation_requested", json!({ "orderId": "order_1", "commandId": command(1, 8) })),
    ];
    for (event_type, content) in cases {
        let refused = world.handle_alone(event_type, content.clone()).await;
        assert!(refused.is_err(), "{event_type} {content}");
    }
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
}

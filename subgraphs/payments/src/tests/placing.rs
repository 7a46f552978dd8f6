//! Authorising and capturing, as the placing of an order asks for it.

use super::world::{World, authorisation, command, euros, order_id};
use serde_json::json;

#[tokio::test]
async fn what_is_authorised_is_captured() {
    let world = World::new().await;
    let payment = world.paid(1).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured"]);
    let events = world.events(1).await;
    let answer = |step: u128| {
        json!({
            "orderId": order_id(1), "commandId": command(1, step), "paymentId": payment, "amount": euros(53_20),
        })
    };
    assert_eq!(events[1].content, answer(1));
    assert_eq!(events[2].content, answer(2));
    let log = world.log().await;
    let authorised = log.iter().find(|event| event.event_type == "authorised").unwrap();
    assert_eq!(authorised.correlation_id, Some(order_id(1).uuid()), "the answer belongs to the order's process");
    assert!(authorised.traceparent.as_deref().is_some_and(|trace| trace.contains("4bf92f3577b34da6a3ce929d0e0e4736")));
    let calls = world.calls().await;
    let kinds: Vec<&str> = calls.iter().map(|call| call.kind.as_str()).collect();
    assert_eq!(kinds, ["authorise", "capture"]);
    assert!(calls.iter().all(|call| call.sent == 1 && call.refused.is_none()));
}

#[tokio::test]
async fn a_request_that_comes_again_is_answered_again_and_done_once() {
    let world = World::new().await;
    world.paid(1).await;
    world.authorise(1, "sandbox_ok").await;
    world.capture(1).await;
    let events = world.events(1).await;
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["requested", "authorised", "captured", "authorised", "captured"]);
    assert_eq!((&events[1], &events[2]), (&events[3], &events[4]));
    assert_eq!(world.calls().await.len(), 2);
}

#[tokio::test]
async fn versions_of_a_stream_have_no_holes() {
    let world = World::new().await;
    let payment = world.paid(1).await;
    world.capture(1).await;
    let mut versions: Vec<i64> =
        world.log().await.iter().filter(|event| event.stream_id == payment).map(|event| event.stream_version).collect();
    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 3, 4]);
}

#[tokio::test]
async fn what_is_declined_says_why() {
    let world = World::new().await;
    let cases = [
        (1, "sandbox_declined", "CARD_DECLINED"),
        (2, "sandbox_nonsense", "PAYMENT_METHOD_UNKNOWN"),
        (3, "pm_card_visa", "PAYMENT_METHOD_UNKNOWN"),
        (4, "4242424242424242", "PAYMENT_METHOD_INVALID"),
        (5, "4242-4242-4242-4242", "PAYMENT_METHOD_INVALID"),
        (6, "", "PAYMENT_METHOD_INVALID"),
        (7, "with a blank", "PAYMENT_METHOD_INVALID"),
    ];
    for (order, method, reason) in cases {
        world.authorise(order, method).await;
        let events = world.events(order).await;
        let last = events.last().unwrap();
        assert_eq!((last.kind.as_str(), &last.content["reason"]), ("declined", &json!(reason)), "{method}");
        world.capture(order).await;
        assert_eq!(world.kinds(order).await.last().unwrap(), "capture_failed", "{method}");
    }
    assert!(world.calls().await.iter().all(|call| call.refused.is_some()), "nothing was charged");
    let kept = serde_json::to_string(&world.log().await).unwrap();
    assert!(!kept.contains("4242"), "no number of a card is kept");
}

#[tokio::test]
async fn amounts_are_more_than_nothing() {
    let world = World::new().await;
    for (order, minor_units) in [(1, 0), (2, -5)] {
        let mut request = authorisation(order, "sandbox_ok");
        request["amount"] = json!(euros(minor_units));
        world.ask_for("authorisation_requested", request).await;
        let events = world.events(order).await;
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].content["reason"], "AMOUNT_NOT_POSITIVE");
    }
}

#[tokio::test]
async fn an_order_is_paid_once() {
    let world = World::new().await;
    world.paid(1).await;
    let mut second = authorisation(1, "sandbox_ok");
    second["commandId"] = json!(command(1, 90));
    world.ask_for("authorisation_requested", second).await;
    let events = world.events(1).await;
    assert_eq!(events.last().unwrap().content["reason"], "ORDER_HAS_A_PAYMENT");
    let again = json!({ "orderId": order_id(1), "commandId": command(1, 91) });
    world.ask_for("capture_requested", again).await;
    let events = world.events(1).await;
    assert_eq!(events.last().unwrap().content["reason"], "ALREADY_CAPTURED");
    assert_eq!(world.calls().await.len(), 2);
}

#[tokio::test]
async fn a_declined_order_may_be_tried_with_another_command() {
    let world = World::new().await;
    world.authorise(1, "sandbox_declined").await;
    let mut second = authorisation(1, "sandbox_ok");
    second["commandId"] = json!(command(1, 90));
    world.ask_for("authorisation_requested", second).await;
    assert_eq!(world.kinds(1).await, ["requested", "declined", "requested", "authorised"]);
    world.capture(1).await;
    assert_eq!(world.kinds(1).await.last().unwrap(), "captured");
}

#[tokio::test]
async fn a_capture_that_is_refused_says_why() {
    let world = World::new().await;
    world.capture(9).await;
    assert_eq!(world.events(9).await[0].content["reason"], "NO_PAYMENT");
    world.paid_with(1, "sandbox_capture_declined").await;
    let events = world.events(1).await;
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), &last.content["reason"]), ("capture_failed", &json!("AUTHORISATION_EXPIRED")));
    // The money that is held back is let go.
    world.ask_for("void_requested", super::world::void(1)).await;
    assert_eq!(world.kinds(1).await.last().unwrap(), "voided");
}

#[tokio::test]
async fn a_slow_provider_is_waited_for() {
    let mut settings = super::world::settings(crate::SandboxSettings::default());
    settings.call_time_max = std::time::Duration::from_secs(10);
    let world = World::with(settings).await;
    world.authorise(1, "sandbox_slow").await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
}

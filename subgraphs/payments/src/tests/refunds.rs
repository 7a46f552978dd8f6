//! Giving money back: in parts, and never more than was captured.

use super::world::{World, refund};
use serde_json::json;

#[tokio::test]
async fn parts_go_back_until_nothing_is_left() {
    let world = World::new().await;
    world.paid(1).await;
    world.ask_for("refund_requested", refund(1, 4, 20_00)).await;
    world.ask_for("refund_requested", refund(1, 4, 20_00)).await;
    world.ask_for("refund_requested", refund(1, 5, 33_20)).await;
    world.ask_for("refund_requested", refund(1, 6, 1)).await;
    let events = world.events(1).await;
    let kinds: Vec<&str> = events.iter().skip(3).map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["refunded", "refunded", "refunded", "refund_failed"]);
    assert_eq!(events[3], events[4], "the second answer is the first one's");
    assert_eq!(events[6].content["reason"], "REFUND_TOO_LARGE");
    let refunded: i64 = world
        .calls()
        .await
        .iter()
        .filter(|call| call.kind == crate::OperationKind::Refund && call.refused.is_none())
        .map(|call| call.amount.minor_units)
        .sum();
    assert_eq!(refunded, 53_20);
}

#[tokio::test]
async fn what_cannot_be_refunded_says_why() {
    let world = World::new().await;
    world.ask_for("refund_requested", refund(9, 4, 1)).await;
    assert_eq!(world.events(9).await[0].content["reason"], "NO_PAYMENT");
    world.authorise(1, "sandbox_ok").await;
    world.ask_for("refund_requested", refund(1, 4, 1)).await;
    world.capture(1).await;
    let mut dollars = refund(1, 5, 1);
    dollars["amount"]["currency"] = json!("USD");
    world.ask_for("refund_requested", dollars).await;
    world.ask_for("refund_requested", refund(1, 6, 0)).await;
    world.ask_for("refund_requested", refund(1, 7, -1)).await;
    world.ask_for("refund_requested", refund(1, 8, 53_21)).await;
    let refused = world.events(1).await.into_iter().filter(|event| event.kind == "refund_failed");
    let reasons: Vec<_> = refused.map(|event| event.content["reason"].clone()).collect();
    let expected =
        ["NOT_CAPTURED", "CURRENCY_MISMATCH", "AMOUNT_NOT_POSITIVE", "AMOUNT_NOT_POSITIVE", "REFUND_TOO_LARGE"];
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn a_refund_that_the_provider_refuses_holds_nothing_back() {
    let world = World::new().await;
    let payment = world.paid_with(1, "sandbox_refund_declined").await;
    world.ask_for("refund_requested", refund(1, 4, 53_20)).await;
    assert_eq!(world.events(1).await.last().unwrap().content["reason"], "REFUND_REFUSED");
    let query = "query($id: ID!) {
      payment(id: $id) { status refundableAmount { amount } refunds { status failure amount { amount } } }
    }";
    let seen = world.ask(&hansa_subgraph_host::testing::user(50), query, json!({ "id": payment })).await;
    let expected = json!({
        "status": "CAPTURED",
        "refundableAmount": { "amount": "53.20" },
        "refunds": [{ "status": "FAILED", "failure": "REFUND_REFUSED", "amount": { "amount": "53.20" } }],
    });
    assert_eq!(seen["data"]["payment"], expected);
}

/// Refunds under way count: two that are asked for at once do not take more together than there is.
#[tokio::test]
async fn refunds_under_way_are_held_back() {
    let world = World::new().await;
    world.paid(1).await;
    for step in 4..8 {
        world.tell("order_placement", "refund_requested", refund(1, step, 20_00)).await;
    }
    world.drained().await;
    let mut counts = (0, 0);
    for _ in 0..10 {
        let kinds = world.kinds(1).await;
        let count = |kind: &str| kinds.iter().filter(|one| *one == kind).count();
        counts = (count("refunded"), count("refund_failed"));
        if counts.0 + counts.1 == 4 {
            break;
        }
        // Where two met in the store, one of them is done again later.
        world.after(30).await;
    }
    assert_eq!(counts, (2, 2));
}

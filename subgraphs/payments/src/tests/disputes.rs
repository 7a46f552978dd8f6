//! Disputes: whose the money is while one is open, and after it; and webhooks that come twice, late and in another order.

use super::{
    ledger::{accounts, check},
    stripe::{post, signed_now, webhook, with_webhooks},
    world::{World, codes, order_id, refund, vendor_id},
};
use expect_test::expect;
use hansa_subgraph_host::{
    Caller,
    testing::{RunningSubgraph, member, scopes_of, tenant_id, user},
};
use http::StatusCode;
use serde_json::{Value, json};

const PAYMENT: &str = "query($id: ID!) { payment(id: $id) {
  status reason disputedAmount { amount } refundableAmount { amount }
  disputes { amount { amount currencyCode } status reason closedAt }
} }";

const PAYOUT: &str = "mutation($input: PayoutScheduleInput!) { payoutSchedule(input: $input) {
  payout { id } userErrors { code message }
} }";

const REFUND: &str = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) {
  refund { id } userErrors { code message }
} }";

fn platform() -> Caller {
    member(9, tenant_id(900), &["ADMIN"], &scopes_of("PLATFORM", "ADMIN"))
}

async fn payment(world: &World) -> Value {
    let id = world.payment_of(1).await;
    world.ask(&user(50), PAYMENT, json!({ "id": id })).await["data"]["payment"].take()
}

const CAPTURED: &str = "platform_fees/EUR 4.83
provider_clearing/EUR 53.20
shipping/EUR 4.90
vendor_payable/vendor_01j0000000e008000000000001/EUR 36.00
vendor_payable/vendor_01j0000000e008000000000002/EUR 4.50
vendor_payable/vendor_01j0000000e008000000000003/EUR 2.97
";

#[tokio::test]
async fn what_is_disputed_is_nobodys_until_the_dispute_is_won() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_dispute_won").await;
    assert_eq!(accounts(&world).await, CAPTURED);
    world.after(11).await;
    expect![[r#"
        disputes/EUR 53.20
        platform_fees/EUR 0.00
        provider_clearing/EUR 53.20
        shipping/EUR 0.00
        vendor_payable/vendor_01j0000000e008000000000001/EUR 0.00
        vendor_payable/vendor_01j0000000e008000000000002/EUR 0.00
        vendor_payable/vendor_01j0000000e008000000000003/EUR 0.00
    "#]]
    .assert_eq(&accounts(&world).await);
    let seen = payment(&world).await;
    let dispute = json!({
        "amount": { "amount": "53.20", "currencyCode": "EUR" }, "status": "OPEN", "reason": "FRAUDULENT", "closedAt": null,
    });
    assert_eq!(seen["disputes"], json!([dispute]));
    assert_eq!((&seen["status"], &seen["reason"]), (&json!("DISPUTED"), &json!("FRAUDULENT")));
    assert_eq!(seen["disputedAmount"]["amount"], "53.20");
    assert_eq!(seen["refundableAmount"]["amount"], "0.00");
    // Nobody is paid with it, and nothing of it goes back.
    let payout = json!({
        "vendorId": vendor_id(1), "amount": { "amount": "0.01", "currencyCode": "EUR" },
        "idempotencyKey": "a-payout-of-what-is-disputed",
    });
    assert_eq!(codes(&world.change(&platform(), PAYOUT, payout).await), ["BALANCE_TOO_SMALL"]);
    let id = world.payment_of(1).await;
    let back = json!({ "paymentId": id, "reason": "x", "idempotencyKey": "a-refund-of-what-is-disputed" });
    let back = world.change(&platform(), REFUND, back).await;
    assert_eq!(codes(&back), ["REFUND_TOO_LARGE"]);
    assert_eq!(back["userErrors"][0]["message"], "at most 0.00 EUR of this payment can still be given back");
    world.ask_for("refund_requested", refund(1, 4, 1_00)).await;
    assert_eq!(world.kinds(1).await.last().unwrap(), "refund_failed");
    check(&world).await;
    // Closed, and told once more that it was opened.
    world.after(50).await;
    world.after(10).await;
    assert_eq!(accounts(&world).await, format!("disputes/EUR 0.00\n{CAPTURED}"));
    let seen = payment(&world).await;
    assert_eq!((&seen["status"], &seen["reason"]), (&json!("CAPTURED"), &Value::Null));
    assert_eq!(seen["disputes"][0]["status"], "WON");
    assert_ne!(seen["disputes"][0]["closedAt"], Value::Null);
    let events = world.events(1).await;
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["requested", "authorised", "captured", "disputed", "refund_failed", "dispute_closed"]);
    assert_eq!(events.last().unwrap().content["outcome"], "WON");
    let order = Some(order_id(1).uuid());
    assert!(world.log().await.iter().all(|event| event.correlation_id == order), "all of it is of the order");
    world.ask_for("refund_requested", refund(1, 5, 53_20)).await;
    assert_eq!(payment(&world).await["status"], "REFUNDED");
    check(&world).await;
}

#[tokio::test]
async fn what_a_lost_dispute_takes_is_gone() {
    let world = World::new().await;
    world.paid_with(1, "sandbox_dispute_lost").await;
    for seconds in [11, 50, 10] {
        world.after(seconds).await;
        check(&world).await;
    }
    let after = accounts(&world).await;
    assert!(after.lines().all(|line| line.ends_with(" 0.00")), "the buyer has it back: {after}");
    let seen = payment(&world).await;
    assert_eq!((&seen["status"], &seen["disputes"][0]["status"]), (&json!("DISPUTED"), &json!("LOST")));
    assert_eq!(
        (&seen["disputedAmount"]["amount"], &seen["refundableAmount"]["amount"]),
        (&json!("0.00"), &json!("0.00"))
    );
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured", "disputed", "dispute_closed"]);
    let again = json!({ "orderId": order_id(1), "commandId": super::world::command(1, 77) });
    world.ask_for("capture_requested", again).await;
    assert_eq!(world.events(1).await.last().unwrap().content["reason"], "ALREADY_CAPTURED");
}

async fn told(world: &World, host: &RunningSubgraph, (kind, object): (&str, Value)) -> StatusCode {
    let body = webhook(&format!("charge.dispute.{kind}"), &object);
    post(host, &signed_now(world, &body), &body).await
}

fn dispute(id: &str, amount: i64, status: &str) -> Value {
    json!({
        "id": id, "payment_intent": "pi_1", "amount": amount, "currency": "eur", "reason": "product_not_received",
        "status": status,
    })
}

#[tokio::test]
async fn webhooks_in_any_order_open_and_close_a_dispute_once() {
    let (server, world) = with_webhooks().await;
    world.paid_with(1, "pm_card_visa").await;
    world.ask_for("refund_requested", refund(1, 4, 3_20)).await;
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    // Closed before it was opened, and both twice.
    for (kind, status) in [("closed", "won"), ("created", "needs_response"), ("closed", "won"), ("created", "x")] {
        assert_eq!(told(&world, &host, (kind, dispute("dp_1", 10_00, status))).await, StatusCode::OK);
    }
    let kinds = world.kinds(1).await;
    assert_eq!(kinds[3..], ["refunded", "disputed", "dispute_closed"]);
    assert_eq!(payment(&world).await["status"], "PARTIALLY_REFUNDED");
    // What is decided stays so, and what is no decision closes nothing.
    assert_eq!(told(&world, &host, ("closed", dispute("dp_1", 10_00, "lost"))).await, StatusCode::OK);
    assert_eq!(told(&world, &host, ("closed", dispute("dp_2", 30_00, "sleeping"))).await, StatusCode::OK);
    // A second one is bounded by what is left: 50.00 less 30.00.
    assert_eq!(told(&world, &host, ("created", dispute("dp_3", 99_00, "needs_response"))).await, StatusCode::OK);
    let seen = payment(&world).await;
    let amounts: Vec<_> = seen["disputes"].as_array().unwrap().iter().map(|one| &one["amount"]["amount"]).collect();
    assert_eq!(amounts, ["10.00", "30.00", "20.00"]);
    check(&world).await;
    assert_eq!(told(&world, &host, ("closed", dispute("dp_2", 30_00, "warning_closed"))).await, StatusCode::OK);
    assert_eq!(told(&world, &host, ("closed", dispute("dp_3", 99_00, "lost"))).await, StatusCode::OK);
    let seen = payment(&world).await;
    assert_eq!((&seen["status"], &seen["refundableAmount"]["amount"]), (&json!("DISPUTED"), &json!("30.00")));
    check(&world).await;
    world.ask_for("refund_requested", refund(1, 5, 30_01)).await;
    assert_eq!(world.events(1).await.last().unwrap().content["reason"], "REFUND_TOO_LARGE");
    world.ask_for("refund_requested", refund(1, 6, 30_00)).await;
    assert_eq!(world.kinds(1).await.last().unwrap(), "refunded");
    check(&world).await;
    let after = accounts(&world).await;
    assert!(after.lines().all(|line| line.ends_with(" 0.00")), "{after}");
    host.stopped().await;
    drop(server);
}

#[tokio::test]
async fn disputes_of_nothing_and_of_nobody_move_nothing() {
    let (server, world) = with_webhooks().await;
    world.tell("order", "placed", super::world::placed(1)).await;
    world.authorise(1, "pm_broken").await;
    world.after(6).await;
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    // Authorised only: there is nothing to take back.
    assert_eq!(told(&world, &host, ("created", dispute("dp_1", 10_00, "x"))).await, StatusCode::OK);
    // The capture's answer is lost, and the dispute is there before it: the provider is to come again.
    world.capture(1).await;
    assert_eq!(told(&world, &host, ("created", dispute("dp_1", 10_00, "x"))).await, StatusCode::SERVICE_UNAVAILABLE);
    world.after(6).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured"]);
    assert_eq!(told(&world, &host, ("created", dispute("dp_1", -5, "x"))).await, StatusCode::OK);
    assert_eq!(payment(&world).await["disputes"][0]["amount"]["amount"], "0.00");
    // In another currency, or without an amount: all of it.
    let mut dollars = dispute("dp_2", 1, "x");
    dollars["currency"] = json!("usd");
    assert_eq!(told(&world, &host, ("created", dollars)).await, StatusCode::OK);
    assert_eq!(payment(&world).await["disputedAmount"]["amount"], "53.20");
    let nothing = json!({ "payment_intent": "pi_1" });
    assert_eq!(told(&world, &host, ("created", nothing.clone())).await, StatusCode::OK);
    assert_eq!(told(&world, &host, ("closed", nothing)).await, StatusCode::OK);
    for object in [json!({}), json!({ "payment_intent": "pi_99" }), json!({ "payment_intent": 7, "id": [] })] {
        assert_eq!(told(&world, &host, ("created", object)).await, StatusCode::OK);
    }
    assert_eq!(payment(&world).await["disputes"].as_array().unwrap().len(), 3);
    check(&world).await;
    host.stopped().await;
    drop(server);
}

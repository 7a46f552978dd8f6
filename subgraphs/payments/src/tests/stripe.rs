//! The Stripe-compatible adapter, against a server of the test that keeps a log of its own.

mod server;

use super::world::{World, command, order_id, refund, void};
use crate::{PaymentsSettings, ProviderSettings, Secret, StripeSettings};
use aws_lc_rs::hmac;
use bytes::Bytes;
use hansa_subgraph_host::testing::{RunningSubgraph, user};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use server::FakeStripe;
use std::time::Duration;

const SECRET: &str = "whsec_of_the_test";

async fn world(server: &FakeStripe) -> World {
    let stripe = StripeSettings {
        url: server.url.clone(),
        key: Secret("sk_test".to_owned()),
        webhook_secret: Some(Secret(SECRET.to_owned())),
    };
    World::with(PaymentsSettings {
        provider: ProviderSettings::Stripe(stripe),
        call_time_max: Duration::from_millis(500),
        ..PaymentsSettings::default()
    })
    .await
}

#[tokio::test]
async fn money_is_authorised_captured_and_refunded() {
    let server = FakeStripe::start().await;
    let world = world(&server).await;
    world.paid_with(1, "pm_card_visa").await;
    world.ask_for("refund_requested", refund(1, 4, 10_00)).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured", "refunded"]);
    let log = server.log();
    assert_eq!(log[0].path, "/v1/payment_intents");
    assert_eq!(log[0].key, Some(command(1, 1).to_string()), "the command's id is the idempotency key");
    assert_eq!(log[0].authorisation, "Bearer sk_test");
    let field = |name: &str| log[0].fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!(
        ["amount", "currency", "capture_method", "confirm", "metadata[order_id]"].map(field),
        [Some("5320"), Some("eur"), Some("manual"), Some("true"), Some(order_id(1).to_string().as_str())]
    );
    assert_eq!(server.charged(), 43_20);
}

#[tokio::test]
async fn money_is_let_go() {
    let server = FakeStripe::start().await;
    let world = world(&server).await;
    world.authorise(1, "pm_card_visa").await;
    world.ask_for("void_requested", void(1)).await;
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "voided"]);
    assert_eq!(server.charged(), 0);
}

#[tokio::test]
async fn refusals_are_told_in_our_words() {
    let server = FakeStripe::start().await;
    let world = world(&server).await;
    let cases = [
        (1, "pm_card_chargeDeclined", "GENERIC_DECLINE"),
        (2, "pm_needs_action", "AUTHENTICATION_REQUIRED"),
        (3, "pm_unknown", "RESOURCE_MISSING"),
    ];
    for (order, method, reason) in cases {
        world.authorise(order, method).await;
        let events = world.events(order).await;
        assert_eq!(events.last().unwrap().content["reason"], reason, "{method}");
    }
    world.paid_with(4, "pm_capture_expired").await;
    assert_eq!(world.events(4).await.last().unwrap().content["reason"], "CANCELED");
    assert_eq!(server.charged(), 0);
}

/// The server does what it is asked, and the connection breaks, or it never answers, or it says 500.
#[tokio::test]
async fn what_has_no_answer_is_found_by_its_key() {
    for (order, method) in [(1, "pm_broken"), (2, "pm_silent"), (3, "pm_500")] {
        let server = FakeStripe::start().await;
        let world = world(&server).await;
        world.authorise(order, method).await;
        assert_eq!(world.kinds(order).await, ["requested"], "{method}");
        world.after(6).await;
        assert_eq!(world.kinds(order).await, ["requested", "authorised"], "{method}");
        world.capture(order).await;
        world.after(6).await;
        assert_eq!(world.kinds(order).await.last().unwrap(), "captured", "{method}");
        world.ask_for("refund_requested", refund(order, 4, 3_20)).await;
        world.after(6).await;
        assert_eq!(world.kinds(order).await.last().unwrap(), "refunded", "{method}");
        assert_eq!(server.charged(), 50_00, "{method}");
        let posts = server.log().iter().filter(|asked| asked.key == Some(command(order, 1).to_string())).count();
        assert_eq!(posts, 1, "{method}: it was sent once");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_an_unknown_outcome() {
    let server = FakeStripe::start().await;
    let world = world(&server).await;
    server.stop().await;
    world.authorise(1, "pm_card_visa").await;
    world.after(6).await;
    assert_eq!(world.kinds(1).await, ["requested"]);
    for seconds in [16, 46] {
        world.after(seconds).await;
    }
    let events = world.events(1).await;
    assert_eq!(events.last().unwrap().content["reason"], "PROVIDER_UNAVAILABLE");
    assert!(!events.iter().any(|event| event.kind == "outcome_unknown"));
}

/// A context that takes webhooks.
pub(super) async fn with_webhooks() -> (FakeStripe, World) {
    let server = FakeStripe::start().await;
    let world = world(&server).await;
    (server, world)
}

pub(super) fn signed_now(world: &World, body: &str) -> String {
    signed(SECRET, world.services.clock.now().timestamp(), body)
}

pub(super) async fn post(host: &RunningSubgraph, header: &str, body: &str) -> StatusCode {
    let request = Request::post(format!("{}/webhooks/stripe", host.url)).header("stripe-signature", header);
    host.send(request.body(Full::<Bytes>::from(body.to_owned())).unwrap()).await.status()
}

fn signed(secret: &str, time: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{time}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v0=00,v1={hex}")
}

pub(super) fn webhook(kind: &str, object: &Value) -> String {
    json!({ "id": "evt_1", "type": kind, "data": { "object": object } }).to_string()
}

#[tokio::test]
async fn a_webhook_makes_us_ask() {
    let server = FakeStripe::start().await;
    let world = world(&server).await;
    world.authorise(1, "pm_broken").await;
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    let now = world.services.clock.now().timestamp();
    let object = json!({ "id": "pi_1", "metadata": { "command_id": command(1, 1) }, "status": "canceled" });
    let body = webhook("payment_intent.amount_capturable_updated", &object);
    for _ in 0..2 {
        assert_eq!(post(&host, &signed(SECRET, now, &body), &body).await, StatusCode::OK);
    }
    world.drained().await;
    // What it says is not believed: the provider says that it is authorised.
    assert_eq!(world.kinds(1).await, ["requested", "authorised"]);
    world.capture(1).await;
    world.after(6).await;
    let disputed = webhook("charge.dispute.created", &json!({ "payment_intent": "pi_1", "reason": "fraudulent" }));
    for _ in 0..2 {
        assert_eq!(post(&host, &signed(SECRET, now, &disputed), &disputed).await, StatusCode::OK);
    }
    let kinds = world.kinds(1).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "disputed").count(), 1, "{kinds:?}");
    let unknown = webhook("charge.dispute.created", &json!({ "payment_intent": "pi_99" }));
    assert_eq!(post(&host, &signed(SECRET, now, &unknown), &unknown).await, StatusCode::OK);
    host.stopped().await;
}

#[tokio::test]
async fn webhooks_that_are_not_signed_are_refused() {
    let server = FakeStripe::start().await;
    let world = world(&server).await;
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    let now = world.services.clock.now().timestamp();
    let body = webhook("payment_intent.succeeded", &json!({}));
    let wrong = [
        String::new(),
        "nonsense".to_owned(),
        format!("t={now},v1=00"),
        signed("another", now, &body),
        signed(SECRET, now - 301, &body),
        signed(SECRET, now + 301, &body),
        signed(SECRET, now, "another body"),
    ];
    for header in wrong {
        assert_eq!(post(&host, &header, &body).await, StatusCode::BAD_REQUEST, "{header}");
    }
    for body in ["{", "{}", "[]"] {
        assert_eq!(post(&host, &signed(SECRET, now, body), body).await, StatusCode::BAD_REQUEST, "{body}");
    }
    let long = "x".repeat(257 * 1024);
    assert_eq!(post(&host, &signed(SECRET, now, &long), &long).await, StatusCode::PAYLOAD_TOO_LARGE);
    host.stopped().await;
}

const PAYMENT: &str = "query($id: ID!) { payment(id: $id) {
  status refundableAmount { amount } refundedAmount { amount } refunds { status failure }
} }";

async fn seen(world: &World, order: u128) -> Value {
    let id = world.payment_of(order).await;
    world.ask(&user(50), PAYMENT, json!({ "id": id })).await["data"]["payment"].take()
}

/// A refund that is on its way is none yet: it may fail after days, and then it is as if it had never been.
#[tokio::test]
async fn a_refund_that_is_on_its_way_and_fails_gives_nothing_back() {
    let (server, world) = with_webhooks().await;
    world.paid_with(1, "pm_card_visa").await;
    server.refunds_slowly(true);
    world.ask_for("refund_requested", refund(1, 4, 10_00)).await;
    let on_its_way = json!({
        "status": "CAPTURED", "refundableAmount": { "amount": "43.20" }, "refundedAmount": { "amount": "0.00" },
        "refunds": [{ "status": "PENDING", "failure": null }],
    });
    assert_eq!(seen(&world, 1).await, on_its_way);
    for seconds in [6, 16, 46, 121] {
        world.after(seconds).await;
    }
    assert_eq!(seen(&world, 1).await, on_its_way);
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured", "outcome_unknown"]);
    server.decide_refunds("failed");
    // The webhook's word hurries it, as often as it comes.
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    let body = webhook("charge.refund.updated", &json!({ "id": "re_1", "payment_intent": "pi_1", "status": "failed" }));
    for _ in 0..2 {
        assert_eq!(post(&host, &signed_now(&world, &body), &body).await, StatusCode::OK);
        world.drained().await;
    }
    let events = world.events(1).await;
    assert_eq!(events.len(), 5, "{events:?}");
    let last = events.last().unwrap();
    assert_eq!((last.kind.as_str(), &last.content["reason"]), ("refund_failed", &json!("LOST_OR_STOLEN_CARD")));
    let as_before = json!({
        "status": "CAPTURED", "refundableAmount": { "amount": "53.20" }, "refundedAmount": { "amount": "0.00" },
        "refunds": [{ "status": "FAILED", "failure": "LOST_OR_STOLEN_CARD" }],
    });
    assert_eq!(seen(&world, 1).await, as_before);
    assert_eq!(server.charged(), 53_20);
    super::ledger::check(&world).await;
    host.stopped().await;
}

#[tokio::test]
async fn refunds_that_are_on_their_way_arrive_and_stop_no_other_call() {
    let (server, world) = with_webhooks().await;
    for order in 1..=7 {
        world.paid_with(order, "pm_card_visa").await;
    }
    server.refunds_slowly(true);
    // More than failures in a row may be: these are answers.
    for order in 1..=6 {
        world.ask_for("refund_requested", refund(order, 4, 53_20)).await;
    }
    server.refunds_slowly(false);
    world.ask_for("refund_requested", refund(7, 4, 53_20)).await;
    assert_eq!(world.kinds(7).await.last().unwrap(), "refunded");
    assert_eq!(world.kinds(1).await, ["requested", "authorised", "captured"]);
    server.decide_refunds("succeeded");
    world.after(6).await;
    for order in 1..=6 {
        assert_eq!(world.kinds(order).await, ["requested", "authorised", "captured", "refunded"]);
    }
    assert_eq!(server.charged(), 0);
    super::ledger::check(&world).await;
}

//! Callbacks of carriers: late, twice, out of order, unknown, unsigned.

use super::world::{CARRIER_SECRET, World, buyer, order_id, owner};
use crate::carrier::signed_header;
use bytes::Bytes;
use hansa_subgraph_host::testing::RunningSubgraph;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LABEL: &str = "mutation($input: LabelCreateInput!) {
  labelCreate(input: $input) { shipment { trackingCode } userErrors { code } }
}";

/// A shipment with a label, and its tracking code.
async fn labelled(world: &World) -> (String, String) {
    let shipments = world.planned(1).await;
    world.confirm(1).await;
    let made = world.change(&owner(1), LABEL, json!({ "shipmentId": shipments[0] })).await;
    let code = made["shipment"]["trackingCode"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    (shipments[0].clone(), code)
}

async fn post(host: &RunningSubgraph, header: Option<String>, body: &str) -> (StatusCode, Value) {
    let mut request = Request::post(format!("{}/carrier/callbacks", host.url));
    if let Some(header) = header {
        request = request.header("carrier-signature", header);
    }
    let response = host.send(request.body(Full::<Bytes>::from(body.to_owned())).unwrap()).await;
    (response.status(), serde_json::from_slice(response.body()).unwrap_or_default())
}

fn callback(event: &str, code: &str, status: &str) -> String {
    json!({
        "eventId": event, "trackingCode": code, "status": status, "occurredAt": "2026-01-02T03:04:05Z",
        "location": "Bremen",
    })
    .to_string()
}

#[tokio::test]
async fn news_move_a_shipment_forward_and_never_back() {
    let world = World::new().await;
    let (shipment, code) = labelled(&world).await;
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    let now = world.services.clock.now().timestamp();
    let cases = [
        ("1", "in_transit", true, "IN_TRANSIT"),
        // Late, and then twice.
        ("2", "dispatched", false, "IN_TRANSIT"),
        ("1", "in_transit", false, "IN_TRANSIT"),
        ("3", "failed", true, "FAILED"),
        ("4", "delivered", true, "DELIVERED"),
        ("5", "failed", false, "DELIVERED"),
    ];
    for (event, status, applied, expected) in cases {
        let body = callback(event, &code, status);
        let header = signed_header(CARRIER_SECRET, now, body.as_bytes());
        let answer = post(&host, Some(header), &body).await;
        assert_eq!(answer, (StatusCode::OK, json!({ "applied": applied })), "{event} {status}");
        assert_eq!(world.status(&shipment).await, expected);
    }
    let kinds = world.kinds(&shipment).await;
    assert_eq!(kinds, ["planned", "label_created", "dispatched", "in_transit", "failed", "delivered"]);
    let query = "query($id: ID!) { shipment(id: $id) { trackingEvents { status location } } }";
    let seen = world.ask(&buyer(), query, json!({ "id": shipment })).await;
    assert_eq!(seen["data"]["shipment"]["trackingEvents"].as_array().unwrap().len(), 5, "each is noted once: {seen}");
    host.stopped().await;
}

/// Others hear only that it was dispatched: they are told, whatever a carrier tells first.
#[tokio::test]
async fn news_tell_what_they_imply_and_was_not_told() {
    let cases = [
        ("dispatched", vec!["dispatched"]),
        ("in_transit", vec!["dispatched", "in_transit"]),
        ("failed", vec!["dispatched", "in_transit", "failed"]),
        ("delivered", vec!["dispatched", "in_transit", "delivered"]),
    ];
    for (first, told) in cases {
        let world = World::new().await;
        let (shipment, code) = labelled(&world).await;
        let host = RunningSubgraph::start(world.subgraph.clone()).await;
        let now = world.services.clock.now().timestamp();
        // It comes twice, and everything earlier comes late.
        for (event, status) in [("1", first), ("1", first), ("2", first), ("3", "dispatched")] {
            let body = callback(event, &code, status);
            let header = signed_header(CARRIER_SECRET, now, body.as_bytes());
            let (answer, _) = post(&host, Some(header), &body).await;
            assert_eq!(answer, StatusCode::OK, "{event} {status}");
        }
        let expected: Vec<&str> = ["planned", "label_created"].into_iter().chain(told).collect();
        assert_eq!(world.kinds(&shipment).await, expected);
        assert_eq!(world.status(&shipment).await, first.to_uppercase());
        let log = world.log().await;
        let dispatched = log.iter().find(|event| event.event_type == "dispatched").unwrap();
        let last = log.iter().find(|event| event.stream_id == shipment && event.event_type == first).unwrap();
        assert_eq!(dispatched.content, last.content, "who hears it knows of what");
        let of_order = log.iter().filter(|event| event.stream_id == shipment && event.event_type != "planned");
        let correlations: BTreeSet<_> = of_order.map(|event| event.correlation_id).collect();
        assert_eq!(correlations, BTreeSet::from([Some(order_id(1).uuid())]), "staff's label and carriers' news");
        host.stopped().await;
    }
}

#[tokio::test]
async fn who_does_not_sign_is_not_heard() {
    let world = World::new().await;
    let (shipment, code) = labelled(&world).await;
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    let now = world.services.clock.now().timestamp();
    let body = callback("1", &code, "delivered");
    let signed = |secret: &str, time: i64| Some(signed_header(secret, time, body.as_bytes()));
    let wrong = [
        None,
        Some(String::new()),
        Some("nonsense".to_owned()),
        Some(format!("t={now},v1=00")),
        Some(format!("t={now},v1={}", "é".repeat(32))),
        signed("another secret", now),
        signed(CARRIER_SECRET, now - 301),
        signed(CARRIER_SECRET, now + 301),
        signed(CARRIER_SECRET, i64::MIN),
        Some(signed_header(CARRIER_SECRET, now, b"another body")),
    ];
    for header in wrong {
        let (status, _) = post(&host, header.clone(), &body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{header:?}");
    }
    assert_eq!(world.status(&shipment).await, "LABEL_CREATED");
    host.stopped().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::new().await;
    let (shipment, code) = labelled(&world).await;
    let host = RunningSubgraph::start(world.subgraph.clone()).await;
    let now = world.services.clock.now().timestamp();
    let with = |field: &str, value: Value| {
        let mut body: Value = serde_json::from_str(&callback("1", &code, "delivered")).unwrap();
        body[field] = value;
        body.to_string()
    };
    let cases = [
        (with("trackingCode", json!("HANSA-UNKNOWN")), StatusCode::NOT_FOUND),
        (with("status", json!("planned")), StatusCode::BAD_REQUEST),
        (with("status", json!("cancelled")), StatusCode::BAD_REQUEST),
        (with("eventId", json!("")), StatusCode::BAD_REQUEST),
        (with("eventId", json!("x".repeat(101))), StatusCode::BAD_REQUEST),
        (with("location", json!("\u{7}")), StatusCode::BAD_REQUEST),
        (with("occurredAt", json!("yesterday")), StatusCode::BAD_REQUEST),
        (with("surprise", json!(1)), StatusCode::BAD_REQUEST),
        ("{".to_owned(), StatusCode::BAD_REQUEST),
        ("x".repeat(17 * 1024), StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (body, expected) in cases {
        let header = signed_header(CARRIER_SECRET, now, body.as_bytes());
        let (status, _) = post(&host, Some(header), &body).await;
        assert_eq!(status, expected, "{}", body.chars().take(80).collect::<String>());
    }
    assert_eq!(world.status(&shipment).await, "LABEL_CREATED");
    host.stopped().await;
}

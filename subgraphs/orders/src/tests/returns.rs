//! Shipments that come, returns that go back.

use super::world::{World, buyer, codes, key, seller};
use crate::domain::ids::OrderId;
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

pub(super) const ASK: &str = "mutation($input: ReturnRequestInput!) { returnRequest(input: $input) {
  orderReturn { id status reason refund { amount } seller { id } lines { quantity line { title } } } replayed userErrors { code field } } }";
pub(super) const ACCEPT: &str = "mutation($input: ReturnInput!) { returnAccept(input: $input) {
  orderReturn { id status } replayed userErrors { code field } } }";
pub(super) const REFUSE: &str = "mutation($input: ReturnRefuseInput!) { returnRefuse(input: $input) {
  orderReturn { id status refusedBecause } userErrors { code field } } }";
pub(super) const RECEIVE: &str = "mutation($input: ReturnInput!) { returnReceive(input: $input) {
  orderReturn { id status } replayed userErrors { code field } } }";

/// An order of 2 of the first thing and one of the second, all there.
pub(super) async fn delivered(world: &World) -> (OrderId, Vec<String>) {
    let order = world.completed(&buyer(), &[(1, 2), (2, 1)]).await;
    for tenant in [1, 2] {
        world.ship(order, (tenant, "dispatched")).await;
        world.ship(order, (tenant, "delivered")).await;
    }
    let row = crate::tables::orders::by_id(&world.orders.db, order).await.unwrap().unwrap();
    (order, row.placed.lines.iter().map(|line| line.line_id.to_string()).collect())
}

pub(super) fn wish(order: OrderId, line: &str, (quantity, number): (i64, usize)) -> Value {
    json!({
        "orderId": order.to_string(), "lines": [{ "lineId": line, "quantity": quantity }], "reason": "too small",
        "idempotencyKey": key(number),
    })
}

#[tokio::test]
async fn an_order_is_fulfilled_when_all_of_it_is_delivered() {
    let world = World::new().await;
    let order = world.completed(&buyer(), &[(1, 1), (2, 1)]).await;
    world.ship(order, (1, "delivered")).await;
    world.ship(order, (1, "dispatched")).await;
    assert_eq!(world.status(order).await, "CONFIRMED");
    let input = json!({ "id": order.to_string(), "idempotencyKey": key(1) });
    assert_eq!(codes(&world.change(&buyer(), super::world::CANCEL, input).await), ["DISPATCHED"]);
    world.ship(order, (2, "delivered")).await;
    world.ship(order, (2, "delivered")).await;
    assert_eq!(world.status(order).await, "FULFILLED");
    let types: Vec<String> = world.events(&order.to_string()).await.into_iter().map(|event| event.event_type).collect();
    assert_eq!(types[3..], ["part_delivered", "part_delivered", "fulfilled"]);
    // A seller's timeline has no parcels of others.
    let query = "query($id: ID!) { orderTimeline(id: $id, first: 50) { nodes { type } } }";
    let answer = world.ask(&seller(1), query, json!({ "id": order.to_string() })).await;
    let nodes = answer["data"]["orderTimeline"]["nodes"].as_array().unwrap().clone();
    assert_eq!(nodes.iter().filter(|node| node["type"] == "PART_DELIVERED").count(), 1);
}

#[tokio::test]
async fn goods_go_back_and_the_money_comes_back() {
    let world = World::new().await;
    let (order, lines) = delivered(&world).await;
    let asked = world.change(&buyer(), ASK, wish(order, &lines[0], (1, 1))).await;
    let one = asked["orderReturn"].clone();
    assert_eq!((&one["status"], &one["refund"]["amount"]), (&json!("REQUESTED"), &json!("12.50")));
    assert_eq!(one["lines"], json!([{ "quantity": 1, "line": { "title": "Thing 1" } }]));
    let again = world.change(&buyer(), ASK, wish(order, &lines[0], (1, 1))).await;
    assert_eq!((&again["replayed"], &again["orderReturn"]["id"]), (&json!(true), &one["id"]));
    let input = |number: usize| json!({ "id": one["id"], "idempotencyKey": key(number) });
    for stranger in [buyer(), seller(2), user(8), Caller::visitor()] {
        assert_eq!(codes(&world.change(&stranger, ACCEPT, input(2)).await), ["NOT_FOUND"]);
    }
    assert_eq!(codes(&world.change(&seller(1), RECEIVE, input(3)).await), ["RETURN_DECIDED"]);
    let accepted = world.change(&seller(1), ACCEPT, input(4)).await;
    assert_eq!(accepted["orderReturn"]["status"], "ACCEPTED");
    let received = world.change(&seller(1), RECEIVE, input(5)).await;
    assert_eq!(received["orderReturn"]["status"], "RECEIVED");
    assert_eq!(world.change(&seller(1), RECEIVE, input(5)).await["replayed"], true);
    let refund = world.request(order, "refund_requested").await.unwrap();
    assert_eq!(
        (&refund["amount"]["minor_units"], &refund["reason"], &refund["returnId"]),
        (&json!(1250), &json!("RETURNED"), &one["id"])
    );
    let world = world.restarted().await;
    world.answer(order, ("refund_requested", "payment.refunded"), None).await;
    world.answer(order, ("refund_requested", "payment.refunded"), None).await;
    let query = "query($id: ID!) { order(id: $id) { returns { id status } timeline(last: 1) { nodes { text } } } }";
    for caller in [buyer(), seller(1)] {
        let answer = world.ask(&caller, query, json!({ "id": order.to_string() })).await;
        let seen = &answer["data"]["order"];
        assert_eq!(seen["returns"], json!([{ "id": one["id"], "status": "REFUNDED" }]));
        assert_eq!(seen["timeline"]["nodes"], json!([{ "text": "12.50 EUR were paid back." }]));
    }
    let other = world.ask(&seller(2), query, json!({ "id": order.to_string() })).await;
    assert_eq!(other["data"]["order"]["returns"], json!([]));
    assert_eq!(world.placing(order).await.iter().filter(|name| *name == "refund_requested").count(), 1);
}

#[tokio::test]
async fn a_return_may_be_refused_and_asked_for_again() {
    let world = World::new().await;
    let (order, lines) = delivered(&world).await;
    let asked = world.change(&buyer(), ASK, wish(order, &lines[0], (2, 1))).await;
    let id = asked["orderReturn"]["id"].clone();
    assert_eq!(codes(&world.change(&buyer(), ASK, wish(order, &lines[0], (1, 2))).await), ["NOT_RETURNABLE"]);
    let refuse = json!({ "id": id, "reason": "worn", "idempotencyKey": key(3) });
    let refused = world.change(&seller(1), REFUSE, refuse).await;
    assert_eq!(refused["orderReturn"]["refusedBecause"], "worn");
    let again = world.change(&buyer(), ASK, wish(order, &lines[0], (1, 4))).await;
    assert_eq!(again["orderReturn"]["status"], "REQUESTED");
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Return { status } } }";
    let wanted = json!({ "r": [{ "__typename": "Return", "id": id }] });
    for (caller, seen) in [(buyer(), true), (seller(1), true), (seller(2), false), (user(8), false)] {
        let answer = world.ask(&caller, query, wanted.clone()).await;
        assert_eq!(answer["data"]["_entities"][0].is_null(), !seen, "{answer}");
    }
}

//! What buyers and staff see and do: addresses, shipments, and what follows an update.

use super::world::{ADDRESS_CREATE, World, address_input, buyer, codes, order_id, owner, platform};
use crate::ShipmentStatus;
use futures_util::{StreamExt as _, stream::BoxStream};
use hansa_subgraph_host::{
    Caller,
    testing::{member, scopes_of, subscribe, tenant_id, user},
};
use serde_json::{Value, json};
use std::time::Duration;

const DELETE: &str = "mutation($input: DeliveryAddressDeleteInput!) {
  deliveryAddressDelete(input: $input) { deletedId replayed userErrors { code } }
}";
const SHIPMENT: &str = "query($id: ID!) { shipment(id: $id) {
  id status methodCode weightGrams trackingCode order { id } address { city } lines { quantity variant { id } }
} }";

fn member_of(tenant: u128) -> Caller {
    member(30, tenant_id(tenant), &["MEMBER"], &scopes_of("MERCHANT", "MEMBER"))
}

#[tokio::test]
async fn an_address_is_its_owners_alone() {
    let world = World::new().await;
    let input = json!({ "address": address_input(), "idempotencyKey": "an-address-made-once" });
    let first = world.change(&buyer(), ADDRESS_CREATE, input.clone()).await;
    let again = world.change(&buyer(), ADDRESS_CREATE, input).await;
    assert_eq!((&first["replayed"], &again["replayed"]), (&json!(false), &json!(true)));
    assert_eq!(first["address"], again["address"]);
    assert_eq!((&first["address"]["recipient"], &first["address"]["country"]), (&json!("Ada"), &json!("DE")));
    let list = "{ deliveryAddresses(first: 5) { nodes { id city } } }";
    let own = world.ask(&buyer(), list, json!({})).await;
    assert_eq!(own["data"]["deliveryAddresses"]["nodes"].as_array().unwrap().len(), 1);
    let others = world.ask(&user(51), list, json!({})).await;
    assert_eq!(others["data"]["deliveryAddresses"]["nodes"], json!([]));
    let visitors = world.ask(&Caller::visitor(), list, json!({})).await;
    assert_eq!(visitors["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let entities = "query($r: [_Any!]!) { _entities(representations: $r) { ... on DeliveryAddress { city } } }";
    let representations = json!({ "r": [{ "__typename": "DeliveryAddress", "id": first["address"]["id"] }] });
    let seen = async |caller: &Caller| {
        world.ask(caller, entities, representations.clone()).await["data"]["_entities"][0].take()
    };
    assert_eq!(seen(&buyer()).await, json!({ "city": "Hamburg" }));
    for caller in [Caller::visitor(), user(51), owner(1), platform()] {
        assert_eq!(seen(&caller).await, Value::Null, "{caller:?}");
    }
    assert!(world.log().await.is_empty(), "addresses make no events");
}

#[tokio::test]
async fn a_deleted_address_stays_until_its_last_shipment_has_ended() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    let list = "{ deliveryAddresses(first: 5) { nodes { id } } }";
    let own = world.ask(&buyer(), list, json!({})).await;
    let address = own["data"]["deliveryAddresses"]["nodes"][0]["id"].clone();
    let deleted = world.change(&buyer(), DELETE, json!({ "id": address })).await;
    assert_eq!(deleted["deletedId"], address);
    let own = world.ask(&buyer(), list, json!({})).await;
    assert_eq!(own["data"]["deliveryAddresses"]["nodes"], json!([]));
    let city = async || {
        world.ask(&owner(1), SHIPMENT, json!({ "id": shipments[0] })).await["data"]["shipment"]["address"].take()
    };
    assert_eq!(city().await, json!({ "city": "Hamburg" }), "who sends something there still sees where to");
    world.cancel(1).await;
    assert_eq!(city().await, Value::Null);
    // For no new order.
    world.plan(2, address.as_str().unwrap(), "standard").await;
    assert_eq!(world.events("refused").await[0].content["reason"], "UNKNOWN_ADDRESS");
}

#[tokio::test]
async fn a_shipment_is_seen_by_its_buyer_and_by_who_sends_it() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    let seen = world.ask(&buyer(), SHIPMENT, json!({ "id": shipments[0] })).await;
    let shipment = &seen["data"]["shipment"];
    assert_eq!((&shipment["weightGrams"], &shipment["methodCode"]), (&json!(800), &json!("standard")), "{seen}");
    assert_eq!(shipment["order"]["id"], json!(order_id(1)));
    let sees = async |caller: &Caller, id: &str| {
        world.ask(caller, SHIPMENT, json!({ "id": id })).await["data"]["shipment"]["id"] == *id
    };
    for caller in [buyer(), owner(1), platform()] {
        assert!(sees(&caller, &shipments[0]).await, "{caller:?}");
    }
    for caller in [Caller::visitor(), user(51), owner(2), member_of(1)] {
        assert!(!sees(&caller, &shipments[0]).await, "{caller:?}");
    }
    let query = "query($r: [_Any!]!) { _entities(representations: $r) {
      ... on Order { shipments { id } } ... on Shipment { status }
    } }";
    let representations = json!({ "r": [
        { "__typename": "Order", "id": order_id(1) }, { "__typename": "Shipment", "nodeId": shipments[1] },
    ] });
    let all = world.ask(&buyer(), query, representations.clone()).await;
    assert_eq!(all["data"]["_entities"][0]["shipments"].as_array().unwrap().len(), 2);
    let own = world.ask(&owner(1), query, representations).await;
    assert_eq!(own["data"]["_entities"], json!([{ "shipments": [{ "id": shipments[0] }] }, null]));
    let list = "query($status: ShipmentStatus) { shipments(first: 5, status: $status) { nodes { id } } }";
    let planned = world.ask(&owner(2), list, json!({ "status": "PLANNED" })).await;
    assert_eq!(planned["data"]["shipments"]["nodes"], json!([{ "id": shipments[1] }]));
    let delivered = world.ask(&owner(2), list, json!({ "status": "DELIVERED" })).await;
    assert_eq!(delivered["data"]["shipments"]["nodes"], json!([]));
    let refused = world.ask(&member_of(1), list, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn staff_labels_and_hands_over() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    world.confirm(1).await;
    let label = "mutation($input: LabelCreateInput!) {
      labelCreate(input: $input) { shipment { status trackingCode version } replayed userErrors { code } }
    }";
    let input = json!({ "shipmentId": shipments[0], "expectedVersion": 2, "idempotencyKey": "one-label-only-1" });
    let first = world.change(&owner(1), label, input.clone()).await;
    assert_eq!(codes(&first), [""; 0], "{first}");
    assert!(first["shipment"]["trackingCode"].as_str().unwrap().starts_with("HANSA-"));
    let again = world.change(&owner(1), label, input).await;
    assert_eq!((&again["replayed"], &again["shipment"]), (&json!(true), &first["shipment"]));
    let dispatch = "mutation($input: ShipmentDispatchInput!) {
      shipmentDispatch(input: $input) { shipment { status } userErrors { code } }
    }";
    let sent = world.change(&platform(), dispatch, json!({ "shipmentId": shipments[0] })).await;
    assert_eq!(sent["shipment"]["status"], "DISPATCHED");
}

const CANCEL: &str = "mutation($input: ShipmentCancelInput!) {
  shipmentCancel(input: $input) { shipment { status } userErrors { code message } }
}";

#[tokio::test]
async fn staff_cancels_what_would_end_the_whole_order_only_before_anything_has_left() {
    let world = World::new().await;
    let cancel = async |seller: u128, shipment: &str| {
        world.change(&owner(seller), CANCEL, json!({ "shipmentId": shipment })).await
    };
    // Whatever has become of the other one: where it has left, the order cannot be undone as a whole.
    let others = [
        (ShipmentStatus::Dispatched, "DISPATCHED"),
        (ShipmentStatus::InTransit, "DISPATCHED"),
        (ShipmentStatus::Failed, "DISPATCHED"),
        (ShipmentStatus::Delivered, "DISPATCHED"),
    ];
    for (order, (status, code)) in (1..).zip(others) {
        let shipments = world.planned(order).await;
        world.confirm(order).await;
        world.label(&shipments[0]).await;
        world.report(&shipments[0], status).await;
        let refused = cancel(2, &shipments[1]).await;
        assert_eq!(codes(&refused), [code], "{status:?}");
        assert!(refused["userErrors"][0]["message"].as_str().unwrap().contains("refund the lines"), "{refused}");
        assert_eq!(world.kinds(&shipments[1]).await, ["planned"]);
    }
    let shipments = world.planned(9).await;
    world.confirm(9).await;
    world.label(&shipments[0]).await;
    assert_eq!(cancel(2, &shipments[1]).await["shipment"]["status"], "CANCELLED");
    assert_eq!(world.kinds(&shipments[1]).await, ["planned", "cancelled"]);
}

#[tokio::test]
async fn the_sandbox_carries_nothing_of_an_order_that_ends() {
    let world = World::with(Some(Duration::from_secs(3))).await;
    let shipments = world.planned(1).await;
    world.confirm(1).await;
    world.after(3).await;
    assert_eq!(world.status(&shipments[0]).await, "LABEL_CREATED");
    world.change(&owner(2), CANCEL, json!({ "shipmentId": shipments[1] })).await;
    world.after(3).await;
    assert_eq!(world.status(&shipments[0]).await, "LABEL_CREATED");
    world.cancel(1).await;
    assert_eq!(world.status(&shipments[0]).await, "CANCELLED");
}

#[tokio::test]
async fn what_becomes_of_a_shipment_is_told_as_it_happens() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    world.confirm(1).await;
    let query = "subscription($id: ID!, $after: String) {
      trackingUpdated(shipmentId: $id, after: $after) { position status shipment { id } }
    }";
    let label = "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { userErrors { code } } }";
    world.change(&owner(1), label, json!({ "shipmentId": shipments[0] })).await;
    let mut changes = subscribe(&world.subgraph, &buyer(), query, json!({ "id": shipments[0] }));
    // Who subscribes while something happens may be told of the next only: one after the other, until something is told.
    let mut news = [ShipmentStatus::Dispatched, ShipmentStatus::InTransit, ShipmentStatus::Failed].into_iter();
    let first = loop {
        let status = news.next().expect("one of them is told");
        tokio::select! {
            first = next(&mut changes) => break first,
            () = world.report(&shipments[0], status) => {}
        }
    };
    let told = &first["data"]["trackingUpdated"];
    assert_eq!(told["shipment"]["id"], json!(shipments[0]), "{first}");
    world.report(&shipments[0], ShipmentStatus::Delivered).await;
    let after = json!({ "id": shipments[0], "after": told["position"] });
    let again = next(&mut subscribe(&world.subgraph, &owner(1), query, after)).await;
    assert_eq!(again["data"]["trackingUpdated"]["status"], "DELIVERED", "{again}");
    for (caller, id) in [(owner(2), shipments[0].as_str()), (buyer(), "nonsense")] {
        let mut refused = subscribe(&world.subgraph, &caller, query, json!({ "id": id }));
        let answer = next(&mut refused).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}

async fn next(changes: &mut BoxStream<'static, Value>) -> Value {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), changes.next()).await;
    waited.expect("something is told").expect("the stream goes on")
}

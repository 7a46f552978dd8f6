//! Plans for orders: made, refused, undone.

use super::world::{World, buyer, command, order_id, owner, plan_request};
use crate::domain::ids::ShippingPlanId;
use hansa_event_sourcing::{RecordedEvent, testing::made_up};
use hansa_subgraph_host::testing::tenant_id;
use serde_json::json;
use std::time::Duration;

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn stream(order: u128) -> String {
    ShippingPlanId::from_uuid(order_id(order).uuid()).to_string()
}

#[tokio::test]
async fn each_tenant_sends_a_shipment() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    assert_eq!(shipments.len(), 2);
    assert_eq!(world.kinds(&stream(1)).await, ["made"]);
    let planned = world.events("planned").await;
    let of = |tenant: u128| planned.iter().find(|event| event.tenant == Some(tenant_id(tenant))).unwrap();
    assert_eq!(of(1).content["lines"].as_array().unwrap().len(), 2);
    assert_eq!(of(2).content["lines"][0]["quantity"], 1);
    let made = &world.events("made").await[0];
    assert_eq!(made.content["commandId"], json!(command(1, 1)));
    assert_eq!(made.correlation_id, Some(uuid::Uuid::from_u128(77)));
    let told = serde_json::to_string(&world.log().await).unwrap();
    assert!(!told.contains("Hamburg") && !told.contains("Ada"), "an address is in no event");
}

#[tokio::test]
async fn a_request_that_comes_again_gets_the_same_answer() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    let address = world.address().await;
    // Even where it says something else by now.
    world.plan(1, &address, "another").await;
    assert_eq!(world.kinds(&stream(1)).await, ["made", "made"]);
    let made = world.events("made").await;
    assert_eq!(made[0].content, made[1].content);
    assert_eq!(world.events("planned").await.len(), shipments.len());
}

#[tokio::test]
async fn what_cannot_be_sent_says_why() {
    let world = World::new().await;
    let address = world.address().await;
    world.method("standard", true).await;
    world.method("own", false).await;
    let update = "mutation($input: DeliveryAddressUpdateInput!) {
      deliveryAddressUpdate(input: $input) { address { country } userErrors { code } }
    }";
    let mut abroad = super::world::address_input();
    abroad["country"] = json!("NZ");
    let far = world.address().await;
    let moved = world.change(&buyer(), update, json!({ "id": far, "address": abroad })).await;
    assert_eq!(moved["address"]["country"], "NZ");
    let cases = [
        (1, "address_00000000000000000000000000", "standard", "UNKNOWN_ADDRESS"),
        (2, "nonsense", "standard", "UNKNOWN_ADDRESS"),
        (3, address.as_str(), "unknown", "NOT_DELIVERABLE"),
        (4, far.as_str(), "standard", "NOT_DELIVERABLE"),
        // The way of shipping is tenant 1's, and tenant 2 sells in the order too.
        (5, address.as_str(), "own", "NOT_DELIVERABLE"),
    ];
    for (order, address, method, reason) in cases {
        world.plan(order, address, method).await;
        let refused = world.events("refused").await;
        let refused = refused.iter().find(|event| event.content["orderId"] == json!(order_id(order)));
        assert_eq!(refused.unwrap().content["reason"], reason, "{address} {method}");
    }
    let mut strangers = plan_request(6, &address, "standard");
    strangers["buyerId"] = json!(hansa_subgraph_host::testing::user_id(51));
    world.tell(("orders", "order_placement"), "planning_requested", strangers).await;
    let mut nothing = plan_request(7, &address, "standard");
    nothing["lines"] = json!([]);
    world.tell(("orders", "order_placement"), "planning_requested", nothing).await;
    let reasons: Vec<_> = world.events("refused").await.iter().map(|event| event.content["reason"].clone()).collect();
    assert_eq!(reasons.iter().filter(|reason| *reason == "UNKNOWN_ADDRESS").count(), 3);
    assert_eq!(reasons.len(), 7);
    assert!(world.events("planned").await.is_empty());
}

#[tokio::test]
async fn a_plan_is_undone() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    world.cancel(1).await;
    world.cancel(1).await;
    assert_eq!(world.kinds(&stream(1)).await, ["made", "cancelled", "cancelled"]);
    let answers: Vec<_> =
        world.events("cancelled").await.into_iter().filter(|event| event.aggregate == "shipping_plan").collect();
    assert_eq!(answers[0].content, answers[1].content);
    assert_eq!(answers[0].content["shipmentIds"], json!(shipments));
    for shipment in shipments {
        assert_eq!(world.kinds(&shipment).await, ["planned", "cancelled"]);
    }
}

#[tokio::test]
async fn what_comes_after_its_undo_is_refused() {
    let world = World::new().await;
    world.cancel(1).await;
    let address = world.address().await;
    world.method("standard", true).await;
    world.plan(1, &address, "standard").await;
    world.plan(1, &address, "standard").await;
    assert_eq!(world.kinds(&stream(1)).await, ["cancelled", "refused", "refused"]);
    assert_eq!(world.events("refused").await[0].content["reason"], "WITHDRAWN");
    assert!(world.events("planned").await.is_empty());
}

#[tokio::test]
async fn what_is_on_its_way_is_not_cancelled() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    world.confirm(1).await;
    let change = |id: &str| json!({ "shipmentId": id });
    let label = "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { userErrors { code } } }";
    let dispatch =
        "mutation($input: ShipmentDispatchInput!) { shipmentDispatch(input: $input) { userErrors { code } } }";
    world.change(&owner(1), label, change(&shipments[0])).await;
    world.change(&owner(1), dispatch, change(&shipments[0])).await;
    world.cancel(1).await;
    let answer = world.events("cancelled").await.into_iter().find(|event| event.aggregate == "shipping_plan").unwrap();
    assert_eq!(answer.content["shipmentIds"], json!([shipments[1]]));
    assert_eq!(answer.content["dispatchedShipmentIds"], json!([shipments[0]]));
}

#[tokio::test]
async fn a_plan_is_withdrawn_whole_or_not_at_all() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    world.confirm(1).await;
    let change = |id: &str| json!({ "shipmentId": id });
    let label = "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { userErrors { code } } }";
    let dispatch =
        "mutation($input: ShipmentDispatchInput!) { shipmentDispatch(input: $input) { userErrors { code } } }";
    world.change(&owner(1), label, change(&shipments[0])).await;
    world.change(&owner(1), dispatch, change(&shipments[0])).await;
    for _ in 0..2 {
        world.withdraw(1).await;
    }
    let refusals = world.events("cancellation_refused").await;
    assert_eq!(refusals.len(), 2);
    for refusal in refusals {
        let told = json!({
            "orderId": order_id(1), "commandId": command(1, 3), "dispatchedShipmentIds": [shipments[0]],
        });
        assert_eq!(refusal.content, told);
    }
    assert_eq!(world.status(&shipments[1]).await, "PLANNED", "nothing is cancelled");
    // The system is not refused.
    world.cancel(1).await;
    assert_eq!(world.status(&shipments[1]).await, "CANCELLED");
    // Where nothing has left, all of it is cancelled.
    world.plan(2, &world.address().await, "standard").await;
    let shipments = world.shipments(2).await;
    world.withdraw(2).await;
    assert_eq!(world.kinds(&stream(2)).await, ["made", "cancelled"]);
    for shipment in shipments {
        assert_eq!(world.status(&shipment).await, "CANCELLED");
    }
}

#[tokio::test]
async fn what_contradicts_itself_is_not_handled() {
    let world = World::new().await;
    world.planned(1).await;
    let mut other_order = plan_request(2, "x", "standard");
    other_order["commandId"] = json!(command(1, 1));
    let mut no_quantity = plan_request(3, "x", "standard");
    no_quantity["lines"][0]["quantity"] = json!(0);
    no_quantity["deliveryAddressId"] = json!(world.address().await);
    let mut undoes_other = super::world::cancellation(4);
    undoes_other["undoes"] = json!(command(1, 1));
    let cases = [
        ("planning_requested", other_order),
        ("planning_requested", no_quantity),
        ("planning_requested", json!({ "orderId": order_id(1) })),
        ("planning_cancellation_requested", undoes_other.clone()),
        ("planning_withdrawal_requested", undoes_other),
        ("planning_cancellation_requested", json!({ "orderId": order_id(5), "commandId": command(5, 2) })),
    ];
    for (event_type, content) in cases {
        assert!(world.handle_alone(event_type, content.clone()).await.is_err(), "{event_type} {content}");
    }
}

#[tokio::test]
async fn the_sandbox_carries_confirmed_shipments_to_their_doors() {
    let world = World::with(Some(Duration::from_secs(3))).await;
    let shipments = world.planned(1).await;
    world.after(10).await;
    assert_eq!(world.status(&shipments[0]).await, "PLANNED", "nothing goes before the order is confirmed");
    let confirmed = made_up(("order", order_id(1).to_string()), "confirmed", json!({ "orderId": order_id(1) }));
    world.hear("orders", RecordedEvent { traceparent: Some(TRACE.to_owned()), ..confirmed }).await;
    world.confirm(1).await;
    for status in ["PLANNED", "LABEL_CREATED", "DISPATCHED", "IN_TRANSIT", "DELIVERED", "DELIVERED"] {
        assert_eq!(world.status(&shipments[0]).await, status);
        world.after(3).await;
    }
    let expected = ["planned", "label_created", "dispatched", "in_transit", "delivered"];
    for shipment in shipments {
        assert_eq!(world.kinds(&shipment).await, expected);
    }
    let carried: Vec<_> = world.log().await.into_iter().filter(|event| event.operation == "sandbox-carrier").collect();
    assert_eq!(carried.len(), 8);
    for event in carried {
        assert_eq!(event.correlation_id, Some(order_id(1).uuid()), "{}", event.event_type);
        assert_eq!(event.traceparent.as_deref(), Some(TRACE), "of the confirmation: {}", event.event_type);
    }
}

#[tokio::test]
async fn a_confirmation_that_comes_before_the_plan_counts() {
    let world = World::with(Some(Duration::from_secs(3))).await;
    world.confirm(1).await;
    let shipments = world.planned(1).await;
    let label = "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { userErrors { code } } }";
    let made = world.change(&owner(1), label, json!({ "shipmentId": shipments[0] })).await;
    assert_eq!(super::world::codes(&made), [""; 0]);
}

#[test]
fn what_others_publish_is_read() {
    use hansa_event_sourcing::testing::consumed;
    for listener in crate::LISTENS {
        for listening in listener.events {
            for (event_type, version) in listening.events {
                let name = format!("{}.{}.{event_type}.v{version}", listening.context, listening.aggregate);
                assert_eq!(crate::requests::readable(&consumed(&name)), Ok(()), "{name}");
            }
        }
    }
}

//! Addresses of users who were erased.

use super::world::{ADDRESS_CREATE, World, address_input, buyer, codes, owner};
use crate::ShipmentStatus;
use hansa_event_sourcing::testing::consumed;
use hansa_relational::{Row, query};
use hansa_subgraph_host::testing::{user, user_id};
use serde_json::{Value, json};

async fn kept(world: &World) -> i64 {
    let count = query("SELECT COUNT(*) AS count FROM addresses WHERE recipient = 'Ada'");
    let count: Row = count.fetch_one(world.shipping.store()).await.unwrap();
    count.int("count").unwrap()
}

async fn erase(world: &World, number: u128) {
    let mut event = consumed("identity.user.erased.v1");
    event.event_id = uuid::Uuid::now_v7();
    event.content["userId"] = json!(user_id(number));
    world.hear("identity", event).await;
}

#[tokio::test]
async fn all_addresses_go_but_those_that_a_label_needs() {
    let world = World::new().await;
    let shipments = world.planned(1).await;
    world.confirm(1).await;
    world.address().await;
    let others = world.change(&user(51), ADDRESS_CREATE, json!({ "address": address_input() })).await;
    assert_eq!((codes(&others).len(), kept(&world).await), (0, 3));
    for _ in 0..2 {
        erase(&world, 50).await;
    }
    assert_eq!(kept(&world).await, 2, "that of the shipments, and the other user's");
    let list = world.ask(&buyer(), "{ deliveryAddresses(first: 9) { nodes { id } } }", json!({})).await;
    assert_eq!(list["data"]["deliveryAddresses"]["nodes"], json!([]), "{list}");
    let refused = world.change(&buyer(), ADDRESS_CREATE, json!({ "address": address_input() })).await;
    assert_eq!(codes(&refused), ["FORBIDDEN"]);

    let label = "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { userErrors { code } } }";
    for (tenant, shipment) in [(1, &shipments[0]), (2, &shipments[1])] {
        let made = world.change(&owner(tenant), label, json!({ "shipmentId": shipment })).await;
        assert_eq!(codes(&made), [""; 0]);
    }
    let seen = world
        .ask(
            &owner(1),
            "query($id: ID!) { shipment(id: $id) { address { recipient city } } }",
            json!({ "id": shipments[0] }),
        )
        .await;
    let shown = json!({ "recipient": "Ada", "city": "Hamburg" });
    assert_eq!(seen["data"]["shipment"]["address"], shown, "{seen}");
    for shipment in &shipments {
        world.report(shipment, ShipmentStatus::Delivered).await;
    }
    assert_eq!(kept(&world).await, 1, "the parcels have arrived");
    let seen = world
        .ask(
            &owner(1),
            "query($id: ID!) { shipment(id: $id) { status address { city } } }",
            json!({ "id": shipments[0] }),
        )
        .await;
    assert_eq!(seen["data"]["shipment"], json!({ "status": "DELIVERED", "address": Value::Null }), "{seen}");
}

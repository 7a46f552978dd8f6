//! By which ways of shipping goods may leave a warehouse.

use super::world::World;
use crate::Warehouses;
use hansa_event_sourcing::{RecordedEvent, testing::consumed};
use hansa_messaging::{Consumer as _, ReceivedEvent};
use hansa_subgraph_host::{Caller, testing::tenant_id};
use serde_json::{Value, json};

const METHODS: &str = "query($r: [_Any!]!) { _entities(representations: $r) {
  ... on Warehouse { serviceableMethods { code } }
} }";

fn warehouse(number: u128) -> String {
    format!("warehouse_{number:026}")
}

/// What inventory tells of the warehouse of the tenant with this number.
fn told(number: u128, version: i64, is_active: bool) -> RecordedEvent {
    let mut event = consumed("inventory.warehouse.updated.v1");
    event.event_id = uuid::Uuid::now_v7();
    event.stream_id = warehouse(number);
    event.stream_version = version;
    event.tenant = Some(tenant_id(number));
    event.content["warehouseId"] = json!(warehouse(number));
    event.content["isActive"] = json!(is_active);
    event
}

async fn serviceable(world: &World, numbers: &[u128]) -> Vec<Value> {
    let wanted: Vec<Value> =
        numbers.iter().map(|number| json!({ "__typename": "Warehouse", "id": warehouse(*number) })).collect();
    let answer = world.ask(&Caller::visitor(), METHODS, json!({ "r": wanted })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let entities = answer["data"]["_entities"].as_array().unwrap();
    entities.iter().map(|entity| entity["serviceableMethods"].clone()).collect()
}

#[tokio::test]
async fn a_warehouse_is_served_by_the_platforms_ways_and_its_tenants() {
    let world = World::new().await;
    world.method("standard", true).await;
    world.method("own", false).await;
    for event in [told(1, 1, true), told(2, 1, true), told(3, 1, true), told(3, 3, false), told(3, 2, true)] {
        world.hear("inventory", event).await;
    }
    let seen = serviceable(&world, &[1, 2, 3, 4]).await;
    assert_eq!(seen[0], json!([{ "code": "own" }, { "code": "standard" }]));
    assert_eq!(seen[1], json!([{ "code": "standard" }]));
    // One that does not serve, whatever is told late; and one that nobody has told of.
    assert_eq!(seen[2..], [json!([]), Value::Null]);
}

#[tokio::test]
async fn inventorys_examples_are_read_and_what_is_no_warehouse_is_poison() {
    let world = World::new().await;
    let handled = async |event: RecordedEvent| {
        let received = ReceivedEvent { source: "inventory".to_owned(), lane: 0, position: 1, event };
        let command = world.shipping.carrier_command("warehouses");
        let mut unit = world.shipping.store().begin_unit(&command).await.unwrap();
        let handled = Warehouses.handle(&mut unit, &received).await.map_err(|error| error.to_string());
        unit.rollback().await.unwrap();
        handled
    };
    for event in ["created", "updated"] {
        assert_eq!(handled(consumed(&format!("inventory.warehouse.{event}.v1"))).await, Ok(()));
    }
    let nobodys = RecordedEvent { tenant: None, ..told(1, 1, true) };
    assert!(handled(nobodys).await.unwrap_err().contains("is no tenant's"));
    let other = RecordedEvent { content: json!({ "warehouseId": "x" }), ..told(1, 1, true) };
    assert!(handled(other).await.unwrap_err().contains("has another form"));
}

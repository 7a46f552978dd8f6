//! By which ways of shipping goods may leave a warehouse.

use super::world::World;
use crate::Warehouses;
use hansa_event_sourcing::{DomainEvent, EventContent, LoggedEvent, RecordedEvent, SharedEventLog, testing::consumed};
use hansa_messaging::{Consumer as _, ReceivedEvent};
use hansa_relational::{Checkpoint, Migrations, OpenOptions, Relational, query};
use hansa_subgraph_host::{Caller, testing::tenant_id};
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

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

/// What inventory tells of a warehouse of tenant 1 that serves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    warehouse_id: String,
    is_active: bool,
}

impl EventContent for Told {
    fn event_type(&self) -> &'static str {
        "updated"
    }
}

/// Lets the consumer handle all that is in this log, as its runner does.
async fn consume(world: &World, log: &Relational) {
    let (store, command) = (world.shipping.store(), world.shipping.carrier_command("warehouses"));
    for lane in 0..2 {
        let events = log.events_after(lane, 0, 100).await.unwrap();
        let Some(last) = events.last().map(|event| event.position) else { continue };
        let received = |logged: LoggedEvent| {
            let LoggedEvent { lane, position, event } = logged;
            ReceivedEvent { source: "inventory".to_owned(), lane, position, event }
        };
        let events: Vec<ReceivedEvent> = events.into_iter().map(received).collect();
        let mut unit = store.begin_unit(&command).await.unwrap();
        Warehouses.handle_all(&mut unit, &events).await.unwrap();
        let checkpoint = Checkpoint { consumer: Warehouses::NAME, source: "inventory", lane };
        unit.move_checkpoint(checkpoint, (0, last)).await.unwrap();
        unit.commit(&()).await.unwrap();
    }
}

#[tokio::test]
async fn the_table_can_be_built_anew() {
    static NOTHING: Migrations = Migrations { sqlite: &[], postgres: &[] };
    let world = World::new().await;
    world.method("standard", true).await;
    let options = OpenOptions { lanes: 2, ..OpenOptions::default() };
    let log = Relational::open_with(world.services.database("inventory"), &NOTHING, options).await.unwrap();
    let command = world.shipping.carrier_command("warehouses");
    let mut unit = log.begin_unit(&command).await.unwrap();
    for (version, number, is_active) in [(1, 1, true), (1, 2, true), (2, 2, false), (1, 3, true)] {
        let told = Told { warehouse_id: warehouse(number), is_active };
        unit.record(DomainEvent::new("warehouse", (warehouse(number), version), Some(tenant_id(1)), &told));
    }
    unit.commit(&()).await.unwrap();
    consume(&world, &log).await;
    let right = serviceable(&world, &[1, 2, 3]).await;
    assert_eq!(right, [json!([{ "code": "standard" }]), json!([]), json!([{ "code": "standard" }])]);
    let logs = BTreeMap::from([("inventory", Arc::new(log) as SharedEventLog)]);
    let rebuilt = async || {
        let mut rebuilding = world.shipping.workers().rebuild(Warehouses::NAME, &logs).await.unwrap();
        rebuilding.catch_up(&mut |_, _| {}).await.unwrap();
        let rebuilt = rebuilding.finish(true).await.unwrap();
        rebuilding.end().await.unwrap();
        (rebuilt.handled, rebuilt.is_swapped)
    };
    assert_eq!(rebuilt().await, (4, false), "the same events make the same rows");
    let mut unit = world.shipping.store().begin_unit(&command).await.unwrap();
    for wrong in ["UPDATE warehouses SET is_active = NOT is_active", "DELETE FROM warehouses WHERE id LIKE '%3'"] {
        query(wrong).execute(&mut unit).await.unwrap();
    }
    unit.commit(&()).await.unwrap();
    assert_ne!(serviceable(&world, &[1, 2, 3]).await, right);
    assert_eq!(rebuilt().await, (4, true));
    assert_eq!(serviceable(&world, &[1, 2, 3]).await, right);
}

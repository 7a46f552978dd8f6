//! Levels, told to whoever listens: only when they change, not too often, and right in the end.

use super::world::{World, commit, owner, release, reserve};
use chrono::TimeDelta;
use futures_util::StreamExt as _;
use hansa_messaging::testing::TestWorkers;
use hansa_subgraph_host::{Caller, testing::subscribe};
use serde_json::{Value, json};
use std::time::Duration;

const LISTEN: &str = "subscription($ids: [ID!]!, $after: String) {
  availabilityChanged(variantIds: $ids, after: $after) { position level variant { id availability { level saleable } } }
}";

/// The next change, or a failure after ten seconds.
async fn next(stream: &mut (impl futures_util::Stream<Item = Value> + Unpin)) -> Value {
    let next = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
    next.expect("a change comes").expect("the stream goes on")
}

fn is_low(change: &Value) -> bool {
    change["data"]["availabilityChanged"]["level"] == "LOW_STOCK"
}

/// The next change to this level.
async fn next_to(stream: &mut (impl futures_util::Stream<Item = Value> + Unpin), level: &str) -> Value {
    loop {
        let mut change = next(stream).await;
        let change = change["data"]["availabilityChanged"].take();
        if change["level"] == level {
            return change;
        }
    }
}

/// Levels that the log has told of, in their order.
async fn told(world: &World) -> Vec<String> {
    let events = world.log().await.into_iter().filter(|event| event.aggregate == "availability");
    events.map(|event| event.content["level"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn changes_are_told_to_listeners_who_can_come_back() {
    let world = World::new().await;
    let (variant, other) = (world.stocked(7).await, world.variant(1).await);
    let ids = json!({ "ids": [variant, "nonsense"] });
    let mut stream = subscribe(&world.subgraph, &Caller::visitor(), LISTEN, ids);
    // Whether it listens already cannot be seen: so the level changes until it is told of.
    let mut order = 0;
    let first = loop {
        order += 1;
        world.services.clock.advance(TimeDelta::seconds(1));
        world.deliver(&[reserve(order, &[(variant, 1, 2)])]).await;
        let told = tokio::time::timeout(Duration::from_millis(200), stream.next()).await;
        if let Ok(Some(first)) = told.map(|first| first.filter(|first| is_low(first))) {
            break first;
        }
        assert!(order < 50, "nothing was told");
        world.services.clock.advance(TimeDelta::seconds(1));
        world.deliver(&[release(order)]).await;
    };
    let change = &first["data"]["availabilityChanged"];
    assert_eq!(change["level"], "LOW_STOCK", "{first}");
    assert_eq!(change["variant"], json!({ "id": variant, "availability": { "level": "LOW_STOCK", "saleable": null } }));
    // Another variant is not told of.
    world.receive(1, (other, world.levels().await[0].warehouse), 9).await;
    world.services.clock.advance(TimeDelta::seconds(1));
    world.deliver(&[reserve(1_000, &[(variant, 1, 5)])]).await;
    let second = next_to(&mut stream, "OUT_OF_STOCK").await;
    assert_eq!(second["variant"]["id"], json!(variant));
    let after = json!({ "ids": [variant], "after": change["position"] });
    let mut again = subscribe(&world.subgraph, &owner(1), LISTEN, after);
    let repeated = next(&mut again).await;
    let repeated = &repeated["data"]["availabilityChanged"];
    assert_eq!(
        (&repeated["level"], &repeated["variant"]["availability"]["saleable"]),
        (&json!("OUT_OF_STOCK"), &json!(0))
    );
}

#[tokio::test]
async fn a_level_is_told_when_it_changes_and_not_more_than_five_times_a_second() {
    let world = World::new().await;
    let variant = world.stocked(7).await;
    assert_eq!(told(&world).await, ["IN_STOCK"]);
    let workers = TestWorkers::run(world.context.workers());
    // Within the same 200 ms: nothing more yet, however often it changes.
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), reserve(2, &[(variant, 1, 5)])]).await;
    world.deliver(&[release(2)]).await;
    assert_eq!(told(&world).await, ["IN_STOCK"]);
    world.services.clock.advance(TimeDelta::milliseconds(201));
    workers.drained().await;
    assert_eq!(told(&world).await, ["IN_STOCK", "LOW_STOCK"]);
    // Later it is told at once; and what does not change the level is not told at all.
    world.services.clock.advance(TimeDelta::milliseconds(201));
    world.deliver(&[commit(1), reserve(3, &[(variant, 1, 1)])]).await;
    assert_eq!(told(&world).await, ["IN_STOCK", "LOW_STOCK"]);
    world.deliver(&[release(3), reserve(4, &[(variant, 1, 5)])]).await;
    assert_eq!(told(&world).await, ["IN_STOCK", "LOW_STOCK", "OUT_OF_STOCK"]);
    // A change that was taken back in time is never told.
    world.deliver(&[release(4)]).await;
    world.deliver(&[reserve(5, &[(variant, 1, 5)])]).await;
    world.services.clock.advance(TimeDelta::seconds(1));
    workers.drained().await;
    assert_eq!(told(&world).await, ["IN_STOCK", "LOW_STOCK", "OUT_OF_STOCK"]);
    workers.stop().await;
}

#[tokio::test]
async fn a_warehouse_that_closes_takes_its_stock_along() {
    let world = World::new().await;
    let variant = world.stocked(7).await;
    let warehouse = world.levels().await[0].warehouse;
    let workers = TestWorkers::run(world.context.workers());
    for (is_active, level) in [(false, "OUT_OF_STOCK"), (true, "IN_STOCK")] {
        world.services.clock.advance(TimeDelta::seconds(1));
        let change = json!({ "id": warehouse, "isActive": is_active });
        world.mutate(&owner(1), "warehouseUpdate", change, "__typename").await;
        workers.drained().await;
        let query = "query($ids: [ID!]!) { availability(variantIds: $ids) { level } }";
        let seen = world.data(&Caller::visitor(), query, json!({ "ids": [variant] })).await;
        assert_eq!(seen["availability"][0]["level"], level);
        assert_eq!(told(&world).await.last().map(String::as_str), Some(level));
    }
    workers.stop().await;
}

#[tokio::test]
async fn wrong_subscriptions_are_told_so() {
    let world = World::new().await;
    let variant = world.stocked(7).await;
    for variables in [json!({ "ids": [variant], "after": "nonsense" }), json!({ "ids": vec![variant; 101] })] {
        let mut stream = subscribe(&world.subgraph, &Caller::visitor(), LISTEN, variables);
        let refused = next(&mut stream).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    }
}

//! The whole way: requests on the bus, answers in the log, holds that end, and processes that are killed in between.

use super::{
    dispatches::dispatched,
    world::{World, commit, event, extend, line_id, release, reserve},
};
use crate::tables::reservations;
use chrono::TimeDelta;
use hansa_event_sourcing::testing::consumed;
use hansa_messaging::{
    ReceivedEvent,
    testing::{TestWorkers, publish_foreign},
};
use serde_json::json;

async fn publish(world: &World, events: impl IntoIterator<Item = ReceivedEvent>) {
    for event in events {
        publish_foreign(&world.services.bus, "orders", event.event).await;
    }
}

#[tokio::test]
async fn requests_on_the_bus_are_answered_once_whoever_dies() {
    let mut world = World::new().await;
    let variant = world.stocked(30).await;
    publish(&world, (1..=60).map(|order| reserve(order, &[(variant, 1, 1)]))).await;
    for _ in 0..3 {
        let workers = TestWorkers::run(world.context.workers());
        tokio::task::yield_now().await;
        drop(workers);
        world = world.restarted().await;
    }
    let workers = TestWorkers::run(world.context.workers());
    workers.drained().await;
    assert_eq!(world.numbers().await, (30, 30, 0));
    publish(&world, (1..=60).map(commit)).await;
    workers.drained().await;
    assert_eq!(world.numbers().await, (0, 0, 30));
    for order in 1..=60 {
        let types = world.answer_types(order).await;
        assert!(types == ["made", "committed"] || types == ["refused", "commit_refused"], "{order}: {types:?}");
    }
    workers.stop().await;
}

#[tokio::test]
async fn holds_end_by_a_timer_that_survives_restarts() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), reserve(2, &[(variant, 1, 1)]), release(2)]).await;
    let world = world.restarted().await;
    let workers = TestWorkers::run(world.context.workers());
    workers.drained().await;
    assert_eq!(world.numbers().await, (5, 2, 0));
    world.services.clock.advance(TimeDelta::seconds(901));
    workers.drained().await;
    assert_eq!(world.numbers().await, (5, 0, 0));
    assert_eq!(world.answer_types(1).await, ["made", "expired"]);
    assert_eq!(world.answer_types(2).await, ["made", "released"]);
    workers.stop().await;
}

/// A carrier that tells of the delivery first: shipping tells of the dispatch with it, and of more that is not for us.
#[tokio::test]
async fn a_shipment_that_was_delivered_at_once_is_awaited_no_more() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    let workers = TestWorkers::run(world.context.workers());
    publish(&world, [reserve(1, &[(variant, 1, 2)]), commit(1)]).await;
    workers.drained().await;
    let left = dispatched(1, (1, &[(line_id(1, 0), 2)])).event;
    for (version, event_type) in (3..).zip(["dispatched", "in_transit", "delivered"]) {
        let mut event = left.clone();
        event.event_id = uuid::Uuid::now_v7();
        event.stream_version = version;
        event.event_type = event_type.to_owned();
        publish_foreign(&world.services.bus, "shipping", event).await;
    }
    workers.drained().await;
    let level = world.levels().await.remove(0);
    assert_eq!((level.on_hand, level.committed, level.awaiting_dispatch), (3, 2, 0));
    workers.stop().await;
}

/// Between the look at what is due and the end of the hold, the order got more time.
#[tokio::test]
async fn a_hold_that_was_just_made_longer_does_not_end() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), reserve(2, &[(variant, 1, 1)])]).await;
    world.services.clock.advance(TimeDelta::seconds(900));
    let command = world.command("expire");
    let due = reservations::due(&world.context.db, command.now, 10).await.unwrap();
    assert_eq!(due.len(), 2);
    world.deliver(&[extend(1, 900)]).await;
    assert_eq!(world.context.expire(&command, &due).await.unwrap(), 1);
    assert_eq!(world.numbers().await, (5, 2, 0));
    assert_eq!(
        (world.answer_types(1).await, world.answer_types(2).await),
        (vec!["made".to_owned(), "extended".to_owned()], vec!["made".to_owned(), "expired".to_owned()],)
    );
    world.services.clock.advance(TimeDelta::seconds(900));
    assert_eq!(world.context.expire_some().await.unwrap(), 1, "it ends when its time is over");
    assert_eq!(world.numbers().await, (5, 0, 0));
}

#[tokio::test]
async fn one_bad_request_stops_nobody_else() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    let bad = event(9, "reservation_requested", json!({ "orderId": "x" }));
    publish(&world, [reserve(1, &[(variant, 1, 1)]), bad, reserve(2, &[(variant, 1, 1)])]).await;
    let workers = TestWorkers::run(world.context.workers());
    workers.drained().await;
    assert_eq!(world.numbers().await, (5, 2, 0));
    workers.stop().await;
}

#[tokio::test]
async fn variants_come_from_the_catalog() {
    let world = World::new().await;
    let product = consumed("catalog.product.published.v1");
    let variant: crate::VariantId =
        serde_json::from_value(product.content["variants"][0]["variantId"].clone()).unwrap();
    publish_foreign(&world.services.bus, "catalog", product).await;
    let workers = TestWorkers::run(world.context.workers());
    workers.drained().await;
    let query = "query($ids: [ID!]!) { availability(variantIds: $ids) { level } }";
    let seen = world.data(&super::world::owner(1), query, json!({ "ids": [variant] })).await;
    assert_eq!(seen["availability"], json!([{ "level": "OUT_OF_STOCK" }]));
    workers.stop().await;
    assert!(world.folder().join("bus").exists());
}

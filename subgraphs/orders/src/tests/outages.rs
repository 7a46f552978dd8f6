//! Orders that were accepted while the bus was away, and holds of orders that take long.

use super::{
    answers::{AFTER_CONFIRMED, UNTIL_CONFIRMED},
    world::{World, buyer},
};
use crate::domain::ids::OrderId;
use chrono::TimeDelta;
use hansa_messaging::Bus;
use serde_json::json;
use std::time::{Duration, Instant};

/// How often an order was found to wait for the bus.
async fn delays(world: &World, order: OrderId) -> usize {
    world.placing(order).await.iter().filter(|name| *name == "delayed").count()
}

/// Lets time go by while the bus is away, as timers see it.
async fn cut_off(world: &World, order: OrderId, minutes: i64) {
    for _ in 0..minutes / 5 {
        let before = delays(world, order).await;
        world.advance(TimeDelta::minutes(5));
        let deadline = Instant::now() + Duration::from_secs(20);
        while delays(world, order).await == before && world.status(order).await == "PENDING" {
            assert!(Instant::now() < deadline, "nobody looks at {order}: {:?}", world.placing(order).await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// An order that is placed while the bus is away, in a world that has seen that it is.
async fn placed_without_a_bus() -> (World, Bus, OrderId) {
    let world = World::new().await;
    let bus = world.services.bus.clone();
    let world = world.restarted_with(&Bus::embedded("/dev/null/nowhere".into())).await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    let deadline = Instant::now() + Duration::from_secs(20);
    while world.orders.backlog.waiting().since.is_none() {
        assert!(Instant::now() < deadline, "nobody sees that the bus is away");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (world, bus, order)
}

#[tokio::test]
async fn orders_that_were_accepted_during_an_outage_are_confirmed_after_it() {
    let (world, bus, order) = placed_without_a_bus().await;
    cut_off(&world, order, 55).await;
    assert_eq!(world.status(order).await, "PENDING");
    let asked = world.placing(order).await.into_iter().filter(|name| name == "reservation_requested").count();
    assert_eq!(asked, 1, "what cannot be sent is not sent again");
    let world = world.restarted_with(&bus).await;
    world.drained().await;
    // The participants are slow, too, for as long as they always may be.
    world.advance(TimeDelta::minutes(1));
    world.drained().await;
    for step in UNTIL_CONFIRMED.into_iter().chain(AFTER_CONFIRMED) {
        world.answer(order, step, None).await;
    }
    assert_eq!(world.status(order).await, "CONFIRMED");
    assert_eq!(world.placing(order).await.last().unwrap(), "completed");
}

#[tokio::test]
async fn an_outage_of_more_than_an_hour_ends_what_was_accepted_before_it() {
    let (world, bus, order) = placed_without_a_bus().await;
    cut_off(&world, order, 70).await;
    assert_eq!(world.status(order).await, "REJECTED TIMED_OUT");
    let world = world.restarted_with(&bus).await;
    world.answer(order, ("reservation_release_requested", "reservation.released"), None).await;
    assert_eq!(world.placing(order).await.last().unwrap(), "compensated");
}

#[tokio::test]
async fn an_order_under_review_asks_for_a_longer_hold() {
    let world = World::new().await;
    let order = world.place(&buyer(), &[(1, 1)]).await;
    let request = world.request(order, "reservation_requested").await.unwrap();
    let until = world.services.clock.now() + TimeDelta::minutes(15);
    let held = |event_type: &str, command: &serde_json::Value, until| {
        let content = json!({ "orderId": order, "commandId": command, "expiresAt": until });
        world.foreign(("reservation", event_type), "reservation_1", content)
    };
    world.hear("inventory", held("made", &request["commandId"], until)).await;
    world.drained().await;
    world.advance(TimeDelta::seconds(10));
    world.answer(order, ("authorisation_requested", "payment.outcome_unknown"), None).await;
    assert_eq!(world.status(order).await, "PAYMENT_REVIEW");
    let extension = world.request(order, "reservation_extension_requested").await.unwrap();
    assert_eq!((&extension["extends"], &extension["holdSeconds"]), (&request["commandId"], &json!(900)));
    world.hear("inventory", held("extended", &extension["commandId"], until + TimeDelta::minutes(15))).await;
    world.drained().await;
    world.advance(TimeDelta::minutes(8));
    for step in [UNTIL_CONFIRMED[1], UNTIL_CONFIRMED[2]] {
        world.answer(order, step, None).await;
    }
    assert_eq!(world.status(order).await, "CONFIRMED");
    let asked = world.placing(order).await.into_iter().filter(|name| name.contains("extension")).count();
    assert_eq!(asked, 1);
}

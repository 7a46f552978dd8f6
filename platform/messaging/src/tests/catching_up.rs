//! Waiting for consumers: what they have to take, and what they need not be waited for.

use super::world::*;
use crate::{Behind, CatchingUp, OnFailure, Workers, testing::TestWorkers};
use hansa_event_sourcing::DomainEvent;
use std::time::Duration;

on_engines! {
    a_consumer_is_behind_until_it_has_taken_what_was_recorded,
    what_a_consumer_does_not_listen_to_is_not_waited_for,
    a_lane_that_waits_for_an_operator_is_not_waited_for,
}

async fn both(folder: &World, on_failure: OnFailure) -> (Workers, Workers, Recorder) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let recorder = Recorder::new(on_failure);
    (workers("shop", &bus, &shop), workers("stock", &bus, &stock).consumer(recorder.clone()), recorder)
}

async fn behind(workers: &[Workers]) -> Vec<Behind> {
    CatchingUp::of(workers).await.unwrap().behind().await.unwrap()
}

async fn a_consumer_is_behind_until_it_has_taken_what_was_recorded(folder: World) {
    let (shop, stock, _) = both(&folder, OnFailure::Park).await;
    let all = [shop.clone(), stock.clone()];
    assert_eq!(behind(&all).await, []);
    record_many(shop.relational().unwrap(), (0, 40), 5).await;
    let catching_up = CatchingUp::of(&all).await.unwrap();
    let expected = Behind { context: "stock", consumer: "recorder", events: 40 };
    assert_eq!(catching_up.behind().await.unwrap(), std::slice::from_ref(&expected));
    assert_eq!(expected.to_string(), "recorder of stock (up to 40 events)");
    // Nobody who has its log is among these.
    assert_eq!(behind(std::slice::from_ref(&stock)).await, []);
    let publishing = TestWorkers::run(shop.clone());
    publishing.drained().await;
    assert_eq!(catching_up.behind().await.unwrap(), std::slice::from_ref(&expected), "published is not taken");
    let listening = TestWorkers::run(stock);
    listening.drained().await;
    assert_eq!(catching_up.behind().await.unwrap(), []);
    assert_eq!(behind(&all).await, []);
}

async fn what_a_consumer_does_not_listen_to_is_not_waited_for(folder: World) {
    let (shop, stock, _) = both(&folder, OnFailure::Park).await;
    let mut unit = shop.relational().unwrap().begin_unit(&command("stock")).await.unwrap();
    for number in 0..10 {
        let stream = (format!("shelf_{number}"), 1);
        unit.record(DomainEvent::new("shelf", stream, None, &Placed { number }));
    }
    unit.commit(&()).await.unwrap();
    assert_eq!(behind(&[shop, stock]).await, []);
}

async fn a_lane_that_waits_for_an_operator_is_not_waited_for(folder: World) {
    let (shop, stock, recorder) = both(&folder, OnFailure::Halt).await;
    recorder.failures.set(0, Failing::Poison);
    let all = [shop.clone(), stock.clone()];
    record_many(shop.relational().unwrap(), (0, 5), 1).await;
    assert_eq!(behind(&all).await.len(), 1);
    let (_publishing, _listening) = (TestWorkers::run(shop), TestWorkers::run(stock));
    let halted = async {
        while !behind(&all).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), halted).await.expect("it halts at once");
}

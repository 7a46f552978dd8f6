//! Events from one context to another, with nothing going wrong, and with handlers that fail.

use super::world::*;
use crate::{DeadLetterState, OnFailure, operating, testing::TestWorkers};

on_engines! {
    every_event_has_its_effect_once_and_in_the_order_of_its_stream,
    an_event_that_fails_is_tried_again_and_later_ones_of_its_stream_wait,
}

async fn every_event_has_its_effect_once_and_in_the_order_of_its_stream(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    record_many(&shop, (0, 300), 7).await;
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(Recorder::new(OnFailure::Park)));
    record_many(&shop, (300, 300), 7).await;
    publishing.drained().await;
    listening.drained().await;
    assert_handled_once(&stock, 600).await;
    publishing.stop().await;
    listening.stop().await;
}

async fn an_event_that_fails_is_tried_again_and_later_ones_of_its_stream_wait(folder: World) {
    let bus = bus(folder.path());
    let (shop, stock) = (folder.store("shop").await, folder.store("stock").await);
    let recorder = Recorder::new(OnFailure::Park);
    recorder.failures.set(3, Failing::Times(3));
    recorder.failures.set(5, Failing::Poison);
    recorder.failures.set(6, Failing::Panic);
    let _publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(recorder.clone()));
    record_many(&shop, (0, 40), 10).await;
    _publishing.drained().await;
    listening.drained().await;
    let letters = operating::dead_letters(&stock, None, true).await.unwrap();
    let states: Vec<(String, DeadLetterState)> =
        letters.iter().map(|letter| (letter.stream_id.clone(), letter.state)).collect();
    for stream in ["order_5", "order_6"] {
        let of_stream: Vec<DeadLetterState> =
            states.iter().filter(|(id, _)| id == stream).map(|(_, state)| *state).collect();
        use DeadLetterState::{Parked, Waiting};
        assert_eq!(of_stream, [Parked, Waiting, Waiting, Waiting], "{stream}");
    }
    assert_eq!(letters.len(), 8);
    assert_eq!(handled(&stock).await.len(), 32);
    recorder.failures.clear();
    for stream in ["order_5", "order_6"] {
        operating::retry_stream(&stock, &command("retry"), ("recorder", stream)).await.unwrap();
    }
    listening.drained().await;
    assert_eq!(operating::dead_letters(&stock, None, true).await.unwrap(), []);
    assert_handled_once(&stock, 40).await;
}

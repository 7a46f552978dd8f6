//! Several processes with the same context: one relays, and one that slept through the loss of its lease does no harm.

use super::{server::Server, world::*};
use crate::{
    OnFailure,
    bus::BusLane,
    testing::{TestWorkers, test_settings},
};
use std::{future::Future, pin::pin, task::Poll, time::Duration};

on_both! {
    two_processes_publish_each_event_once,
    a_relay_that_slept_cannot_publish_on_behind_the_new_one,
    another_process_goes_on_when_one_is_killed,
    nothing_waits_for_a_process_that_knows_only_the_notes_of_the_relay,
}

async fn assert_published_once(server: &Server, count: i64) {
    let bus = server.bus().await;
    let mut total = 0;
    for lane in 0..LANES {
        let messages = bus.fetch(BusLane { context: "shop", lane }, 0, 5_000).await.unwrap();
        let positions: Vec<i64> = messages.iter().map(|message| message.place().unwrap().position).collect();
        assert_eq!(positions, (1..=positions.len() as i64).collect::<Vec<_>>(), "lane {lane}");
        total += positions.len() as i64;
    }
    assert_eq!(total, count);
}

async fn two_processes_publish_each_event_once(server: Server) {
    let (one, other) = (store(server.folder.path(), "shop").await, store(server.folder.path(), "shop").await);
    let stock = store(server.folder.path(), "stock").await;
    let first = TestWorkers::run(workers("shop", &server.bus().await, &one));
    let second = TestWorkers::run(workers("shop", &server.bus().await, &other));
    let listening = [(); 2].map(|()| server.bus());
    let mut running = Vec::new();
    for bus in listening {
        // Two processes with the same consumer: one runs it.
        let bus = bus.await;
        running.push(TestWorkers::run(workers("stock", &bus, &stock).consumer(Recorder::new(OnFailure::Park))));
    }
    record_many(&one, (0, 150), 9).await;
    record_many(&other, (150, 150), 9).await;
    first.drained().await;
    second.drained().await;
    running[0].drained().await;
    assert_handled_once(&stock, 300).await;
    assert_published_once(&server, 300).await;
}

/// Polls a future until `stop` is done; then leaves it alone, as a process that is stopped.
async fn poll_until<F: Future>(future: &mut std::pin::Pin<&mut F>, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    std::future::poll_fn(|context| {
        if stop.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Pending
    })
    .await;
}

async fn a_relay_that_slept_cannot_publish_on_behind_the_new_one(server: Server) {
    let shop = store(server.folder.path(), "shop").await;
    let settings = crate::WorkerSettings { lease: Duration::from_millis(400), ..test_settings() };
    let bus = server.bus().await;
    let mut keeper = crate::leases::LeaseKeeper::new(std::sync::Arc::new(shop.clone()), settings.clone().into());
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let sleeper = workers("shop", &bus, &shop).settings(settings.clone()).test_relay(&mut keeper);
    // Its tasks are one future here: what is not polled is asleep, its lease's keeper too.
    let both = async { tokio::join!(keeper.run(stopped.clone()), sleeper.run(stopped.clone())) };
    let mut both = pin!(both);
    record_many(&shop, (0, 40), 9).await;
    let published = async {
        let lane = busiest(&shop).await;
        while bus.last(lane).await.unwrap_or(None).is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    poll_until(&mut both, published).await;
    // It sleeps. Another takes over once the lease has expired.
    record_many(&shop, (40, 40), 9).await;
    let new = TestWorkers::run_with(workers("shop", &server.bus().await, &shop), settings);
    new.drained().await;
    record_many(&shop, (80, 40), 9).await;
    // It wakes, and believes that it leads.
    poll_until(&mut both, tokio::time::sleep(Duration::from_secs(1))).await;
    record_many(&shop, (120, 40), 9).await;
    new.drained().await;
    poll_until(&mut both, tokio::time::sleep(Duration::from_millis(300))).await;
    assert_published_once(&server, 160).await;
}

async fn busiest(shop: &hansa_relational::Relational) -> BusLane<'static> {
    let mut best = (0, 0);
    for lane in 0..LANES {
        best = best.max((shop.last_position(lane).await.unwrap(), lane));
    }
    BusLane { context: "shop", lane: best.1 }
}

async fn another_process_goes_on_when_one_is_killed(server: Server) {
    let shop = store(server.folder.path(), "shop").await;
    let first = TestWorkers::run(workers("shop", &server.bus().await, &shop));
    let second = TestWorkers::run(workers("shop", &server.bus().await, &shop));
    record_many(&shop, (0, 100), 9).await;
    first.drained().await;
    // Without giving its lease up.
    drop(first);
    record_many(&shop, (100, 100), 9).await;
    second.drained().await;
    assert_published_once(&server, 200).await;
}

async fn nothing_waits_for_a_process_that_knows_only_the_notes_of_the_relay(server: Server) {
    let shop = store(server.folder.path(), "shop").await;
    let leading = TestWorkers::run(workers("shop", &server.bus().await, &shop));
    record_many(&shop, (0, 10), 9).await;
    leading.drained().await;
    let follower = workers("shop", &server.bus().await, &shop);
    let backlog = follower.backlog();
    let _following = TestWorkers::run(follower);
    // It reads the notes several times while events come all the time.
    for number in 10..100 {
        record_many(&shop, (number, 1), 9).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(backlog.waiting(), crate::Waiting::default(), "at event {number}");
    }
}

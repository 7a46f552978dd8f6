//! A bus that dies, forgets, goes back in time, or says things twice: nothing is lost, nothing has its effect twice.

use super::{server::Server, world::*};
use crate::{
    Bus, OnFailure, Workers,
    bus::{BusLane, BusMessage, Outgoing},
    testing::{TestWorkers, test_settings},
};
use chrono::TimeDelta;
use hansa_event_sourcing::{Clock, IdSource};
use hansa_relational::Relational;
use std::time::Duration;

on_both! {
    a_bus_that_is_killed_loses_nothing_of_ours,
    an_older_copy_of_the_bus_gets_what_it_lacks,
    a_bus_that_lost_everything_is_filled_again,
    repetitions_and_reorderings_have_no_effect,
    what_the_bus_has_dropped_comes_from_the_owner,
    a_new_consumer_gets_what_the_bus_keeps_no_more,
    a_backlog_is_counted_while_the_bus_is_away,
    a_backlog_may_be_an_hour_old_also_for_a_process_that_begins_then,
}

async fn stores(server: &Server) -> (Relational, Relational) {
    (store(server.folder.path(), "shop").await, store(server.folder.path(), "stock").await)
}

fn publishing(bus: &Bus, shop: &Relational) -> TestWorkers {
    TestWorkers::run(workers("shop", bus, shop))
}

fn listening(bus: &Bus, stock: &Relational) -> TestWorkers {
    TestWorkers::run(workers("stock", bus, stock).consumer(Recorder::new(OnFailure::Park)))
}

async fn a_bus_that_is_killed_loses_nothing_of_ours(mut server: Server) {
    let (shop, stock) = stores(&server).await;
    let bus = server.bus().await;
    let (publishing, listening) = (publishing(&bus, &shop), listening(&bus, &stock));
    for round in 0..3 {
        record_many(&shop, (round * 200, 100), 9).await;
        server.kill();
        record_many(&shop, (round * 200 + 100, 100), 9).await;
        server.restart().await;
    }
    publishing.drained().await;
    listening.drained().await;
    assert_handled_once(&stock, 600).await;
}

async fn an_older_copy_of_the_bus_gets_what_it_lacks(mut server: Server) {
    let (shop, stock) = stores(&server).await;
    let bus = server.bus().await;
    let (first, second) = (publishing(&bus, &shop), listening(&bus, &stock));
    record_many(&shop, (0, 100), 9).await;
    first.drained().await;
    second.drained().await;
    // The embedded bus is a file of processes: they have to stop.
    let (first, second) = match server.is_embedded() {
        true => {
            first.stop().await;
            second.stop().await;
            (None, None)
        }
        false => (Some(first), Some(second)),
    };
    server.kill();
    server.copy_data("older");
    server.restart().await;
    let bus = if server.is_embedded() { server.bus().await } else { bus };
    let (first, second) =
        (first.unwrap_or_else(|| publishing(&bus, &shop)), second.unwrap_or_else(|| listening(&bus, &stock)));
    record_many(&shop, (100, 100), 9).await;
    first.drained().await;
    if server.is_embedded() {
        first.stop().await;
        second.stop().await;
        server.roll_back("older");
        let bus = server.bus().await;
        let (first, second) = (publishing(&bus, &shop), listening(&bus, &stock));
        record_many(&shop, (200, 50), 9).await;
        first.drained().await;
        second.drained().await;
    } else {
        server.kill();
        server.roll_back("older");
        server.restart().await;
        record_many(&shop, (200, 50), 9).await;
        first.drained().await;
        second.drained().await;
    }
    assert_handled_once(&stock, 250).await;
    let bus = server.bus().await;
    assert_whole_on(&bus, &shop).await;
}

/// Each lane is on the bus from its first position to its last, once and in order.
async fn assert_whole_on(bus: &Bus, shop: &Relational) {
    for lane in 0..LANES {
        let messages = bus.fetch(BusLane { context: "shop", lane }, 0, 1_000).await.unwrap();
        let positions: Vec<i64> = messages.iter().map(|message| message.place().unwrap().position).collect();
        let last = shop.last_position(lane).await.unwrap();
        assert_eq!(positions, (1..=last).collect::<Vec<_>>(), "lane {lane}");
    }
}

async fn a_bus_that_lost_everything_is_filled_again(server: Server) {
    let (shop, stock) = stores(&server).await;
    let bus = server.bus().await;
    let (publishing, listening) = (publishing(&bus, &shop), listening(&bus, &stock));
    record_many(&shop, (0, 100), 9).await;
    publishing.drained().await;
    listening.drained().await;
    for (round, is_deleted) in [(1, true), (2, false)] {
        match server.url() {
            Some(url) => {
                let context = async_nats::jetstream::new(async_nats::connect(url).await.unwrap());
                match is_deleted {
                    true => drop(context.delete_stream("EVT_SHOP").await.unwrap()),
                    false => drop(context.get_stream("EVT_SHOP").await.unwrap().purge().await.unwrap()),
                }
            }
            None => empty_file(&server, is_deleted).await,
        }
        record_many(&shop, (round * 100, 100), 9).await;
        publishing.drained().await;
        listening.drained().await;
        assert_whole_on(&bus, &shop).await;
        assert_handled_once(&stock, round * 100 + 100).await;
    }
}

async fn empty_file(server: &Server, with_streams: bool) {
    let path = server.folder.path().join("bus/bus.sqlite");
    let file = hansa_relational::sqlite::Sqlite::open(&path, &Default::default()).await.unwrap();
    let mut transaction = file.begin().await.unwrap();
    transaction.execute_script("DELETE FROM messages").await.unwrap();
    if with_streams {
        transaction.execute_script("DELETE FROM streams").await.unwrap();
    }
    transaction.commit().await.unwrap();
}

/// Publishes what nobody should, past fences and ids.
async fn inject(server: &Server, bus: &Bus, message: &BusMessage, position_in_id: &str) {
    let mut headers = message.headers.clone();
    headers.insert(crate::bus::MESSAGE_ID.to_owned(), position_in_id.to_owned());
    match server.url() {
        Some(url) => {
            let client = async_nats::connect(url).await.unwrap();
            let mut map = async_nats::HeaderMap::new();
            let own = |name: &str| name == crate::bus::MESSAGE_ID || !name.starts_with("Nats-");
            for (name, value) in headers.iter().filter(|(name, _)| own(name)) {
                map.insert(name.as_str(), value.as_str());
            }
            let context = async_nats::jetstream::new(client);
            let sent = context.publish_with_headers(message.subject.clone(), map, message.body.clone()).await;
            sent.unwrap().await.unwrap();
        }
        None => {
            let lane = message.subject.rsplit('.').next().unwrap().parse().unwrap();
            let lane = BusLane { context: "shop", lane };
            let outgoing =
                Outgoing { position: 0, subject: message.subject.clone(), headers, body: message.body.clone() };
            loop {
                let last = bus.last(lane).await.unwrap().map_or(0, |last| last.sequence);
                if bus.publish(lane, last, std::slice::from_ref(&outgoing)).await.is_ok() {
                    return;
                }
            }
        }
    }
}

async fn repetitions_and_reorderings_have_no_effect(server: Server) {
    let (shop, stock) = stores(&server).await;
    let bus = server.bus().await;
    let (publishing, listening) = (publishing(&bus, &shop), listening(&bus, &stock));
    record_many(&shop, (0, 60), 9).await;
    publishing.drained().await;
    for lane in 0..LANES {
        let messages = bus.fetch(BusLane { context: "shop", lane }, 0, 1_000).await.unwrap();
        for (index, message) in messages.iter().rev().step_by(2).enumerate() {
            inject(&server, &bus, message, &format!("again-{lane}-{index}")).await;
        }
    }
    record_many(&shop, (60, 60), 9).await;
    let until = tokio::time::Instant::now() + Duration::from_secs(30);
    while handled(&stock).await.len() < 120 {
        assert!(tokio::time::Instant::now() < until, "{} of 120", handled(&stock).await.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_handled_once(&stock, 120).await;
    drop(listening);
}

async fn what_the_bus_has_dropped_comes_from_the_owner(server: Server) {
    let (shop, stock) = stores(&server).await;
    let bus = server.bus().await;
    let owner = publishing(&bus, &shop);
    record_many(&shop, (0, 300), 9).await;
    owner.drained().await;
    // The oldest are gone, as after their time.
    match server.url() {
        Some(url) => {
            let context = async_nats::jetstream::new(async_nats::connect(url).await.unwrap());
            let stream = context.get_stream("EVT_SHOP").await.unwrap();
            for lane in 0..LANES {
                for message in bus.fetch(BusLane { context: "shop", lane }, 0, 20).await.unwrap() {
                    stream.delete_message(message.sequence).await.unwrap();
                }
            }
        }
        None => {
            let path = server.folder.path().join("bus/bus.sqlite");
            let file = hansa_relational::sqlite::Sqlite::open(&path, &Default::default()).await.unwrap();
            let mut transaction = file.begin().await.unwrap();
            transaction.execute_script("DELETE FROM messages WHERE position <= 20").await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
    owner.stop().await;
    // Nobody has what is missing: the consumer waits.
    let listening =
        TestWorkers::run_with(workers("stock", &bus, &stock).consumer(Recorder::new(OnFailure::Park)), test_settings());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(handled(&stock).await, [], "it does not begin in the middle");
    let owner = publishing(&bus, &shop);
    record_many(&shop, (300, 50), 9).await;
    owner.drained().await;
    listening.drained().await;
    assert_handled_once(&stock, 350).await;
}

async fn a_new_consumer_gets_what_the_bus_keeps_no_more(server: Server) {
    let (shop, stock) = stores(&server).await;
    let bus = server.bus().await;
    let owner = publishing(&bus, &shop);
    record_many(&shop, (0, 600), 9).await;
    owner.drained().await;
    // It notes what is published.
    owner.stop().await;
    match server.url() {
        Some(url) => {
            let context = async_nats::jetstream::new(async_nats::connect(url).await.unwrap());
            context.get_stream("EVT_SHOP").await.unwrap().purge().await.unwrap();
        }
        None => empty_file(&server, false).await,
    }
    // The owner is not there yet when the consumer asks first.
    let _listening = listening(&bus, &stock);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let _owner = publishing(&bus, &shop);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while handled(&stock).await.len() < 600 {
        assert!(tokio::time::Instant::now() < deadline, "{} are handled", handled(&stock).await.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_handled_once(&stock, 600).await;
}

async fn a_backlog_is_counted_while_the_bus_is_away(mut server: Server) {
    if server.is_embedded() {
        // Its folder is a file: it cannot be opened.
        std::fs::write(server.folder.path().join("bus"), "").unwrap();
    }
    let (shop, _) = stores(&server).await;
    let bus = server.bus().await;
    server.kill();
    let settings = crate::WorkerSettings { backlog_events_max: 20, ..test_settings() };
    let own = workers("shop", &bus, &shop).settings(settings.clone());
    let backlog = own.backlog();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = own.run(async move { drop(stopped.await) });
    let scenario = async {
        assert_eq!(backlog.check(), Ok(()));
        record_many(&shop, (0, 20), 9).await;
        until(|| backlog.waiting().events == 20).await;
        assert_eq!(backlog.check(), Ok(()), "up to the bound");
        record_many(&shop, (20, 1), 9).await;
        until(|| backlog.check().is_err()).await;
        let refused = backlog.check().unwrap_err();
        assert!(refused.to_string().starts_with("21 events have been waiting to be published since "), "{refused}");
        if server.is_embedded() {
            std::fs::remove_file(server.folder.path().join("bus")).unwrap();
        }
        server.restart().await;
        until(|| backlog.check().is_ok() && backlog.waiting().events == 0).await;
        stop.send(()).unwrap();
    };
    tokio::join!(running, scenario);
}

async fn a_backlog_may_be_an_hour_old_also_for_a_process_that_begins_then(mut server: Server) {
    if server.is_embedded() {
        std::fs::write(server.folder.path().join("bus"), "").unwrap();
    }
    let (shop, _) = stores(&server).await;
    let bus = server.bus().await;
    server.kill();
    let clock = Clock::set_to(now());
    let of_clock = || Workers::new("shop", &bus, &shop, (&clock, &IdSource::random())).settings(test_settings());
    let (own, restarted) = (of_clock(), of_clock());
    let backlog = own.backlog();
    let running = TestWorkers::run(own);
    record_many(&shop, (0, 1), 9).await;
    until(|| backlog.waiting().events == 1).await;
    clock.advance(TimeDelta::minutes(59));
    assert_eq!(backlog.check(), Ok(()));
    clock.advance(TimeDelta::minutes(2));
    assert!(backlog.check().unwrap_err().to_string().starts_with("1 events have been waiting"));
    drop(running);
    let backlog = restarted.backlog();
    let _running = TestWorkers::run(restarted);
    until(|| backlog.check().is_err()).await;
}

async fn until(condition: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

//! What both backends of the bus promise.

use super::{
    server::Server,
    world::{Recorder, World, workers},
};
use crate::{
    Bus, BusError, BusSettings, OnFailure, OpenBusError,
    bus::{BusLane, BusMessage, MESSAGE_ID, Outgoing, ReplayRequest},
};
use hansa_event_sourcing::{LoggedEvent, RecordedEvent};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

on_both! {
    a_lane_is_read_as_it_was_published,
    repetitions_are_recognised,
    only_who_knows_the_last_message_can_publish,
    a_tail_sees_what_other_processes_publish,
    a_stream_knows_the_lanes_of_its_owner,
    the_oldest_messages_are_dropped_where_there_are_too_many,
    an_owner_answers_for_what_is_gone,
    a_large_message_comes_as_it_was,
}

pub(super) const LANE: BusLane<'static> = BusLane { context: "shop", lane: 3 };
const OTHER: BusLane<'static> = BusLane { context: "shop", lane: 0 };

fn envelope(number: i64, filling: usize) -> RecordedEvent {
    RecordedEvent {
        event_id: Uuid::from_u128(number.unsigned_abs().into()),
        aggregate: "order".to_owned(),
        stream_id: "order_1".to_owned(),
        stream_version: number,
        tenant: None,
        event_type: "placed".to_owned(),
        event_version: 1,
        content: serde_json::json!({ "number": number, "filling": "x".repeat(filling) }),
        recorded_at: super::world::now(),
        actor: "-/-".to_owned(),
        operation: "orderPlace".to_owned(),
        traceparent: None,
        correlation_id: None,
        causation_id: None,
    }
}

pub(super) fn messages(lane: BusLane<'_>, positions: std::ops::RangeInclusive<i64>) -> Vec<Outgoing> {
    sized(lane, positions, 10)
}

fn sized(lane: BusLane<'_>, positions: std::ops::RangeInclusive<i64>, filling: usize) -> Vec<Outgoing> {
    let message = |position| {
        let logged = LoggedEvent { lane: lane.lane, position, event: envelope(position, filling) };
        Outgoing::of(lane.context, &logged).unwrap()
    };
    positions.map(message).collect()
}

pub(super) fn positions(messages: &[BusMessage]) -> Vec<i64> {
    messages.iter().map(|message| message.place().unwrap().position).collect()
}

async fn all_of(bus: &Bus, lane: BusLane<'_>) -> Vec<i64> {
    positions(&bus.fetch(lane, 0, 1_000).await.unwrap())
}

async fn a_lane_is_read_as_it_was_published(server: Server) {
    let bus = server.bus().await;
    bus.declare("shop", Some(4)).await.unwrap();
    assert_eq!(bus.last(LANE).await.unwrap(), None);
    assert_eq!(bus.fetch(LANE, 0, 10).await.unwrap(), []);
    let mut last = (0, 0);
    for start in [1, 4, 7] {
        last.0 = bus.publish(LANE, last.0, &messages(LANE, start..=start + 2)).await.unwrap();
        last.1 = bus.publish(OTHER, last.1, &messages(OTHER, start..=start + 2)).await.unwrap();
    }
    let sent = messages(LANE, 1..=9);
    let read = bus.fetch(LANE, 0, 100).await.unwrap();
    assert_eq!(positions(&read), (1..=9).collect::<Vec<_>>());
    for (sent, read) in sent.iter().zip(&read) {
        assert_eq!((&sent.subject, &sent.body.len()), (&read.subject, &read.body.len()));
        assert!(sent.headers.iter().all(|(name, value)| read.header(name) == Some(value)), "{read:?}");
        let event = read.read("shop").unwrap();
        assert_eq!((event.lane, event.event.stream_version), (3, event.position));
    }
    assert_eq!(positions(&bus.fetch(LANE, 6, 2).await.unwrap()), [7, 8]);
    assert_eq!(positions(&bus.fetch(LANE, 9, 2).await.unwrap()), [0i64; 0]);
    let found = bus.last(LANE).await.unwrap().unwrap();
    assert_eq!((found.position, found.sequence), (Some(9), last.0));
    let last = bus.last(BusLane { context: "other", lane: 0 }).await;
    assert!(matches!(last, Ok(None) | Err(_)), "a stream that nobody declared has nothing: {last:?}");
}

async fn repetitions_are_recognised(server: Server) {
    let bus = server.bus().await;
    bus.declare("shop", Some(4)).await.unwrap();
    let last = bus.publish(LANE, 0, &messages(LANE, 1..=5)).await.unwrap();
    let again = bus.publish(LANE, last, &messages(LANE, 2..=7)).await.unwrap();
    assert_eq!(all_of(&bus, LANE).await, (1..=7).collect::<Vec<_>>());
    assert_eq!(bus.last(LANE).await.unwrap().unwrap().sequence, again);
}

async fn only_who_knows_the_last_message_can_publish(server: Server) {
    let (bus, zombie) = (server.bus().await, server.bus().await);
    bus.declare("shop", Some(4)).await.unwrap();
    let known = zombie.publish(LANE, 0, &messages(LANE, 1..=2)).await.unwrap();
    let last = bus.publish(LANE, known, &messages(LANE, 3..=4)).await.unwrap();
    // It was asleep, and believes that 2 is the last one.
    for stale in [known, 0] {
        let refused = zombie.publish(LANE, stale, &messages(LANE, 5..=6)).await;
        assert!(matches!(refused, Err(BusError::OtherLast)), "{refused:?}");
    }
    assert_eq!(all_of(&bus, LANE).await, [1, 2, 3, 4]);
    // Other lanes have their own.
    zombie.publish(OTHER, 0, &messages(OTHER, 1..=2)).await.unwrap();
    bus.publish(LANE, last, &messages(LANE, 5..=5)).await.unwrap();
    assert_eq!(all_of(&bus, LANE).await, [1, 2, 3, 4, 5]);
}

/// Of JetStream alone: the embedded bus has transactions.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_are_one_batch_or_go_one_by_one() {
    let Some(server) = Server::jetstream().await else { return };
    let (bus, zombie) = (server.bus().await, server.bus().await);
    bus.declare("shop", Some(4)).await.unwrap();
    zombie.declare("shop", None).await.unwrap();
    let last = bus.publish(LANE, 0, &messages(LANE, 1..=50)).await.unwrap();
    // The whole batch meets the fence.
    let refused = zombie.publish(LANE, 0, &messages(LANE, 41..=90)).await;
    assert!(matches!(refused, Err(BusError::OtherLast)), "{refused:?}");
    // Where the server knows some of them, the others are published nevertheless.
    let last = bus.publish(LANE, last, &messages(LANE, 41..=90)).await.unwrap();
    bus.publish(LANE, last, &messages(LANE, 91..=93)).await.unwrap();
    assert_eq!(all_of(&bus, LANE).await, (1..=93).collect::<Vec<_>>());
    assert_eq!(in_batches(&bus).await, [vec![true; 50], vec![false; 43]].concat());
}

async fn in_batches(bus: &Bus) -> Vec<bool> {
    let read = bus.fetch(LANE, 0, 1_000).await.unwrap();
    read.iter().map(|message| message.header("Nats-Batch-Id").is_some()).collect()
}

/// A stream of an older version of ours takes no batches, until who relays into it has looked at it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_without_batches_gets_them() {
    let Some(server) = Server::jetstream().await else { return };
    let bus = server.bus().await;
    bus.declare("shop", Some(4)).await.unwrap();
    let client = async_nats::connect(server.url().unwrap()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    let mut config = context.get_stream("EVT_SHOP").await.unwrap().cached_info().config.clone();
    assert!(config.allow_atomic_publish);
    config.allow_atomic_publish = false;
    context.update_stream(config).await.unwrap();
    // What this process believes is wrong now, and what it publishes is there all the same.
    let last = bus.publish(LANE, 0, &messages(LANE, 1..=40)).await.unwrap();
    bus.declare("shop", Some(4)).await.unwrap();
    bus.publish(LANE, last, &messages(LANE, 41..=80)).await.unwrap();
    assert_eq!(in_batches(&bus).await, [vec![false; 40], vec![true; 40]].concat());
}

async fn a_tail_sees_what_other_processes_publish(server: Server) {
    let (bus, other) = (server.bus().await, server.bus().await);
    bus.declare("shop", Some(4)).await.unwrap();
    let last = bus.publish(LANE, 0, &messages(LANE, 1..=3)).await.unwrap();
    let mut tail = other.tail("shop").await.unwrap();
    assert!(timeout(Duration::from_millis(150), tail.next(10)).await.is_err(), "it begins at the end");
    let last = bus.publish(LANE, last, &messages(LANE, 4..=8)).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 5 {
        let next = timeout(Duration::from_secs(10), tail.next(3)).await.expect("they come").unwrap();
        assert!(next.len() <= 3);
        seen.extend(positions(&next));
    }
    assert_eq!(seen, [4, 5, 6, 7, 8]);
    bus.publish(LANE, last, &messages(LANE, 9..=9)).await.unwrap();
    assert_eq!(positions(&timeout(Duration::from_secs(10), tail.next(3)).await.unwrap().unwrap()), [9]);
}

async fn a_stream_knows_the_lanes_of_its_owner(server: Server) {
    let bus = server.bus().await;
    let first = bus.declare("shop", None).await.unwrap();
    assert_eq!((first.lanes, first.last_sequence), (None, 0));
    let second = bus.declare("shop", Some(8)).await.unwrap();
    assert_eq!((second.lanes, &second.made), (Some(8), &first.made));
    assert_eq!(server.bus().await.declare("shop", None).await.unwrap().lanes, Some(8));
}

async fn the_oldest_messages_are_dropped_where_there_are_too_many(server: Server) {
    let settings = BusSettings { stream_bytes_max: 256 * 1024, ..BusSettings::default() };
    let bus = server.bus_with(settings).await;
    bus.declare("shop", Some(4)).await.unwrap();
    let mut last = 0;
    for start in (1..=200).step_by(10) {
        last = bus.publish(LANE, last, &sized(LANE, start..=start + 9, 4_000)).await.unwrap();
    }
    let kept = all_of(&bus, LANE).await;
    assert!((20..70).contains(&kept.len()), "{} are kept", kept.len());
    assert_eq!(kept.last(), Some(&200));
    let first = kept[0];
    assert_eq!(kept, (first..=200).collect::<Vec<_>>());
    assert_eq!(positions(&bus.fetch(LANE, 3, 1).await.unwrap()), [first], "what is gone is not made up");
    assert!(bus.declare("shop", None).await.unwrap().first_sequence > 1);
}

async fn an_owner_answers_for_what_is_gone(server: Server) {
    let (bus, owner) = (server.bus().await, server.bus().await);
    bus.declare("shop", Some(4)).await.unwrap();
    let nobody = bus.ask_owner(LANE, 4, 3).await;
    assert!(matches!(nobody, Err(BusError::NoOwner { .. })), "{nobody:?}");
    let mut requests = owner.replay_requests("shop").await.unwrap();
    let answering = async {
        loop {
            let request = requests.next().await.unwrap();
            // The first question, which nobody heard, may still be there.
            let ReplayRequest { lane, after, limit, .. } = &request;
            assert_eq!((*lane, *after, *limit), (3, 4, 3));
            requests.answer(&request, &messages(LANE, 5..=7)).await.unwrap();
        }
    };
    let answer = tokio::select! {
        answer = bus.ask_owner(LANE, 4, 3) => answer.unwrap(),
        () = answering => unreachable!(),
    };
    assert_eq!(positions(&answer), [5, 6, 7]);
    assert_eq!(answer[0].read("shop").unwrap().event.stream_version, 5);
}

async fn a_large_message_comes_as_it_was(server: Server) {
    let bus = server.bus().await;
    bus.declare("shop", Some(4)).await.unwrap();
    let largest = sized(LANE, 1..=1, 255 * 1024);
    bus.publish(LANE, 0, &largest).await.unwrap();
    assert_eq!(bus.fetch(LANE, 0, 1).await.unwrap()[0].body, largest[0].body);
    let logged = LoggedEvent { lane: 3, position: 1, event: envelope(1, 257 * 1024) };
    let refused = Outgoing::of("shop", &logged).unwrap_err();
    assert!(refused.to_string().contains("in lane 3 at position 1"), "{refused}");
}

#[tokio::test]
async fn a_stream_that_somebody_else_made_is_refused_with_what_is_wrong() {
    let Some(server) = Server::jetstream().await else { return };
    let client = async_nats::connect(server.url().unwrap()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    let made = async_nats::jetstream::stream::Config {
        name: "EVT_SHOP".to_owned(),
        subjects: vec!["evt.shop.>".to_owned()],
        storage: async_nats::jetstream::stream::StorageType::Memory,
        max_age: Duration::from_secs(3600),
        ..Default::default()
    };
    context.create_stream(made).await.unwrap();
    let refused = server.bus().await.declare("shop", Some(4)).await.unwrap_err().to_string();
    for part in ["EVT_SHOP", "storage is Memory, and must be File", "max_age is 3600 s", "duplicate_window is 120 s"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
}

#[tokio::test]
async fn streams_are_made_and_checked_at_the_start_unless_the_server_is_away() {
    let Some(mut server) = Server::jetstream().await else { return };
    let (world, bus) = (World::sqlite(), server.bus().await);
    let store = world.store("store").await;
    let workers = workers("till", &bus, &store).consumer(Recorder::new(OnFailure::Park));
    workers.check_streams().await.unwrap();
    let client = async_nats::connect(server.url().unwrap()).await.unwrap();
    let context = async_nats::jetstream::new(client);
    // Its own, and the one that it listens to.
    for name in ["EVT_TILL", "EVT_SHOP"] {
        let mut config = context.get_stream(name).await.unwrap().cached_info().config.clone();
        let wanted = config.clone();
        config.max_age = Duration::from_secs(60 * 60);
        config.duplicate_window = Duration::from_secs(60);
        context.update_stream(config).await.unwrap();
        let refused = workers.check_streams().await.unwrap_err().to_string();
        assert!(refused.contains(name) && refused.contains("max_age is 3600 s"), "{refused}");
        context.update_stream(wanted).await.unwrap();
    }
    server.kill();
    workers.check_streams().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_too_old_or_has_no_jetstream_is_refused() {
    for (info, expected) in [
        (r#""version":"2.9.10","jetstream":true"#, "2.9.10, and must be 2.11 or newer"),
        (r#""version":"2.12.1","jetstream":false"#, "--jetstream"),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("nats://{}", listener.local_addr().unwrap());
        let serving = serve_info(listener, info);
        let opened = tokio::select! {
            opened = Bus::jetstream(&url) => opened,
            () = serving => unreachable!(),
        };
        let refused = opened.unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    }
}

/// Says what a server says at first, and answers pings.
async fn serve_info(listener: tokio::net::TcpListener, info: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let greeting = format!(
            "INFO {{\"server_id\":\"a\",\"server_name\":\"a\",\"host\":\"a\",\"port\":1,\"go\":\"1\",\"proto\":1,\
             \"client_id\":1,\"nonce\":\"\",\"headers\":true,\"max_payload\":1048576,{info}}}\r\n"
        );
        stream.write_all(greeting.as_bytes()).await.unwrap();
        let mut heard = String::new();
        let mut bytes = [0; 4_096];
        while let Ok(length @ 1..) = stream.read(&mut bytes).await {
            heard.push_str(&String::from_utf8_lossy(&bytes[..length]));
            if heard.contains("PING\r\n") {
                heard.clear();
                stream.write_all(b"PONG\r\n").await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_url_that_is_none_is_refused() {
    let refused = Bus::jetstream("http://[").await.unwrap_err();
    assert!(matches!(refused, OpenBusError::Connect { .. }), "{refused:?}");
}

#[test]
fn messages_say_where_they_stand_or_nothing_does() {
    let message = |subject: &str, headers: &[(&str, &str)]| BusMessage {
        sequence: 1,
        subject: subject.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Default::default(),
    };
    let place = |subject, headers| message(subject, headers).place().map(|place| (place.lane, place.position));
    let subject = "evt.shop.order.placed.03";
    assert_eq!(place(subject, &[("Ev-Lane", "3"), ("Ev-Position", "7")]), Some((3, 7)));
    assert_eq!(place(subject, &[(MESSAGE_ID, "shop:3:8")]), Some((3, 8)));
    assert_eq!(place(subject, &[("Ev-Lane", "3"), ("Ev-Position", "x"), (MESSAGE_ID, "shop:3:8")]), Some((3, 8)));
    for headers in [
        &[][..],
        &[("Ev-Lane", "3"), ("Ev-Position", "0")],
        &[("Ev-Lane", "2"), ("Ev-Position", "7")],
        &[("Ev-Lane", "-3"), ("Ev-Position", "7")],
        &[(MESSAGE_ID, "3:")],
    ] {
        assert_eq!(place(subject, headers), None, "{headers:?}");
    }
}

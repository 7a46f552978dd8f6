//! Messages that cannot be read, of every kind: parked with their reason and their bytes, while others go on.

use super::world::*;
use crate::{
    Bus, DeadLetter, DeadLetterState, OnFailure,
    bus::{BusLane, Outgoing},
    operating,
    testing::{TestWorkers, publish_foreign},
};
use hansa_event_sourcing::{LoggedEvent, RecordedEvent, lane_of};
use serde_json::json;

fn placed(stream: &str, number: i64) -> RecordedEvent {
    let event = event(stream, number + 1, number);
    event.recorded(&command("orderPlace"))
}

/// Publishes a message at the end of its lane, changed by `change`.
async fn publish_changed(bus: &Bus, event: RecordedEvent, change: impl FnOnce(&mut Outgoing)) {
    let lane = BusLane { context: "shop", lane: lane_of(&event.stream_id, 4) };
    bus.declare("shop", Some(4)).await.unwrap();
    let last = bus.last(lane).await.unwrap();
    let position = last.and_then(|last| last.position).unwrap_or(0) + 1;
    let mut message = Outgoing::of("shop", &LoggedEvent { lane: lane.lane, position, event }).unwrap();
    change(&mut message);
    bus.publish(lane, last.map_or(0, |last| last.sequence), &[message]).await.unwrap();
}

#[tokio::test]
async fn each_kind_of_poison_is_parked_with_its_reason_and_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let bus = bus(folder.path());
    let stock = store(folder.path(), "stock").await;
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(Recorder::new(OnFailure::Park)));
    let body = |event: &RecordedEvent, change: fn(&mut serde_json::Value)| {
        let mut body = serde_json::to_value(event).unwrap();
        change(&mut body);
        bytes::Bytes::from(body.to_string())
    };
    type Change = Box<dyn Fn(&RecordedEvent, &mut Outgoing)>;
    let header = |name: &'static str, value: &'static str| -> Change {
        Box::new(move |_, message| drop(message.headers.insert(name.to_owned(), value.to_owned())))
    };
    let cases: Vec<(&str, &str, Change)> = vec![
        ("no-json", "its body is no envelope: expected", Box::new(|_, message| message.body = "{nonsense".into())),
        ("no-text", "its body is no envelope", Box::new(|_, message| message.body = vec![0xff, 0xfe, 0].into())),
        ("empty", "its body is no envelope: EOF", Box::new(|_, message| message.body = Default::default())),
        (
            "other-form",
            "missing field `event_id`",
            Box::new(move |event, message| {
                message.body = body(event, |body| drop(body.as_object_mut().unwrap().remove("event_id")));
            }),
        ),
        (
            "newer",
            "version 2 of `order.placed` is newer than this program, which knows 1",
            Box::new(move |event, message| {
                message.body = body(event, |body| body["event_version"] = json!(2));
                message.headers.insert("Ev-Schema".to_owned(), "2".to_owned());
            }),
        ),
        ("tenant", "wrong tenant: its header says `tenant_1`, its body none", header("Ev-Tenant", "tenant_1")),
        ("stream", "its header Ev-Stream says order_other", header("Ev-Stream", "order_other")),
        ("id", "its header Ev-Id says x", header("Ev-Id", "x")),
        ("version", "its header Ev-Version says 99, its body", header("Ev-Version", "99")),
        (
            "large",
            "its body has 300000 bytes; 262144 are allowed",
            Box::new(|_, message| {
                message.body = vec![b' '; 300_000].into();
            }),
        ),
    ];
    for (number, (name, _, change)) in (0..).zip(&cases) {
        let event = placed(&format!("order_{name}"), number);
        let changing = event.clone();
        publish_changed(&bus, event, |message| change(&changing, message)).await;
        publish_foreign(&bus, "shop", placed("order_good", number)).await;
    }
    listening.drained().await;
    let letters = operating::dead_letters(&stock, None, false).await.unwrap();
    assert_eq!(letters.len(), cases.len(), "{letters:?}");
    for (name, expected, _) in &cases {
        let of_case = |letter: &&DeadLetter| letter.reason.contains(expected);
        let letter = letters.iter().find(of_case).unwrap_or_else(|| panic!("{name}: {letters:?}"));
        assert_eq!((letter.state, letter.event_type.as_str()), (DeadLetterState::Parked, "order.placed"), "{name}");
    }
    let no_text = letters.iter().find(|letter| letter.body == [0xff, 0xfe, 0]);
    assert!(no_text.is_some(), "the bytes are kept as they came");
    assert_handled_once(&stock, cases.len() as i64).await;
}

#[tokio::test]
async fn what_a_consumer_does_not_listen_to_is_passed_over_whatever_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let bus = bus(folder.path());
    let stock = store(folder.path(), "stock").await;
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(Recorder::new(OnFailure::Halt)));
    let other = |aggregate: &str, event_type: &str| RecordedEvent {
        aggregate: aggregate.to_owned(),
        event_type: event_type.to_owned(),
        event_version: 77,
        ..placed("order_1", 0)
    };
    publish_foreign(&bus, "shop", other("basket", "placed")).await;
    publish_foreign(&bus, "shop", other("order", "invented_later")).await;
    publish_changed(&bus, other("basket", "emptied"), |message| message.body = "{".into()).await;
    publish_foreign(&bus, "shop", placed("order_1", 0)).await;
    listening.drained().await;
    assert_eq!(handled(&stock).await.len(), 1);
    assert_eq!(operating::dead_letters(&stock, None, true).await.unwrap(), []);
}

#[tokio::test]
async fn a_message_that_stands_nowhere_is_parked_and_its_lane_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let bus = bus(folder.path());
    let (shop, stock) = (store(folder.path(), "shop").await, store(folder.path(), "stock").await);
    let publishing = TestWorkers::run(workers("shop", &bus, &shop));
    let listening = TestWorkers::run(workers("stock", &bus, &stock).consumer(Recorder::new(OnFailure::Park)));
    record_many(&shop, (0, 20), 5).await;
    publishing.drained().await;
    listening.drained().await;
    let lane = BusLane { context: "shop", lane: lane_of("order_1", 4) };
    let last = bus.last(lane).await.unwrap().unwrap();
    let subject = format!("evt.shop.order.placed.{:02}", lane.lane);
    let message = Outgoing { position: 0, subject, headers: Default::default(), body: "who am I?".into() };
    bus.publish(lane, last.sequence, &[message]).await.unwrap();
    record_many(&shop, (20, 20), 5).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while handled(&stock).await.len() < 40 {
        assert!(tokio::time::Instant::now() < deadline, "the lane does not go on");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_handled_once(&stock, 40).await;
    let letters = operating::dead_letters(&stock, None, false).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].lane, letters[0].body.as_slice()), (-1, b"who am I?".as_slice()));
    assert_eq!(letters[0].reason, "neither its headers nor its id say its lane and position");
}

//! What is asked for, and the tree that is shown.

use super::{Found, Wanted, as_text, tree};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::{LoggedEvent, RecordedEvent};
use serde_json::json;
use uuid::Uuid;

fn event(id: u128, cause: Option<u128>, after_ms: i64) -> Found {
    let start: DateTime<Utc> = "2026-01-02T03:04:05Z".parse().unwrap();
    let event = RecordedEvent {
        event_id: Uuid::from_u128(id),
        aggregate: "order".to_owned(),
        stream_id: "order_1".to_owned(),
        stream_version: 1,
        tenant: None,
        event_type: format!("number{id}"),
        event_version: 1,
        content: json!({ "orderId": "order_1" }),
        recorded_at: start + TimeDelta::milliseconds(after_ms),
        actor: "-/-".to_owned(),
        operation: "orderPlace".to_owned(),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        correlation_id: Some(Uuid::from_u128(1)),
        causation_id: cause.map(Uuid::from_u128),
    };
    Found { context: "orders", logged: LoggedEvent { lane: 0, position: id as i64, event } }
}

#[test]
fn effects_stand_under_their_causes_in_the_order_of_time() {
    let found = vec![event(4, Some(1), 30), event(3, Some(2), 20), event(2, Some(1), 10), event(1, None, 0)];
    assert_eq!(
        as_text(&tree(found)),
        "4 events in 30 ms from 2026-01-02T03:04:05.000Z: orders 4\n       \
         0 ms  orders  order.number1  order_1\n      \
         10 ms  orders    order.number2  order_1\n      \
         20 ms  orders      order.number3  order_1\n      \
         30 ms  orders    order.number4  order_1\n"
    );
}

#[test]
fn nothing_is_left_out_however_causes_are() {
    let circle = vec![event(1, Some(2), 0), event(2, Some(1), 1), event(3, Some(3), 2), event(4, Some(99), 3)];
    let shown = tree(circle);
    assert_eq!(shown.len(), 4);
    assert!(shown.iter().all(|(_, depth)| *depth == 0));
}

#[test]
fn reads_what_is_asked_for() {
    let trace = Wanted::Trace("4bf92f3577b34da6a3ce929d0e0e4736".to_owned());
    for text in [
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "4BF92F3577B34DA6A3CE929D0E0E4736",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ] {
        assert_eq!(Wanted::read(text).unwrap(), trace, "{text}");
    }
    assert!(trace.is_named_by(&event(1, None, 0).logged.event));
    let id = Uuid::from_u128(1);
    assert_eq!(Wanted::read(&id.to_string()).unwrap(), Wanted::Correlation(id));
    let order = Wanted::read("order_1").unwrap();
    assert!(order.is_named_by(&event(1, None, 0).logged.event));
    assert!(!Wanted::read("order_2").unwrap().is_named_by(&event(1, None, 0).logged.event));
    for text in ["", "order", "_1", "order_", "4bf92f"] {
        assert!(Wanted::read(text).is_err(), "{text}");
    }
}

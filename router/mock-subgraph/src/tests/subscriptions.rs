//! Events: what the data file lists, what is invented, and how they are sent.

use super::mock;
use crate::{Knobs, LoadError, MockSubgraph, serve};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

const SDL: &str = "type Query { word: String } type Subscription { tick(by: Int): Int! word: String } ";

fn tick(mock: &MockSubgraph, query: &str, number: usize) -> Result<Option<Value>, Value> {
    mock.event(&json!({ "query": query }), number)
}

#[test]
fn a_subscription_gets_the_events_of_its_field_in_their_order() {
    let values = json!([{ "tick": 1 }, { "word": "a" }, { "tick": { "__arg": "by" } }, { "tick": null }]);
    let mock = mock(SDL, json!({ "events": { "values": values } }));
    let ticks = |number| tick(&mock, "subscription { t: tick(by: 7) }", number).unwrap();
    assert_eq!(ticks(0), Some(json!({ "data": { "t": 1 } })));
    assert_eq!(ticks(1), Some(json!({ "data": { "t": 7 } })));
    let failed = ticks(2).unwrap();
    assert_eq!((&failed["data"], &failed["errors"][0]["path"]), (&Value::Null, &json!(["t"])));
    assert_eq!(ticks(3), None);
    assert_eq!(tick(&mock, "subscription { word }", 0).unwrap(), Some(json!({ "data": { "word": "a" } })));
    assert_eq!(tick(&mock, "subscription { word }", 1).unwrap(), None);
}

#[test]
fn events_can_begin_again_and_are_invented_where_none_is_listed() {
    let again = mock(SDL, json!({ "events": { "repeat": true, "values": [{ "tick": 1 }, { "tick": 2 }] } }));
    let ticks: Vec<_> = (0..5)
        .map(|number| tick(&again, "subscription { tick }", number).unwrap().unwrap()["data"]["tick"].clone())
        .collect();
    assert_eq!(json!(ticks), json!([1, 2, 1, 2, 1]));
    let invented = |number| tick(&again, "subscription { word }", number).unwrap();
    assert!(invented(0).is_some_and(|event| event["data"]["word"].is_string()));
    assert!(invented(100_000).is_some(), "there is no end");
    assert_ne!(invented(0), invented(1));
}

#[test]
fn requests_that_are_refused_have_no_events() {
    let mock = mock(SDL, json!({}));
    for query in ["subscription { nothing }", "{ word }", "subscription {", "subscription { tick word }"] {
        let refusal = tick(&mock, query, 0).unwrap_err();
        assert!(refusal["errors"][0]["message"].is_string() && refusal.get("data").is_none(), "{refusal}");
    }
}

#[test]
fn a_wrong_section_is_told_with_its_place() {
    let problems = |sdl: &str, events: Value| {
        let error = MockSubgraph::new("shop", sdl, Some(&json!({ "events": events }).to_string())).unwrap_err();
        let LoadError::Data(problems) = error else { panic!("{error}") };
        problems.into_iter().map(|problem| (problem.pointer, problem.problem)).collect::<Vec<_>>()
    };
    let cases = [
        (json!([]), "/events", "expected an object, found a list"),
        (json!({ "value": [] }), "/events/value", "unknown member `value`"),
        (json!({ "values": {} }), "/events/values", "expected a list"),
        (json!({ "values": [1] }), "/events/values/0", "expected an object"),
        (json!({ "values": [{ "tack": 1 }] }), "/events/values/0/tack", "Subscription has no field `tack`"),
        (json!({ "values": [{ "tick": "x" }] }), "/events/values/0/tick", "\"x\" is no value of type Int"),
        (json!({ "every_ms": -1 }), "/events/every_ms", "expected a whole number up to 3600000"),
        (json!({ "repeat": 1 }), "/events/repeat", "expected true or false"),
    ];
    for (events, pointer, problem) in cases {
        assert_eq!(problems(SDL, events.clone()), [(pointer.to_owned(), problem.to_owned())], "{events}");
    }
    let without = problems("type Query { word: String }", json!({ "values": [] }));
    assert_eq!(without, [("/events".to_owned(), "the SDL has no subscriptions".to_owned())]);
}

#[tokio::test]
async fn events_are_sent_as_they_come() {
    let data = json!({ "events": { "every_ms": 1, "values": [{ "tick": 1 }, { "tick": 2 }] } });
    let mock = Arc::new(mock(SDL, data).record_requests(2));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, vec![(String::new(), mock.clone(), Knobs::default())], std::future::pending()));
    let body = json!({ "query": "subscription { tick }" }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept: text/event-stream\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK") && text.contains("content-type: text/event-stream"), "{text}");
    let events: Vec<&str> = text.lines().filter(|line| line.starts_with("data") || line.starts_with("event")).collect();
    let next = |tick: u32| format!("data: {{\"data\":{{\"tick\":{tick}}}}}");
    assert_eq!(events, ["event: next", &next(1), "event: next", &next(2), "event: complete", "data:"]);
    assert_eq!(mock.requests().len(), 1);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    text.clear();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 405"), "{text}");
}

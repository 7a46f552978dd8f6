//! Subscriptions over server-sent events, on real connections.

use super::small_subgraph::{Calls, small_subgraph, small_subgraph_of};
use crate::testing::{RunningSubgraph, user};
use hansa_passport::HEADER;
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

const IN_TIME: Duration = Duration::from_secs(10);

/// A connection that has asked for events; what came is read as text, chunk sizes and all.
async fn ask(running: &RunningSubgraph, query: &str, accept: &str) -> TcpStream {
    let address = running.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.unwrap();
    let body = json!({ "query": query }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\n{HEADER}: {}\r\ncontent-type: application/json\r\n\
         accept: {accept}\r\ncontent-length: {}\r\n\r\n",
        running.passport(&user(1)),
        body.len()
    );
    connection.write_all((head + &body).as_bytes()).await.unwrap();
    connection
}

/// Reads until a text has come; gives all that came.
async fn read_until(connection: &mut TcpStream, wanted: &str) -> String {
    let mut text = String::new();
    let mut part = [0; 4096];
    while !text.contains(wanted) {
        let count = timeout(IN_TIME, connection.read(&mut part)).await.expect("it comes in time").unwrap();
        assert!(count > 0, "the connection ended without {wanted:?}: {text}");
        text.push_str(std::str::from_utf8(&part[..count]).unwrap());
    }
    text
}

fn events(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < IN_TIME, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn sends_events_and_completes() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    for accept in ["text/event-stream", "Text/Event-Stream;q=0.9, application/json"] {
        let mut connection = ask(&running, "subscription { counts(to: 2) { number } }", accept).await;
        let text = read_until(&mut connection, "event: complete\ndata:\n\n").await;
        assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
        assert!(text.contains("content-type: text/event-stream; charset=utf-8\r\n"), "{text}");
        assert!(text.contains("cache-control: no-store\r\n"), "{text}");
        let event = |number: i32| json!({ "data": { "counts": { "number": number } } });
        assert_eq!(events(&text), [event(1), event(2)]);
        // The connection is still good for another request.
        let body = json!({ "query": "{ now }" }).to_string();
        let next = format!(
            "POST /graphql HTTP/1.1\r\nhost: h\r\n{HEADER}: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            running.passport(&user(1)),
            body.len()
        );
        connection.write_all(next.as_bytes()).await.unwrap();
        read_until(&mut connection, "{\"data\":{\"now\"").await;
    }
    running.stopped().await;
}

#[tokio::test]
async fn what_is_no_subscription_and_what_is_wrong_is_one_event() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let cases = [
        ("{ viewerName }", ""),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { refuses { number } }", "FORBIDDEN"),
    ];
    for (query, code) in cases {
        let mut connection = ask(&running, query, "text/event-stream").await;
        let events = events(&read_until(&mut connection, "event: complete").await);
        assert_eq!(events.len(), 1, "{query}");
        assert_eq!(events[0]["errors"][0]["extensions"]["code"].as_str().unwrap_or_default(), code, "{query}");
    }
    running.stopped().await;
}

#[tokio::test]
async fn without_the_media_type_a_subscription_is_refused() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let (status, answer) = running.ask(&user(1), "subscription { counts(to: 2) { number } }", json!({})).await;
    assert_eq!(
        (status.as_u16(), &answer["errors"][0]["extensions"]["code"]),
        (400, &json!("GRAPHQL_VALIDATION_FAILED"))
    );
    let mut connection = ask(&running, "not GraphQL\"", "text/event-stream;q=0.1").await;
    read_until(&mut connection, "HTTP/1.1 200 OK").await;
    running.stopped().await;
}

#[tokio::test]
async fn ends_with_the_peer() {
    let calls: Arc<Calls> = Arc::default();
    let running = RunningSubgraph::start(small_subgraph_of(&calls)).await;
    let mut connection = ask(&running, "subscription { waits { number } }", "text/event-stream").await;
    let text = read_until(&mut connection, "event: next").await;
    assert!(text.contains(":\n\n"), "a comment shows that it lives: {text}");
    assert_eq!(calls.waiting.load(Ordering::Relaxed), 1);
    drop(connection);
    let gone = Instant::now();
    until("the stream has ended", || calls.waiting.load(Ordering::Relaxed) == 0).await;
    assert!(gone.elapsed() < Duration::from_secs(1), "{:?}", gone.elapsed());
    running.stopped().await;
}

#[tokio::test]
async fn ends_without_complete_when_the_subgraph_stops() {
    let calls: Arc<Calls> = Arc::default();
    let mut running = RunningSubgraph::start(small_subgraph_of(&calls)).await;
    let mut connection = ask(&running, "subscription { waits { number } }", "text/event-stream").await;
    read_until(&mut connection, "event: next").await;
    running.begin_to_stop();
    let mut rest = String::new();
    timeout(IN_TIME, connection.read_to_string(&mut rest)).await.unwrap().unwrap();
    assert!(!rest.contains("complete") && rest.ends_with("0\r\n\r\n"), "{rest}");
    let stopping = Instant::now();
    running.stopped().await;
    assert!(stopping.elapsed() < Duration::from_secs(2), "{:?}", stopping.elapsed());
    assert_eq!(calls.waiting.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_not_written_for() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let query = "subscription { floods { text(length: 100000) } }";
    let connection = ask(&running, query, "text/event-stream").await;
    let count = async || {
        let request = http::Request::get(format!("{}/metrics", running.url)).body(Default::default()).unwrap();
        let text = String::from_utf8(running.send(request).await.into_body().to_vec()).unwrap();
        let line = text.lines().find(|line| line.starts_with("hansa_subgraph_stream_events_total")).map(str::to_owned);
        line.and_then(|line| line.rsplit(' ').next().unwrap().parse::<u64>().ok()).unwrap_or_default()
    };
    let (mut seen, started) = (0, Instant::now());
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = count().await;
        if now > 0 && now == seen {
            break;
        }
        assert!(started.elapsed() < IN_TIME, "it goes on: {now}");
        seen = now;
    }
    assert!(seen < 1_000, "{seen}");
    drop(connection);
    running.stopped().await;
}

//! Subscriptions over graphql-transport-ws, on real sockets: the good ways, and the bad ones.

use super::small_subgraph::{Calls, small_subgraph, small_subgraph_of};
use crate::testing::{RunningSubgraph, user};
use futures_util::{SinkExt as _, StreamExt as _};
use hansa_passport::HEADER;
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, handshake::client::generate_key},
};

const IN_TIME: Duration = Duration::from_secs(20);

/// A request for a socket with these headers in place of the good ones; an empty value leaves one out.
fn request(running: &RunningSubgraph, other: &[(&str, &str)]) -> Request<()> {
    let address = running.url.trim_start_matches("http://");
    let (passport, key) = (running.passport(&user(1)), generate_key());
    let usual = [
        ("host", address),
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", key.as_str()),
        ("sec-websocket-protocol", "graphql-ws, graphql-transport-ws"),
        (HEADER, passport.as_str()),
    ];
    let mut request = Request::get(format!("ws://{address}/graphql"));
    for (name, value) in usual {
        let value = other.iter().find(|(other, _)| *other == name).map_or(value, |(_, value)| value);
        if !value.is_empty() {
            request = request.header(name, value);
        }
    }
    request.body(()).unwrap()
}

struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn connect(running: &RunningSubgraph) -> Client {
        let stream = TcpStream::connect(running.url.trim_start_matches("http://")).await.unwrap();
        let (socket, response) = client_async(request(running, &[]), stream).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        Client(socket)
    }

    async fn begin(running: &RunningSubgraph) -> Client {
        let mut client = Client::connect(running).await;
        client.send(json!({ "type": "connection_init" })).await;
        assert_eq!(client.read().await, json!({ "type": "connection_ack" }));
        client
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    async fn read(&mut self) -> Value {
        loop {
            match timeout(IN_TIME, self.0.next()).await.expect("a message in time").unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Code and reason of the close frame that comes next but for texts.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(IN_TIME, self.0.next()).await.expect("a close frame in time") {
                Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

fn next(id: &str, number: i32, field: &str) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": { field: { "number": number } } } })
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < IN_TIME, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn subscribes_queries_and_completes() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let mut client = Client::begin(&running).await;
    client.subscribe("a\"1", "subscription { counts(to: 2) { number } }").await;
    assert_eq!(client.read().await, next("a\"1", 1, "counts"));
    assert_eq!(client.read().await, next("a\"1", 2, "counts"));
    assert_eq!(client.read().await, json!({ "id": "a\"1", "type": "complete" }));
    // The id is free again.
    client.subscribe("a\"1", "{ viewerName }").await;
    assert_eq!(client.read().await["payload"], json!({ "data": { "viewerName": "user1" } }));
    assert_eq!(client.read().await["type"], "complete");
    client.send(json!({ "type": "ping", "payload": { "at": 1 } })).await;
    assert_eq!(client.read().await, json!({ "type": "pong", "payload": { "at": 1 } }));
    client.send(json!({ "type": "pong" })).await;
    client.send(json!({ "type": "ping" })).await;
    assert_eq!(client.read().await, json!({ "type": "pong" }));
    running.stopped().await;
}

#[tokio::test]
async fn streams_of_one_socket_do_not_wait_for_each_other() {
    let calls: Arc<Calls> = Arc::default();
    let running = RunningSubgraph::start(small_subgraph_of(&calls)).await;
    let mut client = Client::begin(&running).await;
    client.subscribe("1", "subscription { waits { number } }").await;
    assert_eq!(client.read().await, next("1", 1, "waits"));
    client.subscribe("2", "subscription { counts(to: 1) { number } }").await;
    assert_eq!(client.read().await, next("2", 1, "counts"));
    assert_eq!(client.read().await, json!({ "id": "2", "type": "complete" }));
    client.send(json!({ "id": "1", "type": "complete" })).await;
    until("the stream has ended", || calls.waiting.load(Ordering::Relaxed) == 0).await;
    // Nothing comes of it any more, nor of completing it again or what never was.
    client.send(json!({ "id": "1", "type": "complete" })).await;
    client.send(json!({ "id": "other", "type": "complete" })).await;
    client.subscribe("1", "subscription { counts(to: 1) { number } }").await;
    assert_eq!(client.read().await, next("1", 1, "counts"));
    running.stopped().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_operation_is_its_error_and_no_more() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let mut client = Client::begin(&running).await;
    client.subscribe("1", "subscription { nothing { number } }").await;
    let error = client.read().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    client.subscribe("1", "subscription { refuses { number } }").await;
    let refused = client.read().await;
    assert_eq!(refused["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(client.read().await, json!({ "id": "1", "type": "complete" }));
    client.subscribe("1", "subscription { panics { number } }").await;
    assert_eq!(client.read().await, next("1", 1, "panics"));
    assert_eq!(client.read().await["payload"]["errors"][0]["extensions"]["code"], "INTERNAL");
    assert_eq!(client.read().await["type"], "complete");
    running.stopped().await;
}

#[tokio::test]
async fn closes_on_bad_use_of_the_protocol() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let subscribe =
        json!({ "id": "1", "type": "subscribe", "payload": { "query": "subscription { waits { number } }" } });
    let init = json!({ "type": "connection_init" });
    let of_payload = |payload: Value| json!({ "id": "1", "type": "subscribe", "payload": payload });
    let after_init = [
        (init.clone(), 4429, "Too many initialisation requests"),
        (json!([]), 4400, "the message is no JSON object"),
        (json!({ "id": "1" }), 4400, "the message is no JSON object with a type"),
        (json!({ "type": "next", "id": "1" }), 4400, "a message of this type is not for a server"),
        (json!({ "type": "ping", "payload": 1 }), 4400, "the payload is no object"),
        (json!({ "type": "complete" }), 4400, "an id is a text"),
        (json!({ "type": "subscribe", "id": "", "payload": {} }), 4400, "an id is a text"),
        (json!({ "type": "subscribe", "id": "x".repeat(200), "payload": {} }), 4400, "an id is a text"),
        (json!({ "type": "subscribe", "id": 7, "payload": {} }), 4400, "the message is no JSON object"),
        (json!({ "type": "subscribe", "id": "1" }), 4400, "`subscribe` needs a payload"),
        (of_payload(json!({ "query": 1 })), 4400, "the payload of `subscribe` is no GraphQL request"),
        (of_payload(json!({ "query": "{ now }", "variables": [] })), 4400, "the payload of `subscribe`"),
    ];
    for (message, code, reason) in after_init {
        let mut client = Client::begin(&running).await;
        client.send(message.clone()).await;
        let (found, text) = client.closed().await;
        assert!(found == code && text.starts_with(reason), "{message}: {found} {text}");
    }
    let mut client = Client::connect(&running).await;
    client.send(subscribe.clone()).await;
    assert_eq!(client.closed().await, (4401, "Unauthorized".to_owned()));
    let mut client = Client::begin(&running).await;
    client.send(subscribe.clone()).await;
    client.send(subscribe).await;
    assert_eq!(client.closed().await, (4409, "Subscriber for 1 already exists".to_owned()));
    let mut client = Client::begin(&running).await;
    client.0.send(Message::binary(vec![1])).await.unwrap();
    assert_eq!(client.closed().await.0, 4400);
    let mut client = Client::begin(&running).await;
    client.send(json!({ "type": "ping", "payload": { "text": "x".repeat(600_000) } })).await;
    assert_eq!(client.closed().await.0, 1009);
    let (_, answer) = running.ask(&user(1), "{ viewerName }", json!({})).await;
    assert_eq!(answer["data"]["viewerName"], "user1", "the process lives");
    running.stopped().await;
}

#[tokio::test]
async fn a_socket_that_does_not_begin_is_closed() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let mut client = Client::connect(&running).await;
    let connected = Instant::now();
    assert_eq!(client.closed().await.0, 4408);
    assert!(connected.elapsed() < Duration::from_secs(15), "{:?}", connected.elapsed());
    running.stopped().await;
}

#[tokio::test]
async fn refuses_requests_for_a_socket_that_are_not_good() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let others = running.minter.mint(&user(1).claims(), &["others"], crate::testing::NOW.parse().unwrap()).unwrap();
    let cases = [
        ((HEADER, ""), 401),
        ((HEADER, "bad"), 401),
        ((HEADER, others.as_str()), 401),
        (("sec-websocket-protocol", "graphql-ws"), 400),
        (("sec-websocket-protocol", ""), 400),
        (("connection", "keep-alive"), 400),
        (("sec-websocket-version", "8"), 426),
        (("sec-websocket-key", ""), 400),
    ];
    for (header, status) in cases {
        let refused = refused(&running, &[header]).await;
        assert_eq!(refused.status().as_u16(), status, "{header:?}");
        let version = refused.headers().get("sec-websocket-version").map(|version| version.to_str().unwrap());
        assert_eq!(version, (status == 426).then_some("13"));
    }
    running.stopped().await;
}

/// The answer to a request for a socket, sent as plain HTTP.
async fn refused(running: &RunningSubgraph, other: &[(&str, &str)]) -> Response<bytes::Bytes> {
    let (mut parts, ()) = request(running, other).into_parts();
    parts.uri = format!("{}/graphql", running.url).parse().unwrap();
    running.send(Request::from_parts(parts, Default::default())).await
}

#[tokio::test]
async fn ends_with_the_peer() {
    let calls: Arc<Calls> = Arc::default();
    let running = RunningSubgraph::start(small_subgraph_of(&calls)).await;
    for is_polite in [true, false] {
        let mut client = Client::begin(&running).await;
        for id in ["1", "2", "3"] {
            client.subscribe(id, "subscription { waits { number } }").await;
            client.read().await;
        }
        assert_eq!(calls.waiting.load(Ordering::Relaxed), 3);
        let gone = Instant::now();
        if is_polite {
            client.0.close(None).await.unwrap();
            assert!(matches!(client.0.next().await, Some(Ok(Message::Close(_)))));
            assert!(matches!(client.0.next().await, None | Some(Err(Error::ConnectionClosed))));
        }
        drop(client);
        until("the streams have ended", || calls.waiting.load(Ordering::Relaxed) == 0).await;
        assert!(gone.elapsed() < Duration::from_secs(1), "{:?}", gone.elapsed());
    }
    running.stopped().await;
}

#[tokio::test]
async fn closes_when_the_subgraph_stops() {
    let calls: Arc<Calls> = Arc::default();
    let mut running = RunningSubgraph::start(small_subgraph_of(&calls)).await;
    let mut client = Client::begin(&running).await;
    client.subscribe("1", "subscription { waits { number } }").await;
    client.read().await;
    running.begin_to_stop();
    let stopping = Instant::now();
    let (closed, ()) = tokio::join!(client.closed(), running.stopped());
    assert_eq!(closed, (1001, "the subgraph is stopping".to_owned()));
    assert!(stopping.elapsed() < Duration::from_secs(3), "{:?}", stopping.elapsed());
    assert_eq!(calls.waiting.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_socket_has_a_thousand_streams_at_most_and_is_counted() {
    let running = RunningSubgraph::start(small_subgraph()).await;
    let mut client = Client::begin(&running).await;
    for id in 0..=1_000 {
        client.subscribe(&id.to_string(), "subscription { waits { number } }").await;
    }
    let mut refused = None;
    for _ in 0..=1_000 {
        let message = client.read().await;
        if message["type"] == "error" {
            refused = Some(message);
        }
    }
    let refused = refused.expect("one is too many");
    assert_eq!(
        (&refused["id"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("1000"), &json!("BAD_USER_INPUT"))
    );
    let metrics = Request::get(format!("{}/metrics", running.url)).body(Default::default()).unwrap();
    let response = running.send(metrics).await;
    assert_eq!(response.status(), StatusCode::OK);
    let text = String::from_utf8(response.into_body().to_vec()).unwrap();
    for line in [
        "hansa_subgraph_sockets{subgraph=\"things\"} 1",
        "hansa_subgraph_streams{subgraph=\"things\",transport=\"Socket\"} 1000",
        "hansa_subgraph_stream_events_total{subgraph=\"things\",outcome=\"answered\"} 1000",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    running.stopped().await;
}

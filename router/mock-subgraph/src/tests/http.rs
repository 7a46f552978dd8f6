//! The HTTP side: paths, statuses, the request log, and each knob.

use super::mock;
use crate::{BodyKind, Knobs, MockSubgraph, serve};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};

const SDL: &str =
    "type Query { word: String! n: Int items: [Item!]! } type Item @key(fields: \"id\") { id: ID! name: String }";

fn items() -> Value {
    json!({
        "roots": { "Query": { "word": "hi", "n": 1 } },
        "entities": { "Item": [{ "id": "a", "name": "A" }, { "id": "b", "name": "B" }] },
    })
}

/// A served mock; stops when dropped.
struct Served {
    mock: Arc<MockSubgraph>,
    address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    tasks: JoinSet<std::io::Result<()>>,
}

struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }
}

async fn served(knobs: Knobs) -> Served {
    let mock = Arc::new(mock(SDL, items()).record_requests(2));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let mounts = vec![("shop".to_owned(), mock.clone(), knobs), ("/other/".to_owned(), mock.clone(), Knobs::default())];
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(listener, mounts, async move { drop(stopped.await) }));
    Served { mock, address, stop: Some(stop), tasks }
}

impl Served {
    async fn send(&self, head: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let text = format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn raw(&self, head: &str, body: &str) -> Reply {
        let mut stream = self.send(head, body).await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head, body: bytes[split + 4..].to_vec() }
    }

    async fn ask(&self, headers: &str, query: &str) -> Reply {
        let body = json!({ "query": query }).to_string();
        self.raw(&format!("POST /shop/graphql HTTP/1.1\r\ncontent-type: application/json{headers}"), &body).await
    }
}

#[tokio::test]
async fn answers_several_subgraphs_and_health() {
    let served = served(Knobs::default()).await;
    assert_eq!(served.ask("", "{ word }").await.json(), json!({ "data": { "word": "hi" } }));
    for path in ["/health", "/ready", "/shop/health", "/other/ready"] {
        assert_eq!(served.raw(&format!("GET {path} HTTP/1.1"), "").await.status, 200, "{path}");
    }
    assert_eq!(served.raw("POST /none/graphql HTTP/1.1", "{}").await.status, 404);
    assert_eq!(served.raw("GET /shop/graphql HTTP/1.1", "").await.status, 405);
    let other = served.raw("POST /other/graphql HTTP/1.1", "{\"query\":\"{ n }\"}").await;
    assert_eq!(other.json(), json!({ "data": { "n": 1 } }));
}

#[tokio::test]
async fn refused_requests_follow_the_media_type() {
    let served = served(Knobs::default()).await;
    let newer = "\r\naccept: application/graphql-response+json, application/json;q=0.9";
    for (headers, query, status, media_type) in [
        ("", "{ word }", 200, "application/json"),
        ("", "{ wrod }", 200, "application/json"),
        (newer, "{ word }", 200, "application/graphql-response+json"),
        (newer, "{ wrod }", 400, "application/graphql-response+json"),
    ] {
        let reply = served.ask(headers, query).await;
        assert_eq!(reply.status, status, "{query}");
        assert!(reply.head.contains(&format!("content-type: {media_type}\r\n")), "{}", reply.head);
    }
    let reply = served.raw("POST /shop/graphql HTTP/1.1", "{\"query\":").await;
    assert_eq!(reply.status, 400);
    assert!(reply.json()["errors"][0]["message"].as_str().unwrap().contains("is not JSON"));
}

#[tokio::test]
async fn the_last_requests_are_recorded_with_headers() {
    let served = served(Knobs::default()).await;
    for number in 1..=3 {
        served.ask(&format!("\r\nX-Number: {number}"), "{ word }").await;
    }
    let requests = served.mock.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].body, json!({ "query": "{ word }" }));
    assert!(requests[1].headers.contains(&("x-number".to_owned(), "3".to_owned())), "{:?}", requests[1].headers);
    assert!(mock(SDL, items()).requests().is_empty());
}

#[tokio::test]
async fn status_error_and_failures_by_number() {
    let broken = served(Knobs { status: Some(503), ..Knobs::default() }).await.ask("", "{ word }").await;
    assert_eq!((broken.status, broken.json()), (503, json!({ "data": { "word": "hi" } })));
    let failing = served(Knobs { error: Some("no".to_owned()), ..Knobs::default() }).await.ask("", "{ word }").await;
    assert_eq!((failing.status, failing.json()), (200, json!({ "errors": [{ "message": "no" }] })));
    let every_second = served(Knobs { fail_every: Some(2), ..Knobs::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(every_second.ask("", "{ word }").await.status);
    }
    assert_eq!(statuses, [200, 500, 200, 500]);
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_waited_for() {
    let served = served(Knobs { delay_ms: 3_600_000, ..Knobs::default() }).await;
    let before = tokio::time::Instant::now();
    assert_eq!(served.ask("", "{ word }").await.json(), json!({ "data": { "word": "hi" } }));
    assert!(before.elapsed() >= Duration::from_secs(3600));
}

#[tokio::test]
async fn truncated_broken_off_and_padded_bodies() {
    let cut = served(Knobs { truncate_bytes: Some(10), ..Knobs::default() }).await.ask("", "{ word }").await;
    assert_eq!(cut.body, b"{\"data\":{\"");
    assert!(cut.head.contains("content-length: 10"), "{}", cut.head);
    let broken = served(Knobs { break_off_bytes: Some(10), ..Knobs::default() }).await.ask("", "{ word }").await;
    let text = String::from_utf8(broken.body).unwrap();
    assert!(broken.head.contains("transfer-encoding: chunked") && !text.contains("\r\n0\r\n"), "{text}");
    let padded = served(Knobs { pad_bytes: Some(5_000_000), ..Knobs::default() }).await.ask("", "{ word }").await;
    assert!(padded.body.len() > 5_000_000 && padded.json()["data"]["word"] == "hi");
}

#[tokio::test]
async fn wrong_bodies() {
    let entities = "{ _entities(representations: [{ __typename: \"Item\", id: \"a\" }]) { ... on Item { name } } }";
    let expected = [
        (BodyKind::Empty, "{ word }", ""),
        (BodyKind::NoData, "{ word }", "{\"extensions\":{}}"),
        (BodyKind::DuplicateKeys, "{ n word }", "{\"data\":{\"n\":1,\"n\":null,\"word\":\"hi\",\"word\":null}}"),
        (
            BodyKind::WrongTypes,
            "{ n items { id } }",
            "{\"data\":{\"n\":{\"not\":\"a leaf\"},\"items\":{\"not\":\"a list\"}}}",
        ),
        (BodyKind::FewerEntities, entities, "{\"data\":{\"_entities\":[]}}"),
        (
            BodyKind::ExtraEntities,
            entities,
            "{\"data\":{\"_entities\":[{\"name\":\"A\"},{\"__typename\":\"Surplus\"}]}}",
        ),
    ];
    for (kind, query, body) in expected {
        let reply = served(Knobs { body: Some(kind), ..Knobs::default() }).await.ask("", query).await;
        assert_eq!((reply.status, String::from_utf8(reply.body).unwrap()), (200, body.to_owned()), "{kind:?}");
    }
    let html = served(Knobs { body: Some(BodyKind::Html), ..Knobs::default() }).await.ask("", "{ word }").await;
    assert!(html.head.contains("text/html") && html.body.starts_with(b"<!doctype"), "{}", html.head);
    let deep = served(Knobs { body: Some(BodyKind::Deep), ..Knobs::default() }).await.ask("", "{ word }").await;
    assert_eq!(deep.body.iter().filter(|byte| **byte == b'[').count(), 100_000);
    for query in ["{ word }", "{ n }"] {
        let invalid =
            served(Knobs { body: Some(BodyKind::InvalidUtf8), ..Knobs::default() }).await.ask("", query).await;
        assert!(std::str::from_utf8(&invalid.body).is_err(), "{query}");
    }
}

#[tokio::test]
async fn an_endless_body_goes_on_until_the_client_closes_and_does_not_stop_the_shutdown() {
    let mut served = served(Knobs { body: Some(BodyKind::Endless), ..Knobs::default() }).await;
    let mut stream = served.send("POST /shop/graphql HTTP/1.1", "{\"query\":\"{ word }\"}").await;
    let mut bytes = vec![0; 1_000_000];
    stream.read_exact(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("{\"data\":{\"endless\":\"") && text.contains("xxx"), "{}", &text[..200]);
    drop(stream);
    assert!(served.stop.take().unwrap().send(()).is_ok());
    assert!(served.tasks.join_next().await.unwrap().unwrap().is_ok());
}

#[tokio::test]
async fn headers_set_knobs_for_one_request_where_allowed() {
    let headers = "\r\nx-mock-status: 418\r\nx-mock-body: empty";
    let closed = served(Knobs::default()).await.ask(headers, "{ word }").await;
    assert_eq!(closed.status, 200);
    let open = served(Knobs { allow_headers: true, ..Knobs::default() }).await;
    let teapot = open.ask(headers, "{ word }").await;
    assert_eq!((teapot.status, teapot.body.as_slice()), (418, b"".as_slice()));
    assert_eq!(open.ask("", "{ word }").await.status, 200);
    let each = "\r\nx-mock-delay-ms: 0\r\nx-mock-truncate-bytes: 3\r\nx-mock-pad-bytes: 1\r\nx-mock-error: e\r\nx-mock-fail-every: 1000";
    assert_eq!(open.ask(each, "{ word }").await.body, b"{\"e");
    assert!(open.ask("\r\nx-mock-break-off-bytes: 1", "{ word }").await.head.contains("chunked"));
    for (header, expected) in [
        ("x-mock-status: high", "header x-mock-status wants a whole number, not `high`"),
        ("x-mock-status: 42", "42 is no HTTP status"),
        ("x-mock-body: htlm", "unknown body kind `htlm`: did you mean `html`?"),
        ("x-mock-stauts: 500", "unknown header x-mock-stauts: after x-mock-, did you mean `status`?"),
    ] {
        let reply = open.ask(&format!("\r\n{header}"), "{ word }").await;
        assert_eq!((reply.status, reply.json()["errors"][0]["message"].as_str().unwrap()), (400, expected));
    }
}

#[test]
fn knobs_are_read_from_json_and_refuse_unknown_names() {
    let knobs: Knobs = serde_json::from_value(json!({ "delay_ms": 5, "body": "duplicate-keys" })).unwrap();
    assert_eq!(knobs, Knobs { delay_ms: 5, body: Some(BodyKind::DuplicateKeys), ..Knobs::default() });
    let error = serde_json::from_value::<Knobs>(json!({ "dealy_ms": 5 })).unwrap_err();
    assert!(error.to_string().contains("unknown field `dealy_ms`"), "{error}");
    let error = serde_json::from_value::<Knobs>(json!({ "status": 42 })).unwrap_err();
    assert!(error.to_string().contains("42 is no HTTP status"), "{error}");
    assert_eq!("no-data".parse(), Ok(BodyKind::NoData));
}

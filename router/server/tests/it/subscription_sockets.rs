//! How a WebSocket is opened, and everything for which it is closed: each reason has its code.

use crate::{
    event_subgraph::EventSubgraph,
    issuer::{self, Folder, Key, claims, header, key_set, now},
    running::{Running, SUPERGRAPH, settings},
    socket_client::SocketClient,
    subscriptions::{EVENTS, POSTED, behind, enriched, next_event, piece, start},
};
use futures_util::SinkExt;
use hansa_mock_subgraph::Knobs;
use hansa_server::{Algorithm, ByteSize, Router, Span, SubscriptionProtocol};
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;

async fn closed_after(router: &Running, messages: &[&str]) -> (u16, String) {
    let mut client = SocketClient::connect(router.address, &[]).await.unwrap();
    for message in messages {
        client.text(message).await;
    }
    client.closed().await
}

const INIT: &str = "{\"type\":\"connection_init\"}";

#[tokio::test]
async fn what_is_not_the_protocol_is_closed_with_its_code() {
    let router = Running::start(settings()).await;
    let subscribe = "{\"id\":\"a\",\"type\":\"subscribe\",\"payload\":{\"query\":\"{ __typename }\"}}";
    let bad = "Invalid message received";
    let cases: [(&[&str], u16, &str); 13] = [
        (&["nonsense"], 4400, bad),
        (&["[]"], 4400, bad),
        (&["{\"type\":1}"], 4400, bad),
        (&["{\"type\":\"start\"}"], 4400, bad),
        (&[INIT, "{\"type\":\"connection_ack\"}"], 4400, bad),
        (
            &[INIT, "{\"type\":\"subscribe\",\"payload\":{}}"],
            4400,
            "Invalid message received: `subscribe` needs an `id`",
        ),
        (
            &[INIT, "{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{}}"],
            4400,
            "Invalid message received: the `id` is empty",
        ),
        (&[INIT, "{\"type\":\"subscribe\",\"id\":\"a\"}"], 4400, bad),
        (&[INIT, "{\"type\":\"complete\"}"], 4400, bad),
        (&["{\"type\":\"connection_init\",\"payload\":[]}"], 4400, bad),
        (&["{\"type\":\"connection_init\",\"payload\":{\"authorization\":1}}"], 4400, bad),
        (&[subscribe], 4401, "Unauthorized"),
        (&[INIT, INIT], 4429, "Too many initialisation requests"),
    ];
    for (messages, code, reason) in cases {
        let closed = closed_after(&router, messages).await;
        assert_eq!(closed.0, code, "{messages:?}: {closed:?}");
        assert!(closed.1.starts_with(reason), "{messages:?}: {closed:?}");
    }
    let mut client = SocketClient::open(router.address).await;
    client.0.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(client.closed().await.0, 4400);
    router.until_metric("hansa_sockets_closed_total{code=\"4400\"}", "12").await;
    router.until_metric("hansa_sockets ", "0").await;
}

#[tokio::test]
async fn an_id_that_is_taken_closes_the_socket() {
    let (router, mut subgraph, _) = start(settings(), SubscriptionProtocol::Sse).await;
    let mut client = SocketClient::open(router.address).await;
    client.subscribe("a", POSTED).await;
    let mut source = subgraph.opened().await;
    client.subscribe("a", POSTED).await;
    assert_eq!(client.closed().await, (4409, "Subscriber for a already exists".to_owned()));
    source.gone().await;
}

#[tokio::test]
async fn an_id_can_be_used_again_once_its_operation_has_ended() {
    let (router, mut subgraph, _) = start(settings(), SubscriptionProtocol::Sse).await;
    let mut client = SocketClient::open(router.address).await;
    for _ in 0..50 {
        client.subscribe("a", "{ __typename }").await;
        assert_eq!(client.next().await["type"], "next");
        assert_eq!(client.next().await["type"], "complete");
        client.subscribe("a", POSTED).await;
        client.send(&json!({ "id": "a", "type": "complete" })).await;
    }
    client.subscribe("a", POSTED).await;
    // Those that were given up may have come to the subgraph, or not.
    let mut sources = Vec::new();
    loop {
        tokio::select! {
            source = subgraph.opened() => {
                source.posted(1, 2);
                sources.push(source);
            }
            answer = client.next() => {
                assert_eq!(answer["payload"], enriched(1, 2));
                break;
            }
        }
    }
    sources.iter().for_each(|source| source.posted(3, 4));
    assert_eq!(client.next().await["payload"], enriched(3, 4));
}

#[tokio::test]
async fn a_client_that_never_says_who_it_is_is_closed() {
    let mut config = settings();
    config.subscriptions.connection_init_timeout = Span(Duration::from_millis(100));
    let router = Running::start(config).await;
    let timeout = (4408, "Connection initialisation timeout".to_owned());
    assert_eq!(closed_after(&router, &[]).await, timeout);
    // Being busy is not the same.
    let mut client = SocketClient::connect(router.address, &[]).await.unwrap();
    for _ in 0..100 {
        if client.0.send(Message::text("{\"type\":\"ping\"}")).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(client.closed().await, timeout);
}

#[tokio::test]
async fn what_is_no_message_at_all_is_closed_with_websockets_own_codes() {
    let mut config = settings();
    config.subscriptions.message_bytes_max = ByteSize::from_kib(1);
    let router = Running::start(config).await;
    let mut client = SocketClient::open(router.address).await;
    let large = format!("{{\"type\":\"ping\",\"payload\":{{\"a\":\"{}\"}}}}", "x".repeat(600_000));
    client.text(&large).await;
    assert_eq!(client.closed().await, (1009, "Message too large".to_owned()));
    for (bytes, code) in [(&b"\x81\x82\0\0\0\0\xff\xfe"[..], 1007), (b"\x83\x80\0\0\0\0", 1002), (b"\x81\x02hi", 1002)]
    {
        let mut client = SocketClient::open(router.address).await;
        client.0.get_mut().write_all(bytes).await.unwrap();
        assert_eq!(client.closed().await.0, code, "{bytes:?}");
    }
    // A frame that claims to be huge takes no memory.
    let mut client = SocketClient::open(router.address).await;
    client.0.get_mut().write_all(b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0").await.unwrap();
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn a_handshake_that_is_none_is_refused_with_a_status() {
    let router = Running::start(settings()).await;
    let upgrade =
        || router.request(Method::GET, "/graphql").header("upgrade", "websocket").header("connection", "upgrade");
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    let answer = router.send(upgrade(), "").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "BAD_REQUEST"));
    let old = upgrade().header("sec-websocket-key", key).header("sec-websocket-version", "8");
    assert_eq!(router.send(old, "").await.status, 400);
    let short = upgrade().header("sec-websocket-key", "abc").header("sec-websocket-version", "13");
    assert_eq!(router.send(short, "").await.status, 400);
    // A subprotocol that is not ours: browsers learn of it only from an open socket.
    for protocol in ["graphql-ws", ""] {
        let mut stream = TcpStream::connect(router.address).await.unwrap();
        let head = format!(
            "GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: {key}\r\n\
             sec-websocket-version: 13\r\nsec-websocket-protocol: {protocol}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        let mut ended = false;
        while !ended && !text.windows(10).any(|window| window == b"acceptable") {
            ended = stream.read_buf(&mut text).await.unwrap() == 0;
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.starts_with("HTTP/1.1 101") && text.ends_with("Subprotocol not acceptable"), "{text:?}");
        assert!(!text.contains("sec-websocket-protocol"), "{text:?}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_open_no_socket() {
    let mut config = settings();
    config.cors.origins = vec!["https://app.example.com".to_owned()];
    let router = Running::start(config).await;
    let own = format!("http://{}", router.address);
    for (origin, expected) in
        [("https://app.example.com", None), (&own, None), ("https://evil.example.com", Some(403)), ("null", Some(403))]
    {
        let refused = SocketClient::connect(router.address, &[("origin", origin)]).await.err();
        assert_eq!(refused, expected, "{origin}");
    }
}

struct Shop {
    router: Running,
    subgraph: EventSubgraph,
    key: Key,
    _folder: Folder,
}

async fn shop(is_required: bool) -> Shop {
    let (folder, key) = (Folder::new(), Key::ed());
    let mut config = issuer::settings(&[Algorithm::EdDSA], folder.write(&key_set(&[key.jwk("1")])));
    config.authentication.required = is_required;
    config.authentication.leeway = Span(Duration::ZERO);
    let subgraph = EventSubgraph::start(SubscriptionProtocol::Sse).await;
    let (router, _) = behind(&subgraph, config).await;
    Shop { router, subgraph, key, _folder: folder }
}

impl Shop {
    fn bearer(&self, seconds: i64) -> String {
        let mut claims = claims();
        claims["exp"] = json!(now() + seconds);
        format!("Bearer {}", self.key.token(&header("EdDSA", "1"), &claims))
    }
}

#[tokio::test]
async fn a_token_comes_with_the_handshake_or_with_the_first_message() {
    let shop = shop(true).await;
    let address = shop.router.address;
    let bearer = shop.bearer(600);
    assert_eq!(SocketClient::connect(address, &[("authorization", "Bearer forged")]).await.err(), Some(401));
    let mut client = SocketClient::connect(address, &[("authorization", &bearer)]).await.unwrap();
    client.init(Value::Null).await;
    for payload in [json!({ "authorization": bearer }), json!({ "headers": { "Authorization": bearer } })] {
        let mut client = SocketClient::connect(address, &[]).await.unwrap();
        client.init(payload).await;
        client.subscribe("a", "{ __typename }").await;
        assert_eq!(client.next().await["payload"], json!({ "data": { "__typename": "Query" } }));
    }
    let refused = [
        (json!({}), "missing"),
        (json!({ "authorization": "Bearer forged" }), "malformed"),
        (json!({ "authorization": "Basic abc" }), "header"),
        (json!({ "headers": { "authorization": shop.bearer(-10) } }), "expired"),
    ];
    for (payload, reason) in refused {
        let mut client = SocketClient::connect(address, &[]).await.unwrap();
        client.send(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(client.closed().await, (4401, format!("Unauthorized: {reason}")), "{payload}");
    }
    // A bad token in the message is not saved by a good one in the handshake.
    let mut client = SocketClient::connect(address, &[("authorization", &bearer)]).await.unwrap();
    client.send(&json!({ "type": "connection_init", "payload": { "authorization": "Bearer forged" } })).await;
    assert_eq!(client.closed().await.0, 4401);
}

#[tokio::test]
async fn what_a_token_opened_ends_with_it() {
    let mut shop = shop(false).await;
    let mut client = SocketClient::connect(shop.router.address, &[]).await.unwrap();
    client.init(json!({ "authorization": shop.bearer(2) })).await;
    client.subscribe("a", POSTED).await;
    let mut source = shop.subgraph.opened().await;
    let request = shop.router.post().header("authorization", shop.bearer(2));
    let request = request.header("accept", EVENTS);
    let query = json!({ "query": POSTED }).to_string();
    let (answer, mut of_events) = tokio::join!(shop.router.send(request, query), shop.subgraph.opened());
    assert_eq!(client.closed().await, (4401, "Unauthorized: expired".to_owned()));
    source.gone().await;
    of_events.gone().await;
    let text = answer.text();
    assert!(text.contains("\"code\":\"UNAUTHENTICATED\""), "{text}");
    assert!(text.ends_with("event: complete\ndata:\n\n"), "{text}");
}

#[tokio::test]
async fn one_actor_has_so_many_sockets_and_streams() {
    let mut config = settings();
    config.subscriptions.sockets_per_actor_max = 2;
    config.subscriptions.streams_per_socket_max = 3;
    let (router, mut subgraph, _) = start(config, SubscriptionProtocol::Sse).await;
    let mut first = SocketClient::open(router.address).await;
    let second = SocketClient::open(router.address).await;
    assert_eq!(closed_after(&router, &[INIT]).await, (4429, "Too many sockets".to_owned()));
    drop(second);
    router.until_metric("hansa_sockets ", "1").await;
    let _other = SocketClient::open(router.address).await;

    let mut sources = Vec::new();
    for id in ["a", "b", "c"] {
        first.subscribe(id, POSTED).await;
        sources.push(subgraph.opened().await);
    }
    first.subscribe("d", POSTED).await;
    let answer = first.next().await;
    assert_eq!((&answer["id"], &answer["type"]), (&json!("d"), &json!("error")));
    assert_eq!(answer["payload"][0]["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
    first.send(&json!({ "id": "a", "type": "complete" })).await;
    first.subscribe("d", POSTED).await;
    let source = subgraph.opened().await;
    source.posted(1, 2);
    assert_eq!(first.next().await["id"], "d");

    let mut responses = Vec::new();
    for _ in 0..3 {
        responses.push(router.open(EVENTS, POSTED).await);
    }
    let refused = router.open(EVENTS, POSTED).await;
    assert_eq!(refused.status(), 429);
}

#[tokio::test]
async fn all_clients_together_have_so_many() {
    let mut config = settings();
    config.subscriptions.sockets_max = 2;
    config.subscriptions.streams_max = 1;
    let (router, mut subgraph, _) = start(config, SubscriptionProtocol::Sse).await;
    let mut client = SocketClient::open(router.address).await;
    let _other = SocketClient::connect(router.address, &[]).await.unwrap();
    assert_eq!(SocketClient::connect(router.address, &[]).await.err(), Some(503));
    client.subscribe("a", POSTED).await;
    let _source = subgraph.opened().await;
    client.subscribe("b", POSTED).await;
    assert_eq!(client.next().await["payload"][0]["extensions"]["code"], "OVERLOADED");
    assert_eq!(router.open(EVENTS, POSTED).await.status(), 503);
    client.subscribe("c", "{ __typename }").await;
    assert_eq!(client.next().await["payload"]["data"], json!({ "__typename": "Query" }), "queries are not streams");
}

#[tokio::test]
async fn a_router_that_stops_says_so() {
    let (mut router, mut subgraph, _) = start(settings(), SubscriptionProtocol::WebSocket).await;
    let mut client = SocketClient::open(router.address).await;
    client.subscribe("a", POSTED).await;
    let mut sources = vec![subgraph.opened().await];
    let mut response = router.open(EVENTS, POSTED).await;
    sources.push(subgraph.opened().await);
    sources[1].posted(1, 2);
    assert_eq!(next_event(&mut response).await, enriched(1, 2));
    router.stop_handle().send(()).unwrap();
    assert_eq!(client.closed().await, (1001, "The router stops".to_owned()));
    let last = next_event(&mut response).await;
    assert_eq!(last["errors"][0]["extensions"]["code"], "ROUTER_STOPPING");
    while piece(&mut response).await.unwrap().is_some() {}
    for source in &mut sources {
        source.gone().await;
    }
    tokio::time::timeout(Duration::from_secs(10), async {
        // The mocks' task is the other one.
        let mut router = router;
        router.ended().await;
    })
    .await
    .expect("within the time to drain");
}

#[tokio::test]
async fn every_step_of_the_pipeline_holds_on_a_socket() {
    let mut config = settings();
    config.limits.depth_max = 3;
    config.introspection = hansa_server::Switch::Off;
    config.playground = hansa_server::Switch::Off;
    let (mut running, config) = Running::subgraphs(config, Knobs::default()).await;
    running.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
    let mut client = SocketClient::open(running.address).await;
    for (query, code) in [
        ("subscription { posted { author { friend { friend { id } } } } }", "DEPTH_LIMIT_EXCEEDED"),
        ("{ __schema { queryType { name } } }", "INTROSPECTION_DISABLED"),
        ("subscription { posted { id } } query { x }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription A { posted { id } } subscription B { posted { id } }", "OPERATION_RESOLUTION_FAILURE"),
    ] {
        client.subscribe("a", query).await;
        let answer = client.next().await;
        assert_eq!(answer["payload"][0]["extensions"]["code"], code, "{query}: {answer}");
    }
}

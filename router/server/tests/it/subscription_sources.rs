//! Subgraphs that do not keep to their protocol, or are not there: the client is told, with a code, and nothing is left behind.

use crate::{
    event_subgraph::{EventSubgraph, Manners, OpenedStream},
    raw_subgraph::{RawSubgraph, Step},
    running::{Running, SUPERGRAPH, settings},
    socket_client::SocketClient,
    subscriptions::{BOTH, EVENTS, POSTED, behind, enriched, next_event, piece, start},
};
use hansa_mock_subgraph::Knobs;
use hansa_server::{ByteSize, Config, Router, Span, SubscriptionProtocol};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

/// Code of the error with which a subscription ends.
async fn ended(router: &Running) -> String {
    let mut response = router.open(EVENTS, POSTED).await;
    let last = next_event(&mut response).await;
    let code = last["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{last}"));
    router.until_metric("hansa_subscriptions ", "0").await;
    code.to_owned()
}

fn hasty(mut config: Config) -> Config {
    let own = &mut config.subgraphs.get_mut("blog").unwrap().subscriptions;
    own.init_timeout = Span(Duration::from_millis(300));
    own.message_bytes_max = ByteSize::from_kib(1);
    config
}

async fn router_of(config: Config) -> Running {
    let (mut router, config) = Running::subgraphs(config, Knobs::default()).await;
    router.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
    router
}

#[tokio::test]
async fn a_socket_that_is_not_acknowledged_is_given_up() {
    let cases = [
        (Manners::NeverAcknowledges, "TIMEOUT"),
        (Manners::Says("garbage"), "DOWNSTREAM_INVALID_RESPONSE"),
        (Manners::Says("{\"type\":\"next\",\"id\":\"1\",\"payload\":{}}"), "DOWNSTREAM_INVALID_RESPONSE"),
        (Manners::Closes(4403), "DOWNSTREAM_UNAVAILABLE"),
    ];
    for (manners, code) in cases {
        let subgraph = EventSubgraph::with_manners(SubscriptionProtocol::WebSocket, manners).await;
        let router = router_of(hasty(subgraph.behind(settings()))).await;
        assert_eq!(ended(&router).await, code);
    }
}

type Misdeed = fn(&OpenedStream);

#[tokio::test]
async fn a_stream_that_goes_wrong_ends_with_the_reason() {
    let of_sockets: [(Misdeed, &str); 9] = [
        (|source| source.text("garbage"), "DOWNSTREAM_INVALID_RESPONSE"),
        (|source| source.text("{\"type\":\"data\",\"id\":\"1\",\"payload\":{}}"), "DOWNSTREAM_INVALID_RESPONSE"),
        (|source| source.text("{\"type\":\"next\",\"id\":\"2\",\"payload\":{}}"), "DOWNSTREAM_INVALID_RESPONSE"),
        (|source| source.text("{\"type\":\"next\",\"id\":\"1\"}"), "DOWNSTREAM_INVALID_RESPONSE"),
        (|source| source.message(Message::binary(vec![1])), "DOWNSTREAM_INVALID_RESPONSE"),
        (|source| source.close(1011), "DOWNSTREAM_UNAVAILABLE"),
        (|source| source.hang_up(), "DOWNSTREAM_UNAVAILABLE"),
        (|source| source.event(&json!({ "data": { "posted": { "title": "x".repeat(3000) } } })), "RESPONSE_TOO_LARGE"),
        (
            |source| {
                source.text("{\"type\":\"error\",\"id\":\"1\",\"payload\":[{\"message\":\"no\",\"extensions\":{\"code\":\"NO\"}}]}");
            },
            "NO",
        ),
    ];
    let of_events: [(Misdeed, &str); 4] = [
        (|source| source.hang_up(), "DOWNSTREAM_UNAVAILABLE"),
        (|source| source.text(&format!("data: {}\n\n", "x".repeat(3000))), "RESPONSE_TOO_LARGE"),
        (|source| source.text(&"x".repeat(3000)), "RESPONSE_TOO_LARGE"),
        (|source| (0..1000).for_each(|_| source.text("data: x\n")), "RESPONSE_TOO_LARGE"),
    ];
    let cases = of_sockets.map(|case| (SubscriptionProtocol::WebSocket, case)).into_iter();
    for (protocol, (misdeed, code)) in cases.chain(of_events.map(|case| (SubscriptionProtocol::Sse, case))) {
        let mut subgraph = EventSubgraph::start(protocol).await;
        let router = router_of(hasty(subgraph.behind(settings()))).await;
        let mut response = router.open(EVENTS, POSTED).await;
        let mut source = subgraph.opened().await;
        source.posted(1, 2);
        assert_eq!(next_event(&mut response).await, enriched(1, 2));
        misdeed(&source);
        let last = next_event(&mut response).await;
        assert_eq!(last["errors"][0]["extensions"]["code"], code, "{last}");
        let rest = piece(&mut response).await.unwrap().unwrap_or_default();
        assert!(rest.is_empty() || rest == "event: complete\ndata:\n\n", "{rest}");
        source.gone().await;
        router.until_metric("hansa_subscriptions ", "0").await;
    }
}

#[tokio::test]
async fn a_subgraph_that_is_not_there_is_a_clear_error() {
    for protocol in BOTH {
        let mut config = EventSubgraph::start(protocol).await.behind(settings());
        config.subgraphs.get_mut("blog").unwrap().subscriptions.url = Some("http://127.0.0.1:9/graphql".to_owned());
        let router = router_of(config).await;
        assert_eq!(ended(&router).await, "DOWNSTREAM_UNAVAILABLE", "{protocol:?}");
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", POSTED).await;
        let answer = client.next().await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("a")));
        assert_eq!(answer["payload"][0]["extensions"]["code"], "DOWNSTREAM_UNAVAILABLE");
    }
}

fn answer(head: &str, body: &str) -> Step {
    Step::Say(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

async fn behind_raw(protocol: SubscriptionProtocol, script: Vec<Vec<Step>>) -> (Running, RawSubgraph) {
    let raw = RawSubgraph::start(script).await;
    let mut config = EventSubgraph::start(protocol).await.behind(settings());
    config.subgraphs.get_mut("blog").unwrap().subscriptions.url = Some(raw.url.clone());
    (router_of(hasty(config)).await, raw)
}

#[tokio::test]
async fn an_answer_that_is_no_event_stream_is_told() {
    let graphql = "{\"errors\":[{\"message\":\"unknown field\",\"extensions\":{\"code\":\"UNKNOWN\"}}]}";
    let cases = [
        (vec![Step::Asked, answer("404 Not Found\r\ncontent-type: text/html", "<html>")], "DOWNSTREAM_SERVICE_ERROR"),
        (vec![Step::Asked, answer("200 OK\r\ncontent-type: application/json", graphql)], "UNKNOWN"),
        (vec![Step::Asked, answer("400 Bad Request\r\ncontent-type: application/json", graphql)], "UNKNOWN"),
        (vec![Step::Asked, Step::Say(b"garbage\r\n\r\n".to_vec())], "DOWNSTREAM_UNAVAILABLE"),
        (vec![Step::Asked], "DOWNSTREAM_UNAVAILABLE"),
        (vec![Step::Asked, Step::HungUp], "TIMEOUT"),
    ];
    for (script, code) in cases {
        let (router, _raw) = behind_raw(SubscriptionProtocol::Sse, vec![script.clone()]).await;
        assert_eq!(ended(&router).await, code, "{script:?}");
    }
    let refusals = [
        (vec![Step::Asked, answer("403 Forbidden", "no")], "DOWNSTREAM_SERVICE_ERROR"),
        (vec![Step::Asked, answer("200 OK", "no")], "DOWNSTREAM_SERVICE_ERROR"),
        (vec![Step::Asked, Step::Say(b"HTTP/1.1 101 Switching\r\n\r\n".to_vec())], "DOWNSTREAM_UNAVAILABLE"),
        (vec![Step::Asked, Step::HungUp], "TIMEOUT"),
    ];
    for (script, code) in refusals {
        let (router, _raw) = behind_raw(SubscriptionProtocol::WebSocket, vec![script.clone()]).await;
        assert_eq!(ended(&router).await, code, "{script:?}");
    }
}

#[tokio::test]
async fn by_itself_it_finds_the_protocol_that_the_subgraph_speaks() {
    let mut subgraph = EventSubgraph::start(SubscriptionProtocol::Sse).await;
    let mut config = subgraph.behind(settings());
    config.subgraphs.get_mut("blog").unwrap().subscriptions.protocol = SubscriptionProtocol::Auto;
    let router = router_of(config).await;
    let mut response = router.open(EVENTS, POSTED).await;
    subgraph.opened().await.posted(1, 2);
    assert_eq!(next_event(&mut response).await, enriched(1, 2));

    // The mock speaks both; a server that knows WebSockets only answers the POST with an error.
    let graphql = "{\"errors\":[{\"message\":\"not here\",\"extensions\":{\"code\":\"NOT_HERE\"}}]}";
    let refusal = || vec![Step::Asked, answer("400 Bad Request\r\ncontent-type: application/json", graphql)];
    let (router, raw) =
        behind_raw(SubscriptionProtocol::Auto, vec![refusal(), vec![Step::Asked, answer("404 Not Found", "")]]).await;
    assert_eq!(ended(&router).await, "NOT_HERE", "what it said first says more");
    let requests = raw.requests();
    assert!(
        requests[0].starts_with("POST /graphql") && requests[0].contains("accept: text/event-stream"),
        "{requests:?}"
    );
    assert!(requests[1].starts_with("GET /graphql") && requests[1].contains("graphql-transport-ws"), "{requests:?}");
}

#[tokio::test]
async fn pings_of_both_sides_are_answered() {
    let mut subgraph = EventSubgraph::start(SubscriptionProtocol::WebSocket).await;
    let mut config = subgraph.behind(settings());
    config.subgraphs.get_mut("blog").unwrap().subscriptions.heartbeat = Span(Duration::from_millis(50));
    let router = router_of(config).await;
    let mut client = SocketClient::open(router.address).await;
    client.subscribe("a", POSTED).await;
    let mut source = subgraph.opened().await;
    source.text("{\"type\":\"ping\"}");
    assert_eq!(source.gone().await, "pong");
    // The test's server answers pings by reading them, so that it lives for longer than two heartbeats.
    tokio::time::sleep(Duration::from_millis(300)).await;
    source.posted(1, 2);
    assert_eq!(client.next().await["payload"], enriched(1, 2));
}

#[tokio::test]
async fn a_socket_that_falls_silent_is_given_up() {
    let mut subgraph = EventSubgraph::with_manners(SubscriptionProtocol::WebSocket, Manners::NeverReadsOn).await;
    let mut config = subgraph.behind(settings());
    config.subgraphs.get_mut("blog").unwrap().subscriptions.heartbeat = Span(Duration::from_millis(50));
    let router = router_of(config).await;
    let mut response = router.open(EVENTS, POSTED).await;
    let _source = subgraph.opened().await;
    let last = next_event(&mut response).await;
    assert_eq!(last["errors"][0]["extensions"]["code"], "DOWNSTREAM_UNAVAILABLE", "{last}");
}

#[tokio::test]
async fn events_that_take_long_are_no_silence_of_the_source() {
    let mut subgraph = EventSubgraph::start(SubscriptionProtocol::WebSocket).await;
    let mut config = subgraph.behind(settings());
    config.subgraphs.get_mut("blog").unwrap().subscriptions.heartbeat = Span(Duration::from_millis(50));
    let slow = Knobs { delay_ms: 200, ..Knobs::default() };
    let (mut router, config) = Running::subgraphs(config, slow).await;
    router.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
    let mut client = SocketClient::open(router.address).await;
    client.subscribe("a", POSTED).await;
    let source = subgraph.opened().await;
    (0..10).for_each(|number| source.posted(number, 1));
    for number in 0..10 {
        assert_eq!(client.next().await["payload"], enriched(number, 1));
    }
}

#[tokio::test]
async fn a_flood_is_held_back_and_arrives_in_order() {
    for protocol in BOTH {
        let (router, mut subgraph, _) = start(settings(), protocol).await;
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", POSTED).await;
        let source = subgraph.opened().await;
        (0..2_000).for_each(|number| source.posted(number, 1));
        for number in 0..2_000 {
            assert_eq!(client.next().await["payload"], enriched(number, 1));
        }
    }
}

#[tokio::test]
async fn the_mock_emits_the_events_of_its_data_file() {
    use hansa_mock_subgraph::MockSubgraph;
    use std::sync::Arc;
    let sdl = include_str!("data/blog.graphql");
    let events = json!({ "events": { "every_ms": 1, "values": [
        { "posted": { "id": "1", "author": { "id": "11" } } },
        { "posted": { "id": "2", "author": { "id": "12" } } },
    ] } });
    for protocol in BOTH {
        let mock = Arc::new(MockSubgraph::new("blog", sdl, Some(&events.to_string())).unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = EventSubgraph::start(protocol).await.behind(settings());
        config.subgraphs.get_mut("blog").unwrap().subscriptions.url =
            Some(format!("http://{}/graphql", listener.local_addr().unwrap()));
        let mut tasks = tokio::task::JoinSet::new();
        let mocks = vec![(String::new(), mock, Knobs::default())];
        tasks.spawn(hansa_mock_subgraph::serve(listener, mocks, std::future::pending()));
        let router = router_of(config).await;
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", POSTED).await;
        assert_eq!(client.next().await["payload"], enriched(1, 11), "{protocol:?}");
        assert_eq!(client.next().await["payload"], enriched(2, 12));
        assert_eq!(client.next().await, json!({ "id": "a", "type": "complete" }));
        client.subscribe("b", "subscription { posted { nothing } }").await;
        assert_eq!(client.next().await["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn what_is_shared_is_not_shared_with_events() {
    let mut subgraph = EventSubgraph::start(SubscriptionProtocol::Sse).await;
    let mut config = settings();
    config.subgraph_defaults.share_fetches = true;
    let (router, _) = behind(&subgraph, config).await;
    let mut responses = [router.open(EVENTS, POSTED).await, router.open(EVENTS, POSTED).await];
    let sources = [subgraph.opened().await, subgraph.opened().await];
    sources.iter().for_each(|source| source.posted(1, 2));
    for response in &mut responses {
        assert_eq!(next_event(response).await, enriched(1, 2));
    }
    assert_eq!(router.metric("hansa_shared_fetches_total{subgraph=\"accounts\"}").await, "0");
    let asked: Vec<Value> = router.accounts.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
}

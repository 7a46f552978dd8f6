//! Subscriptions from a client through the router to a subgraph and back, over every pair of protocols.

use crate::{
    event_subgraph::EventSubgraph,
    running::{GRAPHQL_RESPONSE, JSON, Running, SUPERGRAPH, settings},
    socket_client::SocketClient,
};
use hansa_mock_subgraph::Knobs;
use hansa_server::{Config, HeaderRule, PropagateRule, Router, Span, SubscriptionProtocol, SupergraphSwap};
use http::{Method, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

pub(crate) const EVENTS: &str = "text/event-stream";
pub(crate) const POSTED: &str = "subscription { posted { id author { name } } }";
pub(crate) const BOTH: [SubscriptionProtocol; 2] = [SubscriptionProtocol::Sse, SubscriptionProtocol::WebSocket];

/// A router whose `blog` has event streams as the test wants, and what can replace its supergraph.
pub(crate) async fn start(config: Config, protocol: SubscriptionProtocol) -> (Running, EventSubgraph, SupergraphSwap) {
    let subgraph = EventSubgraph::start(protocol).await;
    let (running, swap) = behind(&subgraph, config).await;
    (running, subgraph, swap)
}

pub(crate) async fn behind(subgraph: &EventSubgraph, config: Config) -> (Running, SupergraphSwap) {
    let (mut running, config) = Running::subgraphs(subgraph.behind(config), Knobs::default()).await;
    let swap = running.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
    (running, swap)
}

/// The next piece of a response that goes on; `None` when it has ended, an error when it broke off.
pub(crate) async fn piece(response: &mut Response<Incoming>) -> Result<Option<String>, hyper::Error> {
    let frame = timeout(Duration::from_secs(20), response.body_mut().frame()).await.expect("the router says something");
    let text = |bytes: bytes::Bytes| String::from_utf8(bytes.to_vec()).unwrap();
    frame.map(|frame| frame.map(|frame| text(frame.into_data().unwrap()))).transpose()
}

/// The response in the next event.
pub(crate) async fn next_event(response: &mut Response<Incoming>) -> Value {
    loop {
        let text = piece(response).await.unwrap().expect("there is another event");
        if text != ":\n\n" {
            let data = text.strip_prefix("event: next\ndata: ").unwrap_or_else(|| panic!("{text:?}"));
            return serde_json::from_str(data.split('\n').next().unwrap()).unwrap();
        }
    }
}

pub(crate) fn enriched(id: u32, author: u32) -> Value {
    json!({ "data": { "posted": { "id": id.to_string(), "author": { "name": format!("name-{author}") } } } })
}

#[tokio::test]
async fn events_are_enriched_over_every_pair_of_protocols() {
    for protocol in BOTH {
        let (router, mut subgraph, _) = start(settings(), protocol).await;
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", POSTED).await;
        let source = subgraph.opened().await;
        assert_eq!(source.request["query"], "subscription{posted{id author{id}}}");
        for number in 1..4 {
            source.posted(number, number + 10);
            let expected = json!({ "id": "a", "type": "next", "payload": enriched(number, number + 10) });
            assert_eq!(client.next().await, expected, "{protocol:?}");
        }
        source.complete();
        assert_eq!(client.next().await, json!({ "id": "a", "type": "complete" }));
        router.until_metric("hansa_subscriptions_ended_total{reason=\"completed\"}", "1").await;

        let mut response = router.open(EVENTS, POSTED).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        let source = subgraph.opened().await;
        source.posted(7, 8);
        assert_eq!(next_event(&mut response).await, enriched(7, 8), "{protocol:?}");
        source.complete();
        assert_eq!(piece(&mut response).await.unwrap().unwrap(), "event: complete\ndata:\n\n");
        assert_eq!(piece(&mut response).await.unwrap(), None);
        assert_eq!(router.metric("hansa_subscription_events_total").await, "4");
        router.until_metric("hansa_subscriptions ", "0").await;
    }
}

#[tokio::test]
async fn a_multipart_client_gets_each_event_as_a_payload() {
    let (router, mut subgraph, _) = start(settings(), SubscriptionProtocol::Sse).await;
    let mut response =
        router.open("multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0,application/json", POSTED).await;
    assert_eq!(response.headers()["content-type"], "multipart/mixed; boundary=\"-\"; subscriptionSpec=1.0");
    let source = subgraph.opened().await;
    source.posted(7, 8);
    let part = "Content-Type: application/json; charset=utf-8\r\n\r\n";
    let payload = "{\"payload\":{\"data\":{\"posted\":{\"id\":\"7\",\"author\":{\"name\":\"name-8\"}}}}}";
    assert_eq!(piece(&mut response).await.unwrap().unwrap(), format!("\r\n---\r\n{part}{payload}\r\n---"));
    source.posted(7, 8);
    assert_eq!(piece(&mut response).await.unwrap().unwrap(), format!("\r\n{part}{payload}\r\n---"));
    source.complete();
    assert_eq!(piece(&mut response).await.unwrap().unwrap(), "--\r\n");
    assert_eq!(piece(&mut response).await.unwrap(), None);
}

#[tokio::test]
async fn a_browser_subscribes_with_get() {
    let (router, mut subgraph, _) = start(settings(), SubscriptionProtocol::Sse).await;
    let query = "/graphql?query=subscription%7Bposted%7Bid%7D%7D";
    let request = router.request(Method::GET, query).header("accept", EVENTS);
    let (answer, ()) = tokio::join!(router.send(request, ""), async {
        let source = subgraph.opened().await;
        source.posted(1, 2);
        source.complete();
    });
    let expected = "event: next\ndata: {\"data\":{\"posted\":{\"id\":\"1\"}}}\n\nevent: complete\ndata:\n\n";
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn a_client_that_takes_one_response_is_told_what_to_do() {
    let router = Running::start(settings()).await;
    for accept in [JSON, GRAPHQL_RESPONSE, "*/*", "text/*, application/json", "multipart/mixed"] {
        let answer = router.open(accept, POSTED).await.into_body().collect().await.unwrap().to_bytes();
        let answer = String::from_utf8(answer.to_vec()).unwrap();
        assert!(answer.contains("SUBSCRIPTIONS_NOT_SUPPORTED"), "{accept}: {answer}");
    }
    let mut config = settings();
    config.subscriptions.enabled = false;
    let router = Running::start(config).await;
    let answer = router.open(EVENTS, POSTED).await.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8(answer.to_vec()).unwrap().contains("SUBSCRIPTIONS_NOT_SUPPORTED"));
    assert_eq!(SocketClient::connect(router.address, &[]).await.err(), Some(400));
}

#[tokio::test]
async fn a_subscription_has_one_root_field_that_no_condition_hides() {
    let router = Running::start(settings()).await;
    let wrong = [
        "subscription { posted { id } other: posted { id } }",
        "subscription { ...A ...B } fragment A on Subscription { posted { id } } fragment B on Subscription { b: posted { id } }",
        "subscription { __typename }",
        "subscription { posted @skip(if: false) { id } }",
        "subscription($a: Boolean!) { ... @include(if: $a) { posted { id } } }",
    ];
    for query in wrong {
        let mut response = router.open(EVENTS, query).await;
        let answer = next_event(&mut response).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{query}: {answer}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_event_is_in_its_response() {
    for protocol in BOTH {
        let (router, mut subgraph, _) = start(settings(), protocol).await;
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", POSTED).await;
        let source = subgraph.opened().await;
        source.event(&json!({ "data": { "posted": null }, "errors": [
            { "message": "no post", "path": ["posted"], "extensions": { "code": "NO_POST" } }
        ] }));
        let answer = client.next().await;
        assert_eq!(answer["payload"]["data"], json!({ "posted": null }), "{answer}");
        let error = &answer["payload"]["errors"][0];
        assert_eq!((&error["path"], &error["extensions"]["code"]), (&json!(["posted"]), &json!("NO_POST")));
        source.event(&json!({ "data": { "posted": { "id": 5, "author": "nobody" } } }));
        let answer = client.next().await;
        assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "DOWNSTREAM_INVALID_RESPONSE", "{answer}");
        source.event(&json!([]));
        let answer = client.next().await;
        assert_eq!(answer["payload"]["errors"][0]["extensions"]["code"], "DOWNSTREAM_INVALID_RESPONSE", "{answer}");
        source.posted(1, 2);
        assert_eq!(client.next().await["payload"], enriched(1, 2), "the next one is right again");
    }
}

#[tokio::test]
async fn queries_and_mutations_are_answered_over_the_socket_too() {
    let router = Running::start(settings()).await;
    let mut client = SocketClient::open(router.address).await;
    let query = "query($id: ID!) { user(id: $id) { id name } }";
    let payload = json!({ "query": query, "variables": { "id": 3 } });
    client.send(&json!({ "id": "q", "type": "subscribe", "payload": payload })).await;
    let data = json!({ "data": { "user": { "id": "3", "name": "name-3" } } });
    assert_eq!(client.next().await, json!({ "id": "q", "type": "next", "payload": data }));
    assert_eq!(client.next().await, json!({ "id": "q", "type": "complete" }));
    client.subscribe("q", "mutation { rename(id: 1, name: \"X\") { id } }").await;
    assert_eq!(client.next().await["payload"], json!({ "data": { "rename": { "id": "1" } } }));
    assert_eq!(client.next().await["type"], "complete");
    client.subscribe("q", "{ nothing }").await;
    let answer = client.next().await;
    assert_eq!((&answer["id"], &answer["type"]), (&json!("q"), &json!("error")));
    assert_eq!(answer["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{answer}");
    client.send(&json!({ "id": "q", "type": "subscribe", "payload": { "query": 1 } })).await;
    assert_eq!(client.next().await["payload"][0]["extensions"]["code"], "BAD_REQUEST");
}

#[tokio::test]
async fn a_client_that_has_enough_ends_the_source_within_a_second() {
    for protocol in BOTH {
        let (router, mut subgraph, _) = start(settings(), protocol).await;
        let mut client = SocketClient::open(router.address).await;
        let mut sources = Vec::new();
        for id in ["completes", "stays", "hangs up"] {
            client.subscribe(id, POSTED).await;
            sources.push(subgraph.opened().await);
        }
        let second = Duration::from_secs(1);
        client.send(&json!({ "id": "completes", "type": "complete" })).await;
        timeout(second, sources[0].gone()).await.expect("a second is enough");
        sources[1].posted(1, 2);
        assert_eq!(client.next().await["id"], "stays", "the others go on");
        drop(client);
        timeout(second, async { (sources[1].gone().await, sources[2].gone().await) }).await.expect("in time");

        let response = router.open(EVENTS, POSTED).await;
        let mut source = subgraph.opened().await;
        drop(response);
        timeout(second, source.gone()).await.expect("a second is enough");
        router.until_metric("hansa_subscriptions_ended_total{reason=\"client\"}", "4").await;
        router.until_metric("hansa_subscriptions ", "0").await;
        router.until_metric("hansa_sockets ", "0").await;
    }
}

#[tokio::test]
async fn headers_go_on_to_the_source() {
    for protocol in BOTH {
        let mut config = settings();
        let named = |named: &str| PropagateRule { named: Some(named.to_owned()), ..PropagateRule::default() };
        config.headers.all = ["x-shop", "authorization"].map(|name| HeaderRule::Propagate(named(name))).to_vec();
        let mut subgraph = EventSubgraph::start(protocol).await;
        let mut config = subgraph.behind(config);
        config.subgraphs.get_mut("blog").unwrap().subscriptions.init_headers = true;
        let (mut router, config) = Running::subgraphs(config, Knobs::default()).await;
        router.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
        let mut client = SocketClient::connect(router.address, &[("x-shop", "7")]).await.unwrap();
        client.init(json!({ "headers": { "Authorization": "Bearer abc" } })).await;
        client.subscribe("a", POSTED).await;
        let source = subgraph.opened().await;
        let head = source.head.to_ascii_lowercase();
        assert!(head.contains("x-shop: 7\r\n") && head.contains("authorization: bearer abc"), "{head}");
        assert!(head.contains("traceparent: "), "{head}");
        if protocol == SubscriptionProtocol::WebSocket {
            assert_eq!(source.init["headers"]["x-shop"], "7");
            assert_eq!(source.init["headers"]["authorization"], "Bearer abc");
            assert_eq!(head.matches("sec-websocket-key").count(), 1, "{head}");
        }
        drop(source);
    }
}

#[tokio::test]
async fn silence_is_broken_by_signs_of_life() {
    let mut config = settings();
    config.subscriptions.keep_alive = Span(Duration::from_millis(50));
    let (router, mut subgraph, _) = start(config, SubscriptionProtocol::Sse).await;
    let mut events = router.open(EVENTS, POSTED).await;
    let mut parts = router.open("multipart/mixed;subscriptionSpec=1.0", POSTED).await;
    let _sources = [subgraph.opened().await, subgraph.opened().await];
    assert_eq!(piece(&mut events).await.unwrap().unwrap(), ":\n\n");
    let part = "Content-Type: application/json; charset=utf-8\r\n\r\n{}\r\n---";
    assert_eq!(piece(&mut parts).await.unwrap().unwrap(), format!("\r\n---\r\n{part}"));
    assert_eq!(piece(&mut parts).await.unwrap().unwrap(), format!("\r\n{part}"));
    let mut client = SocketClient::open(router.address).await;
    assert!(client.message().await.unwrap().is_ping());
    client.send(&json!({ "type": "ping" })).await;
    assert_eq!(client.next().await, json!({ "type": "pong" }));
    client.send(&json!({ "type": "pong" })).await;
    assert!(client.message().await.unwrap().is_ping(), "it is still open");
}

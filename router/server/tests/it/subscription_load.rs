//! Many subscriptions, and clients that do not listen: nothing grows without a bound.

use crate::{
    event_subgraph::OpenedStream,
    running::{Running, settings},
    socket_client::SocketClient,
    subscriptions::{BOTH, EVENTS, enriched, start},
};
use hansa_server::{Span, SubscriptionProtocol};
use serde_json::json;
use std::time::Duration;

const TITLES: &str = "subscription { posted { title } }";

/// Says much more than the connection's buffers hold. The router takes what it can.
fn flood(source: &OpenedStream) {
    for _ in 0..200 {
        source.event(&json!({ "data": { "posted": { "title": "x".repeat(200_000) } } }));
    }
}

async fn held_bytes(router: &Running) -> u64 {
    router.metric("hansa_request_memory_bytes").await.parse().unwrap()
}

#[tokio::test]
async fn a_client_that_does_not_listen_is_closed() {
    for protocol in BOTH {
        let mut config = settings();
        config.subscriptions.queue_max = 4;
        config.subscriptions.slow_client_timeout = Span(Duration::from_secs(1));
        let (router, mut subgraph, _) = start(config, protocol).await;
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", TITLES).await;
        let mut source = subgraph.opened().await;
        flood(&source);
        source.gone().await;
        router.until_metric("hansa_sockets_closed_total{code=\"4410\"}", "1").await;
        // It listens after all, and learns why.
        assert_eq!(client.closed().await, (4410, "Slow consumer".to_owned()));
        router.until_metric("hansa_sockets ", "0").await;
        router.until_metric_above("hansa_subscription_events_dropped_total", 0).await;

        let response = router.open(EVENTS, TITLES).await;
        let mut source = subgraph.opened().await;
        flood(&source);
        source.gone().await;
        router.until_metric("hansa_subscriptions_ended_total{reason=\"SLOW_CLIENT\"}", "1").await;
        let held = held_bytes(&router).await;
        assert!(held < 16 * 200_000, "{held} bytes are held for a client that does not listen");
        drop(response);
        router.until_metric("hansa_request_memory_bytes", "0").await;
    }
}

#[tokio::test]
async fn a_thousand_subscriptions_each_get_their_events_and_leave_nothing() {
    const SOCKETS: u32 = 50;
    let mut config = settings();
    config.subscriptions.sockets_per_actor_max = SOCKETS;
    // A busy machine takes long to connect.
    config.subgraph_defaults.timeout = Span(Duration::from_secs(60));
    config.subgraph_defaults.connect_timeout = Span(Duration::from_secs(50));
    let (router, mut subgraph, _) = start(config, SubscriptionProtocol::Sse).await;
    let (mut clients, mut sources) = (Vec::new(), Vec::new());
    for _ in 0..SOCKETS {
        let mut client = SocketClient::open(router.address).await;
        for id in 0..20 {
            client.subscribe(&id.to_string(), "subscription { posted { id author { name } } }").await;
            sources.push(subgraph.opened().await);
        }
        clients.push(client);
    }
    assert_eq!(router.metric("hansa_subscriptions ").await, "1000");
    assert_eq!(router.metric("hansa_sockets ").await, SOCKETS.to_string());
    for round in 1..4 {
        sources.iter().for_each(|source| source.posted(round, round));
        for client in &mut clients {
            for _ in 0..20 {
                assert_eq!(client.next().await["payload"], enriched(round, round));
            }
        }
    }
    assert!(held_bytes(&router).await < 1 << 20, "what waits holds nothing");
    drop(clients);
    for source in &mut sources {
        source.gone().await;
    }
    router.until_metric("hansa_subscriptions ", "0").await;
    router.until_metric("hansa_sockets ", "0").await;
    router.until_metric("hansa_request_memory_bytes", "0").await;
}

//! A new supergraph under subscriptions that go on: those that it still allows follow it, the others are told.

use crate::{
    event_subgraph::EventSubgraph,
    running::{SUPERGRAPH, settings},
    socket_client::SocketClient,
    subscriptions::{BOTH, EVENTS, POSTED, enriched, next_event, start},
};
use hansa_server::SubscriptionProtocol;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

/// The name is asked of `blog` itself.
fn name_in_blog() -> String {
    SUPERGRAPH.replace("name: String @join__field(graph: ACCOUNTS)", "name: String @join__field(graph: BLOG)")
}

#[tokio::test]
async fn a_supergraph_that_changes_nothing_about_it_leaves_it_alone() {
    let (router, mut subgraph, swap) = start(settings(), SubscriptionProtocol::Sse).await;
    let mut client = SocketClient::open(router.address).await;
    client.subscribe("a", POSTED).await;
    let source = subgraph.opened().await;
    source.posted(1, 2);
    assert_eq!(client.next().await["payload"], enriched(1, 2));
    let other = SUPERGRAPH.replace("  echo(int", "  another: Int @join__field(graph: ACCOUNTS)\n  echo(int");
    assert_ne!(other, SUPERGRAPH);
    swap.replace(&other, "new").unwrap();
    source.posted(3, 4);
    assert_eq!(client.next().await["payload"], enriched(3, 4));
    assert_eq!(subgraph.connections(), 1, "the source is the same");
}

#[tokio::test]
async fn what_is_asked_of_others_follows_the_new_supergraph() {
    for protocol in BOTH {
        let (router, mut subgraph, swap) = start(settings(), protocol).await;
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", POSTED).await;
        let mut old = subgraph.opened().await;
        old.posted(1, 2);
        assert_eq!(client.next().await["payload"], enriched(1, 2));
        // The source must give more now: there is a new one before the old one goes.
        swap.replace(&name_in_blog(), "new").unwrap();
        let new = subgraph.opened().await;
        assert_eq!(new.request["query"], "subscription{posted{id author{name}}}");
        old.gone().await;
        new.event(&json!({ "data": { "posted": { "id": "5", "author": { "name": "name-6" } } } }));
        assert_eq!(client.next().await["payload"], enriched(5, 6), "{protocol:?}");
        assert_eq!(router.metric("hansa_subscriptions ").await, "1");
    }
}

#[tokio::test]
async fn what_the_new_supergraph_does_not_allow_ends_and_says_why() {
    let without_field = SUPERGRAPH.replace("  title: String\n  author: User\n", "  title: String\n");
    let elsewhere = SUPERGRAPH
        .replace(
            "type Subscription @join__type(graph: BLOG) {\n  posted: Post\n",
            "type Subscription @join__type(graph: ACCOUNTS) {\n  posted: Post\n",
        )
        .replace(
            "type Post @join__type(graph: BLOG, key: \"id\")",
            "type Post @join__type(graph: BLOG, key: \"id\") @join__type(graph: ACCOUNTS, key: \"id\")",
        );
    let without_any = SUPERGRAPH
        .replace("  subscription: Subscription\n", "")
        .replace("type Subscription @join__type(graph: BLOG) {\n  posted: Post\n}\n", "");
    for sdl in [without_field, elsewhere, without_any] {
        assert_ne!(sdl, SUPERGRAPH);
        let (router, mut subgraph, swap) = start(settings(), SubscriptionProtocol::WebSocket).await;
        let mut client = SocketClient::open(router.address).await;
        client.subscribe("a", POSTED).await;
        let mut sources = vec![subgraph.opened().await];
        let mut response = router.open(EVENTS, POSTED).await;
        sources.push(subgraph.opened().await);
        swap.replace(&sdl, "new").unwrap();
        let answer = client.next().await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("error"), &json!("a")), "{answer}");
        assert_eq!(answer["payload"][0]["extensions"]["code"], "SUBSCRIPTION_SCHEMA_RELOAD", "{answer}");
        let last = next_event(&mut response).await;
        assert_eq!(last["errors"][0]["extensions"]["code"], "SUBSCRIPTION_SCHEMA_RELOAD", "{last}");
        for source in &mut sources {
            timeout(Duration::from_secs(1), source.gone()).await.expect("at once");
        }
        client.subscribe("b", "{ __typename }").await;
        assert_eq!(client.next().await["id"], "b", "the socket goes on");
    }
}

#[tokio::test]
async fn a_new_source_that_cannot_be_had_ends_it() {
    let (router, subgraph, swap) = start(settings(), SubscriptionProtocol::Sse).await;
    let mut subgraph: EventSubgraph = subgraph;
    let mut client = SocketClient::open(router.address).await;
    client.subscribe("a", POSTED).await;
    let _source = subgraph.opened().await;
    // Nobody listens there any more.
    drop(subgraph);
    let answer = match swap.replace(&name_in_blog(), "new") {
        Ok(()) => client.next().await,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(answer["payload"][0]["extensions"]["code"], "DOWNSTREAM_UNAVAILABLE", "{answer}");
}

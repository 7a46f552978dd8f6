//! A server of documents that is away: who asks learns that it may be tried again, and nothing more.

use crate::world::{World, merchant};
use hansa_testkit::{MongoProcess, or_skip};
use serde_json::json;

#[tokio::test]
async fn without_its_server_the_catalog_says_that_it_may_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = or_skip(MongoProcess::start(folder.path()).await) else { return };
    // Two seconds until a server counts as away.
    let url = format!("{}/?serverSelectionTimeoutMS=2000", server.url());
    let world = World::on(Some(url)).await;
    world.vendor(&merchant(1), "here").await;
    server.kill_9();
    let create =
        "mutation { vendorCreate(input: { handle: \"gone\", name: \"Gone\", currencyCode: \"EUR\" }) { replayed } }";
    for query in [create, "{ vendors(first: 1) { nodes { id } } }"] {
        let (code, message) = world.fault(&merchant(1), query, json!({})).await;
        assert_eq!(code, "DOWNSTREAM_UNAVAILABLE", "{query}: {message}");
        assert!(!message.contains("127.0.0.1"), "{message}");
    }
    server.restart().await.unwrap();
    world.vendor(&merchant(1), "back").await;
}

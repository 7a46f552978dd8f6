//! Short operations whose answers would fill the memory.

use crate::world::{World, eur, merchant};
use hansa_subgraph_host::{
    Caller,
    testing::{NOW, RunningSubgraph},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn wide_tree() -> World {
    let world = World::new().await;
    let root = world.category("root", None).await;
    for number in 0..60 {
        world.category(&format!("child-{number}"), Some(&root)).await;
    }
    world
}

async fn large_vendors() -> World {
    let world = World::new().await;
    let category = world.category("all", None).await;
    let attributes: Vec<Value> = (0..20).map(|n| json!({ "name": format!("a{n}"), "text": "text" })).collect();
    let variant =
        |n: u32| json!({ "sku": format!("V-{n}"), "title": "One", "price": eur("1"), "attributes": attributes });
    let variants: Vec<Value> = (0..100).map(variant).collect();
    for number in 0..30 {
        let vendor = world.vendor(&merchant(1), &format!("vendor-{number}")).await;
        let input = json!({ "vendorId": vendor, "categoryId": category, "title": format!("Product {number}"), "variants": variants });
        let product = world.product(&merchant(1), input).await;
        world.done(&merchant(1), "productPublish", json!({ "id": product }), "").await;
    }
    world
}

const PARENTS: &str = "{ categoryByHandle(handle: \"root\") { children { parent { children { parent {
    children { name description } } } } } } }";
const VENDORS: &str = "{ vendors(first: 100) { nodes { products(first: 100) { nodes { variants(first: 100) { nodes {
    attributes { name } } } } } } } }";

#[tokio::test]
async fn they_end_with_one_error() {
    for (world, query) in [(wide_tree().await, PARENTS), (large_vendors().await, VENDORS)] {
        let started = Instant::now();
        let (code, text) = world.fault(&Caller::visitor(), query, json!({})).await;
        assert_eq!(code, "BAD_USER_INPUT", "{text}");
        assert!(text.contains("ask for fewer fields"), "{text}");
        assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn parents_of_children_cost_more_at_each_turn() {
    let world = World::new().await;
    let query = format!(
        "{{ categoryByHandle(handle: \"x\") {}name{} }}",
        "{ children { parent ".repeat(4) + "{ ",
        " }".repeat(9)
    );
    let (code, text) = world.fault(&Caller::visitor(), &query, json!({})).await;
    assert_eq!((code.as_str(), text.as_str()), ("GRAPHQL_VALIDATION_FAILED", "Query is too complex."));
}

#[tokio::test]
async fn others_are_answered_meanwhile() {
    let world = wide_tree().await;
    let running = RunningSubgraph::start(world.catalog.subgraph()).await;
    let visitor = Caller::visitor();
    let endless = async {
        let (_, answer) = running.ask(&visitor, PARENTS, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    };
    let small = async {
        let query = "{ categoryByHandle(handle: \"child-1\") { createdAt } }";
        let (_, answer) = running.ask(&visitor, query, json!({})).await;
        assert_eq!(answer["data"]["categoryByHandle"]["createdAt"], NOW, "{answer}");
    };
    tokio::join!(endless, small);
    running.stopped().await;
}

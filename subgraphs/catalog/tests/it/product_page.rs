//! The page that is asked for most: a product by its handle, with vendor, category and ten variants.

use crate::world::{World, eur, merchant};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

const PAGE: &str =
    "{ productByHandle(handle: \"page\") { id title description priceRange { minimum { amount currencyCode } }
    attributes { name ... on TextAttribute { text } ... on NumberAttribute { number unit } }
    vendor { id handle name } category { handle name ancestors { handle name } }
    variants(first: 10) { nodes { id sku title price { amount currencyCode } weightGrams attributes { name } } } } }";

async fn shop() -> World {
    let world = World::new().await;
    let vendor = world.vendor(&merchant(1), "shop").await;
    let mut parent = None;
    for level in 0..3 {
        parent = Some(world.category(&format!("level-{level}"), parent.as_deref()).await);
    }
    for number in 0..40 {
        world.category(&format!("other-{number}"), parent.as_deref()).await;
    }
    let variant = |n: u32| {
        json!({ "sku": format!("P-{n}"), "title": format!("Size {n}"), "price": eur(&n.to_string()), "weightGrams": n,
            "attributes": [{ "name": "size", "number": n.to_string() }] })
    };
    let variants: Vec<Value> = (0..10).map(variant).collect();
    let attributes: Vec<Value> = (0..10).map(|n| json!({ "name": format!("a{n}"), "text": "some text" })).collect();
    let input = json!({ "vendorId": vendor, "categoryId": parent, "title": "Page", "description": "x".repeat(500),
        "variants": variants, "attributes": attributes });
    let id = world.product(&merchant(1), input).await;
    world.done(&merchant(1), "productPublish", json!({ "id": id }), "").await;
    world
}

#[tokio::test]
async fn the_product_page_is_three_reads() {
    let world = shop().await;
    let before = world.catalog.read_count();
    let seen = world.see(PAGE).await;
    assert_eq!(seen["productByHandle"]["variants"]["nodes"].as_array().unwrap().len(), 10);
    assert_eq!(seen["productByHandle"]["category"]["ancestors"].as_array().unwrap().len(), 2);
    assert_eq!(world.catalog.read_count() - before, 3);
    if std::env::var_os("HANSA_MEASURE").is_some() {
        let mut micros: Vec<u128> = Vec::new();
        for _ in 0..2_000 {
            let start = std::time::Instant::now();
            world.ask(&Caller::visitor(), PAGE, json!({})).await;
            micros.push(start.elapsed().as_micros());
        }
        micros.sort_unstable();
        println!("product page in process: median {} µs, p95 {} µs", micros[1_000], micros[1_900]);
    }
}

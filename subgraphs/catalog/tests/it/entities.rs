//! `_entities`: each type in one read, null for whatever is not for the caller, and no failure for the others.

use crate::world::{World, member, merchant, text};
use hansa_subgraph_host::{Caller, testing};
use serde_json::{Value, json};

const QUERY: &str = "query($keys: [_Any!]!) { _entities(representations: $keys) { __typename
    ... on Product { id title vendor { handle tenant { id } } category { handle } }
    ... on ProductVariant { sku weightGrams product { vendor { handle } } }
    ... on Vendor { handle } ... on Category { handle } ... on Tenant { vendors(first: 3) { nodes { handle } } } } }";

async fn shop(count: usize) -> (World, Vec<String>) {
    let world = World::new().await;
    let category = world.category("all", None).await;
    let mut ids = Vec::new();
    for number in 0..count {
        let vendor = match number % 10 {
            0 => world.vendor(&merchant(1), &format!("vendor-{number}")).await,
            _ => {
                let query = format!("{{ vendorByHandle(handle: \"vendor-{}\") {{ id }} }}", number / 10 * 10);
                text(&world.see(&query).await["vendorByHandle"]["id"])
            }
        };
        ids.push(world.published(&merchant(1), (&vendor, &category), &format!("Product {number}"), "1").await);
    }
    (world, ids)
}

#[tokio::test]
async fn unknown_and_hidden_entities_are_null_at_their_places() {
    let (world, ids) = shop(1).await;
    let query =
        "{ products(first: 1) { nodes { id vendor { id } category { id } variants(first: 1) { nodes { id } } } } }";
    let product = world.see(query).await["products"]["nodes"][0].clone();
    let vendor = &product["vendor"]["id"];
    let draft = world.product(&merchant(1), json!({ "vendorId": vendor, "title": "Draft" })).await;
    let variant = &product["variants"]["nodes"][0]["id"];
    let tenant = testing::tenant_id(1).to_string();
    let keys = json!([
        { "__typename": "Product", "id": ids[0] },
        { "__typename": "Product", "id": draft },
        { "__typename": "Product", "id": vendor },
        { "__typename": "Product", "id": 7 },
        { "__typename": "Product" },
        { "__typename": "Nothing", "id": ids[0] },
        { "__typename": "ProductVariant", "nodeId": variant },
        { "__typename": "Vendor", "id": vendor, "name": "crafted" },
        { "__typename": "Category", "id": product["category"]["id"] },
        { "__typename": "Category", "id": "category_00000000000000000000000000" },
        { "__typename": "Tenant", "id": tenant },
        { "__typename": "Product", "nodeId": ids[0] },
        { "id": ids[0] },
        "Product",
    ]);
    let product = json!({
        "__typename": "Product", "id": ids[0], "title": "Product 0", "category": { "handle": "all" },
        "vendor": { "handle": "vendor-0", "tenant": { "id": tenant } },
    });
    let mut expected = vec![
        product.clone(),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        json!({ "__typename": "ProductVariant", "sku": "Product-0", "weightGrams": null,
            "product": { "vendor": { "handle": "vendor-0" } } }),
        json!({ "__typename": "Vendor", "handle": "vendor-0" }),
        json!({ "__typename": "Category", "handle": "all" }),
        Value::Null,
        json!({ "__typename": "Tenant", "vendors": { "nodes": [{ "handle": "vendor-0" }] } }),
        product,
        Value::Null,
        Value::Null,
    ];
    let seen = world.ask(&Caller::visitor(), QUERY, json!({ "keys": keys })).await;
    assert_eq!(seen["_entities"], json!(expected));
    let seen = world.ask(&member(1), QUERY, json!({ "keys": keys })).await;
    expected[1] = json!({
        "__typename": "Product", "id": draft, "title": "Draft", "category": null,
        "vendor": { "handle": "vendor-0", "tenant": { "id": tenant } },
    });
    assert_eq!(seen["_entities"], json!(expected));
}

#[tokio::test]
async fn a_thousand_entities_are_three_reads() {
    let (world, ids) = shop(50).await;
    let keys: Vec<Value> =
        ids.iter().cycle().take(1000).map(|id| json!({ "__typename": "Product", "id": id })).collect();
    let before = world.catalog.read_count();
    let seen = world.ask(&Caller::visitor(), QUERY, json!({ "keys": keys })).await;
    assert_eq!(seen["_entities"][999]["vendor"]["handle"], "vendor-40");
    // Products, their vendors, the category tree.
    assert_eq!(world.catalog.read_count() - before, 3);
}

#[tokio::test]
async fn a_list_reads_its_vendors_once() {
    let (world, _) = shop(30).await;
    let before = world.catalog.read_count();
    let query = "{ products(first: 30) { edges { node { vendor { handle } category { handle }
        variants(first: 2) { nodes { product { vendor { name } } } } } } } }";
    let seen = world.see(query).await;
    assert_eq!(seen["products"]["edges"].as_array().unwrap().len(), 30);
    assert_eq!(world.catalog.read_count() - before, 3);
}

#[tokio::test]
async fn too_many_representations_are_refused() {
    let (world, ids) = shop(1).await;
    for count in [1_001, 10_000] {
        let keys = vec![json!({ "__typename": "Product", "id": ids[0] }); count];
        let before = world.catalog.read_count();
        let (code, _) = world.fault(&Caller::visitor(), QUERY, json!({ "keys": keys })).await;
        assert_eq!(code, "BAD_USER_INPUT");
        assert_eq!(world.catalog.read_count(), before);
    }
}

#[tokio::test]
async fn lists_below_many_parents_are_one_read() {
    let (world, _) = shop(40).await;
    let root = text(&world.see("{ categoryByHandle(handle: \"all\") { id } }").await["categoryByHandle"]["id"]);
    for number in 0..5 {
        let category = world.category(&format!("below-{number}"), Some(&root)).await;
        let vendor = world.vendor(&merchant(number + 2), &format!("other-{number}")).await;
        world.published(&merchant(number + 2), (&vendor, &category), &format!("Other {number}"), "1").await;
    }
    let products = "products(first: 2) { nodes { title vendor { handle } } }";
    let cases = [
        // Vendors, their products, those products' vendors.
        (format!("{{ vendors(first: 9) {{ nodes {{ handle {products} }} }} }}"), 3),
        ("{ vendors(first: 9) { nodes { productCounts { published } } } }".to_owned(), 2),
        ("{ vendors(first: 9) { nodes { tenant { vendors(first: 2) { nodes { handle productCounts { draft } } } } } } }".to_owned(), 3),
        // The tree, products of all its roots' children, those products' vendors.
        (format!("{{ categories {{ children {{ {products} }} }} }}"), 3),
        (format!("{{ products(first: 20) {{ nodes {{ category {{ {products} }} }} }} }}"), 4),
    ];
    for (query, reads) in cases {
        let before = world.catalog.read_count();
        world.ask(&member(1), &query, json!({})).await;
        assert_eq!(world.catalog.read_count() - before, reads, "{query}");
    }
    let seen = world
        .ask(
            &member(1),
            &format!("{{ vendors(first: 9) {{ nodes {{ handle {products} productCounts {{ published }} }} }} }}"),
            json!({}),
        )
        .await;
    let vendors = seen["vendors"]["nodes"].as_array().unwrap();
    assert_eq!(vendors.len(), 9);
    for vendor in vendors {
        let is_own = text(&vendor["handle"]).starts_with("vendor-");
        assert_eq!(vendor["productCounts"], if is_own { json!({ "published": 10 }) } else { Value::Null });
        let shown = vendor["products"]["nodes"].as_array().unwrap();
        assert_eq!(shown.len(), if is_own { 2 } else { 1 });
        assert!(shown.iter().all(|product| product["vendor"]["handle"] == vendor["handle"]), "{vendor}");
    }
}

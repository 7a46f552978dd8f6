//! What nobody should send: page sizes, cursors and ids of all wrong kinds, texts that want to be code.

use crate::world::{World, merchant, platform, text};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

async fn shop() -> World {
    let world = World::new().await;
    let vendor = world.vendor(&merchant(1), "shop").await;
    let category = world.category("all", None).await;
    for title in ["aa", "bb", "cc"] {
        world.published(&merchant(1), (&vendor, &category), title, "1").await;
    }
    world
}

/// Each connection of the schema, with a place for page arguments.
const CONNECTIONS: [&str; 6] = [
    "{ products@ { nodes { id } } }",
    "{ vendors@ { nodes { id } } }",
    "{ vendorByHandle(handle: \"shop\") { products@ { nodes { id } } } }",
    "{ vendorByHandle(handle: \"shop\") { tenant { vendors@ { nodes { id } } } } }",
    "{ categoryByHandle(handle: \"all\") { products@ { nodes { id } } } }",
    "{ productByHandle(handle: \"aa\") { variants@ { nodes { id } } } }",
];

#[tokio::test]
async fn page_sizes_are_one_to_a_hundred() {
    let world = shop().await;
    for query in CONNECTIONS {
        for arguments in [
            "",
            "(first: 0)",
            "(first: -1)",
            "(first: 101)",
            "(last: 0)",
            "(last: 101)",
            "(first: 1, last: 1)",
            "(first: 1, before: \"x\")",
            "(last: 1, after: \"x\")",
            "(first: 2147483647)",
        ] {
            let (code, _) = world.fault(&Caller::visitor(), &query.replace('@', arguments), json!({})).await;
            assert_eq!(code, "BAD_USER_INPUT", "{query} {arguments}");
        }
        for arguments in ["(first: 1)", "(last: 100)"] {
            world.see(&query.replace('@', arguments)).await;
        }
    }
}

#[tokio::test]
async fn a_wrong_page_costs_its_field_alone() {
    let world = shop().await;
    let query = "{ vendorByHandle(handle: \"shop\") { handle products(first: 0) { nodes { id } } } }";
    let response = world.respond(&Caller::visitor(), query, json!({})).await;
    assert_eq!(response["data"], json!({ "vendorByHandle": { "handle": "shop", "products": null } }));
    assert_eq!(response["errors"][0]["path"], json!(["vendorByHandle", "products"]));
}

#[tokio::test]
async fn cursors_fit_only_the_list_that_gave_them() {
    let world = shop().await;
    let query = "{ products(first: 1) { edges { cursor } }
        other: products(first: 1, orderBy: TITLE) { edges { cursor } } vendors(first: 1) { edges { cursor } } }";
    let seen = world.see(query).await;
    let cursor = |field: &str| text(&seen[field]["edges"][0]["cursor"]);
    let good = cursor("products");
    let mut changed = good.clone().into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let page = "query($after: String) { products(first: 1, after: $after) { nodes { id } } }";
    world.ask(&Caller::visitor(), page, json!({ "after": good })).await;
    let bad = [
        cursor("other"),
        cursor("vendors"),
        changed,
        good[1..].to_owned(),
        String::new(),
        "ä".to_owned(),
        "A".repeat(100_000),
        format!("{good}="),
    ];
    for bad in bad {
        let (code, _) = world.fault(&Caller::visitor(), page, json!({ "after": bad })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{bad}");
    }
}

#[tokio::test]
async fn ids_that_are_none_find_nothing() {
    let world = shop().await;
    let seen = world.see("{ vendors(first: 1) { nodes { id } } products(first: 1) { nodes { id } } }").await;
    let vendor = text(&seen["vendors"]["nodes"][0]["id"]);
    let product = text(&seen["products"]["nodes"][0]["id"]);
    let query = "query($id: ID!) { product(id: $id) { id } vendor(id: $id) { id } category(id: $id) { id } }";
    let nothing = json!({ "product": null, "vendor": null, "category": null });
    let upper = product.to_uppercase();
    for id in ["", "product", "product_", &upper, "' OR 1=1 --", "product_0000000000000000000000000u", "\u{0}", "７"] {
        assert_eq!(world.ask(&Caller::visitor(), query, json!({ "id": id })).await, nothing, "{id}");
    }
    let found = world.ask(&Caller::visitor(), query, json!({ "id": vendor })).await;
    assert_eq!(found, json!({ "product": null, "vendor": { "id": vendor }, "category": null }));
    let seen = world.see("{ productByHandle(handle: \"' OR ''='\") { id } vendorByHandle(handle: \"\") { id } }").await;
    assert_eq!(seen, json!({ "productByHandle": null, "vendorByHandle": null }));
}

#[tokio::test]
async fn texts_are_kept_letter_for_letter() {
    let world = shop().await;
    let nasty = "  '; DROP TABLE products; -- \" \\ $1 {{7*7}} <img src=x onerror=alert(1)> %00 ${jndi:ldap://x} \u{202e}abc 𝒳  ";
    let input = json!({ "handle": "nasty", "name": nasty, "description": nasty, "currencyCode": "EUR" });
    let payload = world.done(&merchant(1), "vendorCreate", input, "vendor { id name description }").await;
    assert_eq!(payload["vendor"]["name"], nasty);
    let vendor = &payload["vendor"]["id"];
    let input = json!({
        "vendorId": vendor, "title": nasty, "handle": "nasty", "description": nasty,
        "attributes": [{ "name": nasty.trim().chars().take(60).collect::<String>(), "text": nasty }],
    });
    let selection = "product { title description attributes { ... on TextAttribute { text } } }";
    let product = world.done(&merchant(1), "productCreate", input, selection).await["product"].clone();
    assert_eq!(product["title"], nasty);
    assert_eq!(product["attributes"], json!([{ "text": nasty }]));
    let query = "query($text: String!) { products(filter: { textContains: $text, status: [DRAFT] }, first: 1) { nodes { title } } }";
    let part: String = nasty.chars().take(100).collect();
    let found = world.ask(&merchant(1), query, json!({ "text": part })).await;
    assert_eq!(found["products"]["nodes"], json!([{ "title": nasty }]));
    let category = json!({ "handle": "nasty", "name": "'; DROP --" });
    let payload = world.done(&platform(), "categoryCreate", category, "category { name }").await;
    assert_eq!(payload["category"]["name"], "'; DROP --");
}

#[tokio::test]
async fn inputs_with_unknown_fields_are_refused() {
    let world = shop().await;
    let query = "mutation($input: VendorCreateInput!) { vendorCreate(input: $input) { vendor { id } } }";
    let input = json!({ "handle": "xx", "name": "X", "currencyCode": "EUR", "tenant": "tenant_0", "version": 9 });
    let response = world.respond(&merchant(1), query, json!({ "input": input })).await;
    assert_ne!(response["errors"], Value::Null);
    assert_eq!(response["data"], Value::Null);
}

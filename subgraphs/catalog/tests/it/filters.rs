//! Searching products: each condition, their combination, their bounds.

use crate::world::{World, eur, member, merchant, texts};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

/// Lamps and chairs of two vendors, one of which sells in yen.
async fn shop() -> World {
    let world = World::new().await;
    let definitions = json!([{ "name": "colour", "kind": "CHOICE", "choices": ["red", "blue"] }]);
    let home = world.category_with("home", None, definitions).await;
    let lamps = world.category("lamps", Some(&home)).await;
    let chairs = world.category("chairs", Some(&home)).await;
    let euro = world.vendor(&merchant(1), "euro").await;
    let yen = json!({ "handle": "yen", "name": "Yen", "currencyCode": "JPY" });
    let yen = world.done(&merchant(2), "vendorCreate", yen, "vendor { id }").await["vendor"]["id"].clone();
    let product = async |caller: &Caller, input: Value| {
        let id = world.product(caller, input).await;
        world.done(caller, "productPublish", json!({ "id": id }), "").await;
    };
    let attributes = |colour: &str, power: &str| json!([{ "name": "colour", "text": colour }, { "name": "power", "number": power, "unit": "W" }]);
    product(
        &merchant(1),
        json!({
            "vendorId": euro, "categoryId": lamps, "title": "Reading lamp", "description": "Bright, 100% Øko",
            "attributes": attributes("red", "12.5"), "variants": [{ "sku": "R1", "title": "S", "price": eur("20") },
                { "sku": "R2", "title": "L", "price": eur("45"), "attributes": [{ "name": "size", "number": "2" }] }],
        }),
    )
    .await;
    product(
        &merchant(1),
        json!({
            "vendorId": euro, "categoryId": lamps, "title": "Floor lamp", "attributes": attributes("blue", "60"),
            "variants": [{ "sku": "F1", "title": "S", "price": eur("80") }],
        }),
    )
    .await;
    product(&merchant(1), json!({
        "vendorId": euro, "categoryId": chairs, "title": "Chair", "attributes": [{ "name": "foldable", "boolean": true }],
        "variants": [{ "sku": "C1", "title": "S", "price": eur("45") }],
    })).await;
    product(
        &merchant(2),
        json!({
            "vendorId": yen, "categoryId": chairs, "title": "Zaisu chair",
            "variants": [{ "sku": "Z1", "title": "S", "price": { "amount": "5000", "currencyCode": "JPY" } }],
        }),
    )
    .await;
    world.product(&merchant(1), json!({ "vendorId": euro, "title": "Secret lamp" })).await;
    world
}

const QUERY: &str = "query($filter: ProductFilter, $orderBy: ProductOrder! = TITLE) {
    products(filter: $filter, orderBy: $orderBy, first: 50) { nodes { title } } }";

async fn found(world: &World, filter: Value) -> Vec<String> {
    found_as(world, &Caller::visitor(), filter).await
}

async fn found_as(world: &World, caller: &Caller, filter: Value) -> Vec<String> {
    let data = world.ask(caller, QUERY, json!({ "filter": filter })).await;
    texts(&data["products"]["nodes"], "/title")
}

#[tokio::test]
async fn every_condition_finds_its_products() {
    let world = shop().await;
    let lamps = ["Floor lamp", "Reading lamp"].as_slice();
    let (reading, floor, chair) = (["Reading lamp"].as_slice(), ["Floor lamp"].as_slice(), ["Chair"].as_slice());
    let chairs = ["Chair", "Zaisu chair"].as_slice();
    let euro_attribute = |condition: Value| json!({ "attribute": condition });
    let cases: Vec<(Value, &[&str])> = vec![
        (json!({ "textContains": "LAMP" }), lamps),
        (json!({ "textContains": "100% øko" }), reading),
        (json!({ "textContains": "_" }), &[]),
        (json!({ "categoryHandle": "lamps" }), lamps),
        (json!({ "categoryHandle": "home" }), &["Chair", "Floor lamp", "Reading lamp", "Zaisu chair"]),
        (json!({ "categoryHandle": "nowhere" }), &[]),
        (json!({ "categoryId": "nonsense" }), &[]),
        (json!({ "vendorId": "nonsense" }), &[]),
        (json!({ "price": { "currencyCode": "EUR" } }), &["Chair", "Floor lamp", "Reading lamp"]),
        (json!({ "price": { "currencyCode": "EUR", "from": "20", "to": "45.00" } }), &["Chair", "Reading lamp"]),
        (json!({ "price": { "currencyCode": "EUR", "from": "20.01", "to": "44.99" } }), &[]),
        (json!({ "price": { "currencyCode": "JPY", "to": "5000" } }), &["Zaisu chair"]),
        (euro_attribute(json!({ "name": "colour" })), lamps),
        (euro_attribute(json!({ "name": "colour", "eq": "red" })), reading),
        (euro_attribute(json!({ "name": "colour", "in": ["blue", "green"] })), floor),
        (euro_attribute(json!({ "name": "colour", "in": [] })), &[]),
        (euro_attribute(json!({ "name": "foldable", "boolean": true })), chair),
        (euro_attribute(json!({ "name": "foldable", "boolean": false })), &[]),
        (euro_attribute(json!({ "name": "power", "number": { "eq": "12.50" } })), reading),
        (euro_attribute(json!({ "name": "power", "number": { "from": "12.5", "to": "60" } })), lamps),
        (euro_attribute(json!({ "name": "power", "number": { "from": "12.500001" } })), floor),
        (euro_attribute(json!({ "name": "power", "number": { "to": "59.999999" } })), reading),
        (euro_attribute(json!({ "name": "size", "number": { "to": "2" } })), reading),
        (euro_attribute(json!({ "name": "size", "number": { "from": "12" } })), &[]),
        (
            json!({ "or": [{ "attribute": { "name": "colour", "eq": "red" } }, { "textContains": "chair" }] }),
            &["Chair", "Reading lamp", "Zaisu chair"],
        ),
        (
            json!({ "textContains": "lamp", "and": [{ "attribute": { "name": "colour" } },
            { "or": [{ "price": { "currencyCode": "EUR", "from": "50" } }] }] }),
            floor,
        ),
        (json!({ "or": [] }), &[]),
        (json!({ "and": [] }), &["Chair", "Floor lamp", "Reading lamp", "Zaisu chair"]),
        (json!({ "textContains": "chair", "categoryHandle": "chairs" }), chairs),
        (json!({ "textContains": "\"'); DROP TABLE products; --" }), &[]),
        (euro_attribute(json!({ "name": "$ne", "eq": "{\"$gt\": \"\"}" })), &[]),
    ];
    for (filter, expected) in cases {
        assert_eq!(found(&world, filter.clone()).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn only_the_staff_finds_drafts_and_only_if_it_asks() {
    let world = shop().await;
    let drafts = json!({ "status": ["DRAFT", "ARCHIVED"] });
    assert_eq!(found_as(&world, &member(1), drafts.clone()).await, ["Secret lamp"]);
    let all = json!({ "textContains": "lamp", "status": ["DRAFT", "PUBLISHED"] });
    assert_eq!(found_as(&world, &member(1), all.clone()).await, ["Floor lamp", "Reading lamp", "Secret lamp"]);
    assert_eq!(found_as(&world, &member(1), json!({ "textContains": "lamp" })).await, ["Floor lamp", "Reading lamp"]);
    for caller in [member(2), Caller::visitor()] {
        assert_eq!(found_as(&world, &caller, drafts.clone()).await, Vec::<String>::new());
        assert_eq!(found_as(&world, &caller, all.clone()).await, ["Floor lamp", "Reading lamp"]);
    }
    assert_eq!(found(&world, json!({ "status": [] })).await, Vec::<String>::new());
}

#[tokio::test]
async fn orders_are_by_their_values() {
    let world = shop().await;
    let ordered = async |order: &str, filter: Value| {
        let data = world.ask(&Caller::visitor(), QUERY, json!({ "orderBy": order, "filter": filter })).await;
        texts(&data["products"]["nodes"], "/title")
    };
    let euro = json!({ "price": { "currencyCode": "EUR" } });
    assert_eq!(ordered("PRICE_ASC", euro.clone()).await, ["Reading lamp", "Chair", "Floor lamp"]);
    assert_eq!(ordered("PRICE_DESC", euro).await, ["Floor lamp", "Chair", "Reading lamp"]);
    assert_eq!(ordered("NEWEST", json!({})).await, ["Zaisu chair", "Chair", "Floor lamp", "Reading lamp"]);
    let (code, message) = world.fault(&Caller::visitor(), QUERY, json!({ "orderBy": "PRICE_ASC" })).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("filter.price.currencyCode"), "{message}");
    let query = "{ vendorByHandle(handle: \"euro\") { products(first: 9, orderBy: PRICE_DESC) { nodes { title } } }
        categoryByHandle(handle: \"chairs\") { products(first: 9) { nodes { title } } } }";
    let seen = world.see(query).await;
    let of_vendor = texts(&seen["vendorByHandle"]["products"]["nodes"], "/title");
    assert_eq!(of_vendor, ["Floor lamp", "Chair", "Reading lamp"]);
    let of_category = texts(&seen["categoryByHandle"]["products"]["nodes"], "/title");
    assert_eq!(of_category, ["Zaisu chair", "Chair"]);
}

#[tokio::test]
async fn filters_have_bounds() {
    let world = shop().await;
    let nested = |depth: usize| (0..depth).fold(json!({ "textContains": "x" }), |filter, _| json!({ "or": [filter] }));
    assert_eq!(found(&world, nested(3)).await, Vec::<String>::new());
    let many: Vec<Value> = (0..31).map(|_| json!({ "textContains": "x" })).collect();
    let values: Vec<String> = (0..51).map(|n| n.to_string()).collect();
    let bad = [
        nested(4),
        json!({ "or": many }),
        json!({ "and": [{ "status": ["DRAFT"] }] }),
        json!({ "textContains": "" }),
        json!({ "textContains": "x".repeat(101) }),
        json!({ "attribute": { "name": "" } }),
        json!({ "attribute": { "name": "x", "in": values } }),
        json!({ "attribute": { "name": "x", "eq": "a", "boolean": true } }),
        json!({ "attribute": { "name": "x", "number": { "eq": "1", "from": "1" } } }),
        json!({ "attribute": { "name": "x", "number": { "eq": "1.1234567" } } }),
        json!({ "price": { "currencyCode": "JPY", "from": "0.5" } }),
    ];
    for filter in bad {
        let (code, _) = world.fault(&Caller::visitor(), QUERY, json!({ "filter": filter })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{filter}");
    }
}

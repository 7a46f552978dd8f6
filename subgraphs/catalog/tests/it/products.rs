//! Products: drafts, attributes, publication, archive.

use crate::world::{World, eur, member, merchant, platform, text, variant};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

const ATTRIBUTES: &str = "attributes { __typename name
    ... on TextAttribute { text } ... on NumberAttribute { number unit }
    ... on BooleanAttribute { boolean } ... on ChoiceAttribute { choice } }";

async fn shop() -> (World, String, String) {
    let world = World::new().await;
    let vendor = world.vendor(&merchant(1), "shop").await;
    let definitions = json!([
        { "name": "colour", "kind": "CHOICE", "choices": ["red", "blue"], "isRequired": true },
        { "name": "power", "kind": "NUMBER", "unit": "W" },
        { "name": "dimmable", "kind": "BOOLEAN" },
        { "name": "origin", "kind": "TEXT" },
    ]);
    let category = world.category_with("lamps", None, definitions).await;
    (world, vendor, category)
}

#[tokio::test]
async fn a_product_goes_from_draft_to_the_shelf_and_off_it() {
    let (world, vendor, category) = shop().await;
    let input = json!({ "vendorId": vendor, "title": "Café Lampe №5 — große Ausführung" });
    let selection =
        "product { id handle status version publishedAt priceRange { minimum { amount } } vendor { handle } }";
    let payload = world.done(&merchant(1), "productCreate", input, selection).await;
    let product = &payload["product"];
    let id = text(&product["id"]);
    assert_eq!(product["handle"], "cafe-lampe-5-grose-ausfuhrung");
    assert_eq!((&product["status"], &product["version"]), (&json!("DRAFT"), &json!(1)));
    assert_eq!((&product["publishedAt"], &product["priceRange"]), (&Value::Null, &Value::Null));
    assert_eq!(product["vendor"]["handle"], "shop");
    let query = format!("{{ product(id: \"{id}\") {{ status publishedAt }} }}");
    assert_eq!(world.see(&query).await["product"], Value::Null);
    let missing = world.refused(&merchant(1), "productPublish", json!({ "id": id })).await;
    assert_eq!(missing, ["CATEGORY_MISSING", "VARIANT_MISSING"]);
    world.done(&merchant(1), "productUpdate", json!({ "id": id, "categoryId": category }), "").await;
    let added = json!({ "productId": id, "variant": variant("L-5", "49.90") });
    world.done(&merchant(1), "variantAdd", added, "").await;
    let missing = world.refused(&merchant(1), "productPublish", json!({ "id": id })).await;
    assert_eq!(missing, ["ATTRIBUTE_MISSING"]);
    let red = json!({ "id": id, "attributes": [{ "name": "colour", "text": "red" }] });
    world.done(&merchant(1), "productUpdate", red, "").await;
    let input = json!({ "id": id, "expectedVersion": 4 });
    let published = world.done(&merchant(1), "productPublish", input, "product { version }").await;
    assert_eq!(published["product"]["version"], 5);
    let shown = json!({ "status": "PUBLISHED", "publishedAt": "2026-01-02T03:04:05.678Z" });
    assert_eq!(world.see(&query).await["product"], shown);
    assert_eq!(world.refused(&merchant(1), "productPublish", json!({ "id": id })).await, ["WRONG_STATUS"]);
    world.done(&merchant(1), "productArchive", json!({ "id": id }), "").await;
    assert_eq!(world.see(&query).await["product"], Value::Null);
    assert_eq!(world.ask(&member(1), &query, json!({})).await["product"]["status"], "ARCHIVED");
    for (mutation, input) in [
        ("productArchive", json!({ "id": id })),
        ("productUpdate", json!({ "id": id, "title": "Other" })),
        ("variantAdd", json!({ "productId": id, "variant": variant("L-6", "1") })),
    ] {
        assert_eq!(world.refused(&merchant(1), mutation, input).await, ["WRONG_STATUS"], "{mutation}");
    }
    world.done(&merchant(1), "productPublish", json!({ "id": id }), "").await;
    assert_eq!(world.see(&query).await["product"], shown);
}

#[tokio::test]
async fn attributes_are_typed_and_free() {
    let (world, vendor, category) = shop().await;
    let attributes = json!([
        { "name": "colour", "text": "blue" },
        { "name": "power", "number": "0012.50" },
        { "name": "dimmable", "boolean": false },
        { "name": "origin", "text": "Lübeck" },
        { "name": "height", "number": "-0.000001", "unit": "m" },
        { "name": "motto", "text": "Robert'); DROP TABLE products;-- <script>alert(1)</script> {\"$ne\": null}" },
    ]);
    let input = json!({ "vendorId": vendor, "categoryId": category, "title": "Lamp", "attributes": attributes });
    let payload = world.done(&merchant(1), "productCreate", input, &format!("product {{ {ATTRIBUTES} }}")).await;
    let expected = json!([
        { "__typename": "ChoiceAttribute", "name": "colour", "choice": "blue" },
        { "__typename": "NumberAttribute", "name": "power", "number": "12.5", "unit": "W" },
        { "__typename": "BooleanAttribute", "name": "dimmable", "boolean": false },
        { "__typename": "TextAttribute", "name": "origin", "text": "Lübeck" },
        { "__typename": "NumberAttribute", "name": "height", "number": "-0.000001", "unit": "m" },
        { "__typename": "TextAttribute", "name": "motto",
          "text": "Robert'); DROP TABLE products;-- <script>alert(1)</script> {\"$ne\": null}" },
    ]);
    assert_eq!(payload["product"]["attributes"], expected);
}

#[tokio::test]
async fn says_what_is_wrong_with_attributes() {
    let (world, vendor, category) = shop().await;
    let attributes = json!([
        { "name": "colour", "text": "green" },
        { "name": "power", "number": "1", "unit": "kW" },
        { "name": "dimmable", "text": "yes" },
        { "name": "origin", "number": "1" },
        { "name": "x", "text": "a", "number": "1" },
        { "name": "y" },
        { "name": "z", "text": "a", "unit": "m" },
        { "name": "z", "text": "b" },
        { "name": "w", "number": "1.1234567" },
        { "name": "v\n", "text": "a" },
        { "name": "u", "text": "" },
        { "name": "t", "number": "1234567890123" },
    ]);
    let input = json!({ "vendorId": vendor, "categoryId": category, "title": "Lamp", "attributes": attributes });
    let expected = [
        "ATTRIBUTE_CHOICE_UNKNOWN at input.attributes.0.text",
        "ATTRIBUTE_UNIT_MISMATCH at input.attributes.1.unit",
        "ATTRIBUTE_KIND_MISMATCH at input.attributes.2",
        "ATTRIBUTE_KIND_MISMATCH at input.attributes.3",
        "ATTRIBUTE_INVALID at input.attributes.4",
        "ATTRIBUTE_INVALID at input.attributes.5",
        "ATTRIBUTE_INVALID at input.attributes.6",
        "ATTRIBUTE_TWICE at input.attributes.7.name",
        "ATTRIBUTE_INVALID at input.attributes.8.number",
        "TEXT_INVALID at input.attributes.9.name",
        "TEXT_INVALID at input.attributes.10.text",
        "ATTRIBUTE_INVALID at input.attributes.11.number",
    ];
    assert_eq!(world.refused(&merchant(1), "productCreate", input).await, expected);
    let many: Vec<_> = (0..41).map(|n| json!({ "name": n.to_string(), "text": "a" })).collect();
    let input = json!({ "vendorId": vendor, "title": "Lamp", "attributes": many });
    let errors = world.refused(&merchant(1), "productCreate", input).await;
    assert_eq!(errors, ["LIMIT_REACHED at input.attributes"]);
}

#[tokio::test]
async fn another_category_fits_the_attributes_or_is_refused() {
    let (world, vendor, lamps) = shop().await;
    let free = world.category("free", None).await;
    let numbers = json!([{ "name": "colour", "kind": "NUMBER" }]);
    let numbered = world.category_with("numbered", None, numbers).await;
    let attributes = json!([{ "name": "colour", "text": "red" }]);
    let input = json!({ "vendorId": vendor, "categoryId": lamps, "title": "Lamp", "attributes": attributes });
    let id = world.product(&merchant(1), input).await;
    let to = |category: &str| json!({ "id": id, "categoryId": category });
    let errors = world.refused(&merchant(1), "productUpdate", to(&numbered)).await;
    assert_eq!(errors, ["ATTRIBUTE_KIND_MISMATCH at input.categoryId"]);
    let selection = format!("product {{ {ATTRIBUTES} }}");
    let payload = world.done(&merchant(1), "productUpdate", to(&free), &selection).await;
    let text = json!([{ "__typename": "TextAttribute", "name": "colour", "text": "red" }]);
    assert_eq!(payload["product"]["attributes"], text);
    let payload = world.done(&merchant(1), "productUpdate", to(&lamps), &selection).await;
    let choice = json!([{ "__typename": "ChoiceAttribute", "name": "colour", "choice": "red" }]);
    assert_eq!(payload["product"]["attributes"], choice);
}

#[tokio::test]
async fn a_published_product_stays_fit_for_the_shelf() {
    let (world, vendor, category) = shop().await;
    let input = json!({
        "vendorId": vendor, "categoryId": category, "title": "Lamp", "variants": [variant("L-1", "5")],
        "attributes": [{ "name": "colour", "text": "red" }],
    });
    let id = world.product(&merchant(1), input).await;
    world.done(&merchant(1), "productPublish", json!({ "id": id }), "").await;
    let bare = json!({ "id": id, "attributes": [] });
    assert_eq!(world.refused(&merchant(1), "productUpdate", bare).await, ["ATTRIBUTE_MISSING"]);
    let renamed = json!({ "id": id, "handle": "another" });
    assert_eq!(world.refused(&merchant(1), "productUpdate", renamed).await, ["HANDLE_FIXED at input.handle"]);
    let same = json!({ "id": id, "handle": "lamp", "title": "Great lamp" });
    world.done(&merchant(1), "productUpdate", same, "").await;
}

#[tokio::test]
async fn says_all_that_is_wrong_with_a_product() {
    let (world, vendor, category) = shop().await;
    let input = json!({
        "vendorId": vendor, "title": "靴", "description": "a\u{7}", "categoryId": vendor,
        "variants": [{ "sku": "a b", "title": "", "price": { "amount": "1", "currencyCode": "USD" }, "weightGrams": -1 }],
    });
    let expected = [
        "NOT_FOUND at input.categoryId",
        "HANDLE_INVALID at input.handle",
        "TEXT_INVALID at input.description",
        "SKU_INVALID at input.variants.0.sku",
        "TEXT_INVALID at input.variants.0.title",
        "CURRENCY_MISMATCH at input.variants.0.price",
        "MEASURE_INVALID at input.variants.0.weightGrams",
    ];
    assert_eq!(world.refused(&merchant(1), "productCreate", input).await, expected);
    let long = json!({ "vendorId": vendor, "title": "x".repeat(201), "handle": "x-y" });
    assert_eq!(world.refused(&merchant(1), "productCreate", long).await, ["TEXT_INVALID at input.title"]);
    world.product(&merchant(1), json!({ "vendorId": vendor, "title": "Lamp" })).await;
    let taken = json!({ "vendorId": vendor, "title": "Lamp" });
    assert_eq!(world.refused(&merchant(1), "productCreate", taken).await, ["HANDLE_TAKEN at input.handle"]);
    let id = world.product(&merchant(1), json!({ "vendorId": vendor, "title": "Other" })).await;
    let taken = json!({ "id": id, "handle": "lamp", "categoryId": category });
    assert_eq!(world.refused(&merchant(1), "productUpdate", taken).await, ["HANDLE_TAKEN at input.handle"]);
    let conflict = ["VERSION_CONFLICT at input.expectedVersion"];
    for mutation in ["productUpdate", "productPublish", "productArchive"] {
        let stale = json!({ "id": id, "expectedVersion": 9 });
        assert_eq!(world.refused(&merchant(1), mutation, stale).await, conflict, "{mutation}");
    }
}

#[tokio::test]
async fn a_product_that_is_too_large_is_refused() {
    let (world, vendor, _) = shop().await;
    let attributes: Vec<Value> = (0..30).map(|n| json!({ "name": format!("n{n}"), "text": "x".repeat(500) })).collect();
    let variants: Vec<Value> = (0..100)
        .map(|n| json!({ "sku": n.to_string(), "title": "x", "price": eur("1"), "attributes": attributes }))
        .collect();
    let input = json!({ "vendorId": vendor, "title": "Large", "variants": variants });
    assert_eq!(world.refused(&merchant(1), "productCreate", input).await, ["LIMIT_REACHED"]);
}

#[tokio::test]
async fn a_product_of_others_is_as_unknown_as_none() {
    let (world, vendor, category) = shop().await;
    let id = world.published(&merchant(1), (&vendor, &world.category("plain", None).await), "Chair", "10").await;
    let elsewhere = "product_0000000000000000000000000";
    for caller in [merchant(2), member(1), platform(), Caller::visitor()] {
        let input = json!({ "vendorId": vendor, "title": "Mine", "categoryId": category });
        assert_eq!(world.refused(&caller, "productCreate", input).await, ["NOT_FOUND at input.vendorId"]);
        for id in [id.as_str(), elsewhere, &vendor, "", "product_", "1 OR 1=1"] {
            for mutation in ["productUpdate", "productPublish", "productArchive"] {
                let errors = world.refused(&caller, mutation, json!({ "id": id })).await;
                assert_eq!(errors, ["NOT_FOUND at input.id"], "{mutation} {id}");
            }
        }
    }
    let price = json!({ "variantId": id, "price": eur("1") });
    assert_eq!(world.refused(&merchant(1), "priceSet", price).await, ["NOT_FOUND at input.variantId"]);
}

#[tokio::test]
async fn changes_at_once_are_all_kept() {
    let (world, vendor, _) = shop().await;
    let id = world.product(&merchant(1), json!({ "vendorId": vendor, "title": "Lamp" })).await;
    let (caller, world) = (merchant(1), &world);
    let add = |number: u32| {
        let input = json!({ "productId": id, "variant": variant(&format!("L-{number}"), "1") });
        world.done(&caller, "variantAdd", input, "")
    };
    tokio::join!(add(1), add(2), add(3), add(4), add(5), add(6));
    let query = format!("{{ product(id: \"{id}\") {{ version variants(first: 10) {{ nodes {{ sku }} }} }} }}");
    let seen = world.ask(&merchant(1), &query, json!({})).await;
    assert_eq!(seen["product"]["version"], 7);
    assert_eq!(seen["product"]["variants"]["nodes"].as_array().unwrap().len(), 6);
}

//! Variants and prices.

use crate::world::{World, errors_of, eur, member, merchant, text, texts, variant};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

async fn shop() -> (World, String, String) {
    let world = World::new().await;
    let vendor = world.vendor(&merchant(1), "shop").await;
    let category = world.category("chairs", None).await;
    let product = world.published(&merchant(1), (&vendor, &category), "Chair", "99.95").await;
    (world, vendor, product)
}

async fn only_variant(world: &World, product: &str) -> Value {
    let query = format!(
        "{{ product(id: \"{product}\") {{ variants(first: 1) {{ nodes {{ id version price {{ amount currencyCode }} }} }} }} }}"
    );
    world.ask(&merchant(1), &query, json!({})).await["product"]["variants"]["nodes"][0].clone()
}

#[tokio::test]
async fn a_variant_is_added_changed_and_removed() {
    let (world, _, product) = shop().await;
    let input = json!({ "productId": product, "variant": {
        "sku": "C-oak/2", "title": "Oak", "price": eur("120"), "weightGrams": 4200, "widthMm": 450, "heightMm": 900,
        "depthMm": 0, "attributes": [{ "name": "wood", "text": "oak" }],
    }});
    let selection = "variant { id sku title price { amount currencyCode } weightGrams widthMm heightMm depthMm version
        attributes { name } product { id version priceRange { minimum { amount } maximum { amount } } } }";
    let added = world.done(&merchant(1), "variantAdd", input, selection).await["variant"].clone();
    let id = text(&added["id"]);
    assert_eq!(added["price"], json!({ "amount": "120.00", "currencyCode": "EUR" }));
    assert_eq!((&added["weightGrams"], &added["depthMm"]), (&json!(4200), &json!(0)));
    let range = json!({ "minimum": { "amount": "99.95" }, "maximum": { "amount": "120.00" } });
    assert_eq!(added["product"]["priceRange"], range);
    let change = json!({ "id": id, "expectedVersion": 1, "sku": "C-oak", "widthMm": 451, "attributes": [] });
    let changed = world.done(&merchant(1), "variantUpdate", change, selection).await["variant"].clone();
    assert_eq!((&changed["sku"], &changed["title"], &changed["version"]), (&json!("C-oak"), &json!("Oak"), &json!(2)));
    assert_eq!((&changed["widthMm"], &changed["weightGrams"]), (&json!(451), &json!(4200)));
    assert_eq!(changed["attributes"], json!([]));
    let selection = "product { variants(last: 5) { nodes { sku } } }";
    let removed = world.done(&merchant(1), "variantRemove", json!({ "id": id }), selection).await;
    assert_eq!(texts(&removed["product"]["variants"]["nodes"], "/sku"), ["Chair"]);
    for mutation in ["variantUpdate", "variantRemove"] {
        assert_eq!(world.refused(&merchant(1), mutation, json!({ "id": id })).await, ["NOT_FOUND at input.id"]);
    }
    let key = json!([{ "__typename": "ProductVariant", "id": id }]);
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { __typename } }";
    assert_eq!(world.ask(&merchant(1), query, json!({ "keys": key })).await["_entities"], json!([null]));
}

#[tokio::test]
async fn a_sku_is_unique_for_its_vendor() {
    let (world, vendor, product) = shop().await;
    let again = json!({ "productId": product, "variant": variant("Chair", "1") });
    let errors = world.refused(&merchant(1), "variantAdd", again).await;
    assert_eq!(errors, ["SKU_TAKEN at input.variant.sku"]);
    let other =
        json!({ "vendorId": vendor, "title": "Stool", "variants": [variant("S-1", "1"), variant("Chair", "1")] });
    let payload = world.run(&merchant(1), "productCreate", other, "").await;
    assert_eq!(errors_of(&payload), ["SKU_TAKEN at input.variants.1.sku"]);
    assert!(text(&payload["userErrors"][0]["message"]).contains("`Chair`"));
    let twice = json!({ "vendorId": vendor, "title": "Stool", "variants": [variant("S-1", "1"), variant("S-1", "1")] });
    let errors = world.refused(&merchant(1), "productCreate", twice).await;
    assert_eq!(errors, ["SKU_TAKEN at input.variants.1.sku"]);
    let stool = json!({ "vendorId": vendor, "title": "Stool", "variants": [variant("S-1", "1")] });
    let stool = world.product(&merchant(1), stool).await;
    let variant_id = text(&only_variant(&world, &stool).await["id"]);
    let taken = json!({ "id": variant_id, "sku": "Chair" });
    assert_eq!(world.refused(&merchant(1), "variantUpdate", taken).await, ["SKU_TAKEN at input.sku"]);
    // Another product's.
    let again = json!({ "productId": stool, "variant": variant("Chair", "1") });
    let errors = world.refused(&merchant(1), "variantAdd", again).await;
    assert_eq!(errors, ["SKU_TAKEN at input.variant.sku"]);
    let elsewhere = world.vendor(&merchant(1), "second").await;
    let input = json!({ "vendorId": elsewhere, "title": "Chair two", "variants": [variant("Chair", "1")] });
    world.product(&merchant(1), input).await;
}

#[tokio::test]
async fn prices_change_and_are_remembered_for_the_staff() {
    let (world, _, product) = shop().await;
    let variant = text(&only_variant(&world, &product).await["id"]);
    for number in 0..25 {
        let input = json!({ "variantId": variant, "price": eur(&format!("{number}.5")) });
        world.done(&merchant(1), "priceSet", input, "").await;
    }
    let same = json!({ "variantId": variant, "expectedVersion": 26, "price": eur("24.50") });
    let payload = world.done(&merchant(1), "priceSet", same, "variant { version price { amount } }").await;
    assert_eq!(payload["variant"], json!({ "version": 26, "price": { "amount": "24.50" } }));
    let query = format!(
        "{{ product(id: \"{product}\") {{ variants(first: 1) {{ nodes {{
        price {{ amount }} priceHistory {{ price {{ amount }} until }} }} }} }} }}"
    );
    let seen = world.ask(&member(1), &query, json!({})).await;
    let history = &seen["product"]["variants"]["nodes"][0]["priceHistory"];
    assert_eq!(history.as_array().unwrap().len(), 20);
    assert_eq!(history[0]["price"]["amount"], "23.50");
    for caller in [merchant(2), Caller::visitor()] {
        let seen = world.ask(&caller, &query, json!({})).await;
        let shown = json!({ "price": { "amount": "24.50" }, "priceHistory": null });
        assert_eq!(seen["product"]["variants"]["nodes"][0], shown);
    }
}

#[tokio::test]
async fn says_what_is_wrong_with_a_price() {
    let (world, _, product) = shop().await;
    let variant = only_variant(&world, &product).await;
    let id = text(&variant["id"]);
    for (amount, currency, code) in [
        ("-0.01", "EUR", "PRICE_INVALID"),
        ("1.234", "EUR", "PRICE_INVALID"),
        ("92233720368547758.08", "EUR", "PRICE_INVALID"),
        ("1", "USD", "CURRENCY_MISMATCH"),
    ] {
        let price = json!({ "amount": amount, "currencyCode": currency });
        let errors = world.refused(&merchant(1), "priceSet", json!({ "variantId": id, "price": price })).await;
        assert_eq!(errors, [format!("{code} at input.price")], "{amount}");
    }
    let stale = json!({ "variantId": id, "expectedVersion": 2, "price": eur("1") });
    let conflict = ["VERSION_CONFLICT at input.expectedVersion"];
    assert_eq!(world.refused(&merchant(1), "priceSet", stale).await, conflict);
    assert_eq!(only_variant(&world, &product).await, variant);
    let query = "mutation($input: PriceSetInput!) { priceSet(input: $input) { userErrors { code } } }";
    for (amount, currency) in [(json!(1.5), json!("EUR")), (json!("1e3"), json!("EUR")), (json!("1"), json!("euro"))] {
        let input = json!({ "variantId": id, "price": { "amount": amount, "currencyCode": currency } });
        let (code, _) = world.fault(&merchant(1), query, json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{amount} {currency}");
    }
}

#[tokio::test]
async fn says_what_is_wrong_with_a_variant() {
    let (world, _, product) = shop().await;
    let input = json!({ "productId": product, "variant": {
        "sku": "", "title": "\t", "price": eur("-1"), "weightGrams": 100_000_001, "widthMm": -1, "heightMm": 100_001,
        "attributes": [{ "name": "x" }],
    }});
    let expected = [
        "SKU_INVALID at input.variant.sku",
        "TEXT_INVALID at input.variant.title",
        "PRICE_INVALID at input.variant.price",
        "MEASURE_INVALID at input.variant.weightGrams",
        "MEASURE_INVALID at input.variant.widthMm",
        "MEASURE_INVALID at input.variant.heightMm",
        "ATTRIBUTE_INVALID at input.variant.attributes.0",
    ];
    assert_eq!(world.refused(&merchant(1), "variantAdd", input).await, expected);
    let id = text(&only_variant(&world, &product).await["id"]);
    assert_eq!(world.refused(&merchant(1), "variantRemove", json!({ "id": id })).await, ["VARIANT_MISSING"]);
    let conflict = ["VERSION_CONFLICT at input.expectedVersion"];
    for mutation in ["variantUpdate", "variantRemove"] {
        let stale = json!({ "id": id, "expectedVersion": 3 });
        assert_eq!(world.refused(&merchant(1), mutation, stale).await, conflict);
    }
    for caller in [merchant(2), member(1), Caller::visitor()] {
        let add = json!({ "productId": product, "variant": variant("N", "1") });
        assert_eq!(world.refused(&caller, "variantAdd", add).await, ["NOT_FOUND at input.productId"]);
        for mutation in ["variantUpdate", "variantRemove"] {
            assert_eq!(world.refused(&caller, mutation, json!({ "id": id })).await, ["NOT_FOUND at input.id"]);
        }
        let price = json!({ "variantId": id, "price": eur("0") });
        assert_eq!(world.refused(&caller, "priceSet", price).await, ["NOT_FOUND at input.variantId"]);
    }
}

#[tokio::test]
async fn a_product_has_at_most_a_hundred_variants() {
    let (world, vendor, _) = shop().await;
    let variants = |count: u32| (0..count).map(|n| variant(&format!("N-{n}"), "1")).collect::<Vec<_>>();
    let input = json!({ "vendorId": vendor, "title": "Many", "variants": variants(101) });
    let errors = world.refused(&merchant(1), "productCreate", input).await;
    assert_eq!(errors, ["LIMIT_REACHED at input.variants"]);
    let input = json!({ "vendorId": vendor, "title": "Many", "variants": variants(100) });
    let id = world.product(&merchant(1), input).await;
    let add = json!({ "productId": id, "variant": variant("N-100", "1") });
    assert_eq!(world.refused(&merchant(1), "variantAdd", add).await, ["LIMIT_REACHED at input.variant"]);
}

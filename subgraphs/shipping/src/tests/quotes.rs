//! What shipping costs: by weight, by volume, for one variant and for many.

use super::world::{World, owner, platform, variant_id};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

const QUOTE: &str = "query($r: [_Any!]!, $country: CountryCode!, $method: String) { _entities(representations: $r) {
  ... on ProductVariant { shippingQuote(country: $country, method: $method) {
    method { code } price { amount currencyCode } chargeableGrams
  } }
} }";

fn variant(number: u128, weight: Option<i32>, sides: Option<i32>) -> Value {
    json!({
        "__typename": "ProductVariant", "id": variant_id(number), "weightGrams": weight, "widthMm": sides,
        "heightMm": sides, "depthMm": sides,
    })
}

async fn quotes(world: &World, representations: Value, country: &str, method: Option<&str>) -> Value {
    let variables = json!({ "r": representations, "country": country, "method": method });
    let answer = world.ask(&Caller::visitor(), QUOTE, variables).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["_entities"].clone()
}

#[tokio::test]
async fn a_variant_is_quoted_by_weight_or_by_volume() {
    let world = World::new().await;
    world.method("standard", true).await;
    world.method("own", false).await;
    // 1.2 kg; a cube of 20 cm, which counts as 1.6 kg; nothing that anybody has measured.
    let wanted = json!([variant(1, Some(1_200), Some(100)), variant(2, Some(900), Some(200)), variant(3, None, None)]);
    let quoted = quotes(&world, wanted, "DE", None).await;
    let price = |index: usize| {
        let quote = &quoted[index]["shippingQuote"];
        (quote["price"]["amount"].as_str().unwrap().to_owned(), quote["chargeableGrams"].as_i64().unwrap())
    };
    assert_eq!(price(0), ("6.70".to_owned(), 1_200));
    assert_eq!(price(1), ("7.30".to_owned(), 1_600));
    assert_eq!(price(2), ("4.90".to_owned(), 0));
    assert_eq!(quoted[0]["shippingQuote"]["method"]["code"], "standard");
    let one = json!([variant(1, Some(1), None)]);
    assert_eq!(quotes(&world, one.clone(), "DE", Some("own")).await[0]["shippingQuote"]["price"]["amount"], "4.91");
    for (country, method) in [("NZ", None), ("DE", Some("unknown"))] {
        assert_eq!(quotes(&world, one.clone(), country, method).await[0]["shippingQuote"], Value::Null);
    }
}

const QUOTES: &str = "query($country: CountryCode!, $lines: [ShippingLineInput!]!) {
  shippingQuotes(country: $country, lines: $lines) { method { code } price { amount } chargeableGrams }
}";

#[tokio::test]
async fn many_variants_are_quoted_together_by_what_the_catalog_says() {
    let world = World::new().await;
    let dear = json!({
        "code": "express", "name": "Express", "basePrice": { "amount": "9.00", "currencyCode": "EUR" },
        "pricePerKg": { "amount": "0", "currencyCode": "EUR" }, "countries": ["DE"], "isPlatforms": true,
    });
    world.change(&platform(), super::world::METHOD_CREATE, dear).await;
    world.method("standard", true).await;
    let measured = json!({ "variants": [
        { "variantId": variant_id(1), "weightGrams": 500 },
        { "variantId": variant_id(2), "weightGrams": 100, "widthMm": 200, "heightMm": 200, "depthMm": 200 },
        { "variantId": variant_id(3) },
    ] });
    world.tell(("catalog", "product"), "published", measured).await;
    let lines = json!([
        { "variantId": variant_id(1), "quantity": 2 }, { "variantId": variant_id(2), "quantity": 1 },
        { "variantId": variant_id(3), "quantity": 5 },
    ]);
    let quoted = world.ask(&Caller::visitor(), QUOTES, json!({ "country": "DE", "lines": lines })).await;
    let expected = json!([
        { "method": { "code": "standard" }, "price": { "amount": "8.80" }, "chargeableGrams": 2600 },
        { "method": { "code": "express" }, "price": { "amount": "9.00" }, "chargeableGrams": 2600 },
    ]);
    assert_eq!(quoted["data"]["shippingQuotes"], expected, "{quoted}");
    let line = |variant: &str, quantity: i64| json!([{ "variantId": variant, "quantity": quantity }]);
    let known = variant_id(1).to_string();
    let unknown = variant_id(9).to_string();
    for lines in [line(&known, 0), line(&known, 1_001), line("nonsense", 1), line(&unknown, 1), json!([])] {
        let answer = world.ask(&Caller::visitor(), QUOTES, json!({ "country": "DE", "lines": lines })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
    let answer = world.ask(&Caller::visitor(), QUOTES, json!({ "country": "XX", "lines": line(&known, 1) })).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("no country of ISO 3166"), "{answer}");
}

#[tokio::test]
async fn ways_of_shipping_are_listed_changed_and_told() {
    let world = World::new().await;
    let made = world.method("standard", true).await;
    world.method("own", false).await;
    let update = "mutation($input: ShippingMethodUpdateInput!) {
      shippingMethodUpdate(input: $input) { method { name version isActive } replayed userErrors { code } }
    }";
    let input = json!({ "id": made["method"]["id"], "name": "By sea", "isActive": false, "expectedVersion": 1 });
    let changed = world.change(&platform(), update, input.clone()).await;
    assert_eq!(changed["method"], json!({ "name": "By sea", "version": 2, "isActive": false }));
    let list = "query($country: CountryCode) { shippingMethods(country: $country) { code countries } }";
    let all = world.ask(&owner(2), list, json!({})).await;
    assert_eq!(all["data"]["shippingMethods"], json!([{ "code": "own", "countries": ["AT", "DE"] }]));
    let none = world.ask(&owner(2), list, json!({ "country": "NZ" })).await;
    assert_eq!(none["data"]["shippingMethods"], json!([]));
    let updated = world.events("updated").await;
    assert_eq!((&updated[0].content["name"], &updated[0].content["isActive"]), (&json!("By sea"), &json!(false)));
    assert_eq!(world.events("created").await.len(), 2);
}

//! What it costs to send a checkout: to its own address, in its own currency, for who checks out alone.

use super::world::{World, buyer, platform, variant_id};
use hansa_event_sourcing::{RecordedEvent, testing::consumed};
use hansa_subgraph_host::{
    Caller,
    testing::{tenant_id, user},
};
use serde_json::{Value, json};

const QUOTES: &str = "query($r: [_Any!]!) { _entities(representations: $r) {
  ... on Checkout { id shippingQuotes { method { code } price { amount currencyCode } chargeableGrams } }
} }";

const CHECKOUT: &str = "checkout_00000000000000000000000001";

/// A checkout with what the router has asked orders for.
fn checkout(address: &str, lines: &[(String, i64)]) -> Value {
    let line = |(variant, quantity): &(String, i64)| json!({ "quantity": quantity, "variant": { "id": variant } });
    json!({
        "__typename": "Checkout", "id": CHECKOUT, "deliveryAddressId": address, "itemsTotal": { "currencyCode": "EUR" },
        "lines": lines.iter().map(line).collect::<Vec<_>>(),
    })
}

async fn answer(world: &World, caller: &Caller, checkout: Value) -> Value {
    world.ask(caller, QUOTES, json!({ "r": [checkout] })).await
}

async fn quoted(world: &World, caller: &Caller, checkout: Value) -> Value {
    let mut answer = answer(world, caller, checkout).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["_entities"][0]["shippingQuotes"].take()
}

fn measured() -> [Value; 2] {
    [
        json!({ "variantId": variant_id(1), "weightGrams": 500 }),
        json!({ "variantId": variant_id(2), "weightGrams": 100, "widthMm": 200, "heightMm": 200, "depthMm": 200 }),
    ]
}

/// The catalog tells of these variants again, as a tenant's.
fn whose(tenant: u128, variants: &[Value]) -> RecordedEvent {
    let mut event = consumed("catalog.product.updated.v1");
    event.event_id = uuid::Uuid::now_v7();
    event.stream_id = format!("product_{tenant}");
    event.tenant = Some(tenant_id(tenant));
    event.content["variants"] = json!(variants);
    event
}

/// Two variants are there; the ways of shipping are the platform's, one in dollars and one for France alone, and one
/// of tenant 1's own.
async fn world() -> (World, String) {
    let world = World::new().await;
    world.method("standard", true).await;
    world.method("own", false).await;
    for (code, currency, country) in [("dollars", "USD", "DE"), ("france", "EUR", "FR")] {
        let money = |amount: &str| json!({ "amount": amount, "currencyCode": currency });
        let method = json!({
            "code": code, "name": code, "basePrice": money("1.00"), "pricePerKg": money("0"), "countries": [country],
            "isPlatforms": true,
        });
        world.change(&platform(), super::world::METHOD_CREATE, method).await;
    }
    world.tell(("catalog", "product"), "published", json!({ "variants": measured() })).await;
    let address = world.address().await;
    (world, address)
}

#[tokio::test]
async fn a_checkout_is_quoted_for_its_address_currency_and_goods() {
    let (world, address) = world().await;
    let goods = [(variant_id(1).to_string(), 2), (variant_id(2).to_string(), 1)];
    let standard = json!({
        "method": { "code": "standard" }, "price": { "amount": "8.80", "currencyCode": "EUR" }, "chargeableGrams": 2_600,
    });
    // Whose the goods are has not been told: the tenant's own way of shipping may not be theirs.
    assert_eq!(quoted(&world, &buyer(), checkout(&address, &goods)).await, json!([standard]));
    world.hear("catalog", whose(1, &measured()[..])).await;
    let mut own = standard.clone();
    own["method"]["code"] = json!("own");
    assert_eq!(quoted(&world, &buyer(), checkout(&address, &goods)).await, json!([own, standard]));
    world.hear("catalog", whose(2, &measured()[1..])).await;
    assert_eq!(quoted(&world, &buyer(), checkout(&address, &goods)).await, json!([standard]));
}

#[tokio::test]
async fn a_checkout_is_quoted_for_its_buyer_alone() {
    let (world, address) = world().await;
    let goods = [(variant_id(1).to_string(), 2)];
    for caller in [Caller::visitor(), user(8), platform()] {
        assert_eq!(quoted(&world, &caller, checkout(&address, &goods)).await, Value::Null, "{caller:?}");
    }
    for address in ["address_00000000000000000000000009", "nonsense", ""] {
        assert_eq!(quoted(&world, &buyer(), checkout(address, &goods)).await, Value::Null, "{address}");
    }
    let bare = json!({ "__typename": "Checkout", "id": CHECKOUT });
    assert_eq!(quoted(&world, &buyer(), bare).await, Value::Null);
    let wrong = [
        json!({ "__typename": "Checkout", "id": "nonsense" }),
        checkout(&address, &[("nonsense".to_owned(), 1)]),
        json!({ "__typename": "Checkout", "id": CHECKOUT, "lines": 7 }),
    ];
    for one in wrong {
        let seen = answer(&world, &buyer(), one.clone()).await;
        assert_eq!(seen, json!({ "data": { "_entities": [null] } }), "{one}");
    }
    let unknown = variant_id(9).to_string();
    for goods in [vec![(unknown, 1)], vec![(variant_id(1).to_string(), 0)], Vec::new()] {
        let seen = answer(&world, &buyer(), checkout(&address, &goods)).await;
        assert_eq!(seen["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{seen}");
        assert_eq!(seen["data"]["_entities"][0]["shippingQuotes"], Value::Null);
    }
}

//! Idempotency keys: every mutation takes one.

use crate::world::{World, eur, merchant, platform, text, variant};
use serde_json::{Value, json};

const KEY: &str = "a-key-of-16-or-more";

async fn cases(world: &World) -> Vec<(&'static str, Value, &'static str)> {
    let vendor = world.vendor(&merchant(1), "shop").await;
    let product = world.product(&merchant(1), json!({ "vendorId": vendor, "title": "There" })).await;
    vec![
        ("vendorCreate", json!({ "handle": "new", "name": "New", "currencyCode": "EUR" }), "replayed vendor { id }"),
        ("categoryCreate", json!({ "handle": "new", "name": "New" }), "replayed category { id }"),
        ("productCreate", json!({ "vendorId": vendor, "title": "New" }), "replayed product { id }"),
        ("variantAdd", json!({ "productId": product, "variant": variant("N", "1") }), "replayed variant { id sku }"),
    ]
}

/// Those that change something, in an order in which each can be done.
async fn changes(world: &World) -> Vec<(&'static str, Value, &'static str)> {
    let vendor = world.vendor(&merchant(1), "store").await;
    let category = world.category("lamps", None).await;
    let input = json!({ "vendorId": vendor, "categoryId": category, "title": "Lamp",
        "variants": [variant("L-1", "1"), variant("L-2", "1")] });
    let selection = "product { id variants(first: 2) { nodes { id } } }";
    let product = world.done(&merchant(1), "productCreate", input, selection).await["product"].clone();
    let (id, variants) = (&product["id"], &product["variants"]["nodes"]);
    let (first, second) = (&variants[0]["id"], &variants[1]["id"]);
    vec![
        ("vendorUpdate", json!({ "id": vendor, "name": "Store" }), "replayed vendor { version }"),
        ("categoryUpdate", json!({ "id": category, "name": "Lamps" }), "replayed category { version }"),
        ("categoryMove", json!({ "id": category }), "replayed category { version }"),
        ("productUpdate", json!({ "id": id, "title": "Great lamp" }), "replayed product { version }"),
        ("productPublish", json!({ "id": id }), "replayed product { version }"),
        ("variantUpdate", json!({ "id": first, "title": "Small" }), "replayed variant { version }"),
        ("priceSet", json!({ "variantId": first, "price": eur("2") }), "replayed variant { version }"),
        ("variantRemove", json!({ "id": second }), "replayed product { version }"),
        ("productArchive", json!({ "id": id }), "replayed product { version }"),
    ]
}

fn with_key(input: &Value, key: &str) -> Value {
    let mut input = input.clone();
    input["idempotencyKey"] = json!(key);
    input
}

fn caller(mutation: &str) -> hansa_subgraph_host::Caller {
    if mutation.starts_with("category") { platform() } else { merchant(1) }
}

#[tokio::test]
async fn the_same_command_again_gives_the_first_answer() {
    let world = World::new().await;
    let cases = cases(&world).await;
    for (mutation, input, selection) in &cases {
        let input = with_key(input, KEY);
        let first = world.done(&caller(mutation), mutation, input.clone(), selection).await;
        assert_eq!(first["replayed"], false);
        let mut expected = first.clone();
        expected["replayed"] = json!(true);
        assert_eq!(world.done(&caller(mutation), mutation, input, selection).await, expected, "{mutation}");
    }
    let world = world.reopened().await;
    for (mutation, input, selection) in &cases {
        let again = world.done(&caller(mutation), mutation, with_key(input, KEY), selection).await;
        assert_eq!(again["replayed"], true, "{mutation}");
    }
}

#[tokio::test]
async fn a_change_is_done_once() {
    let world = World::new().await;
    for (mutation, input, selection) in changes(&world).await {
        let input = with_key(&input, KEY);
        let first = world.done(&caller(mutation), mutation, input.clone(), selection).await;
        assert_eq!(first["replayed"], false, "{mutation}");
        let mut expected = first.clone();
        expected["replayed"] = json!(true);
        assert_eq!(world.done(&caller(mutation), mutation, input.clone(), selection).await, expected, "{mutation}");
        let mut other = input;
        other["expectedVersion"] = json!(1_000);
        let errors = world.refused(&caller(mutation), mutation, other).await;
        assert_eq!(errors, ["IDEMPOTENCY_KEY_REUSED at input.idempotencyKey"], "{mutation}");
    }
}

#[tokio::test]
async fn a_key_means_one_input() {
    let world = World::new().await;
    for (mutation, input, selection) in cases(&world).await {
        world.done(&caller(mutation), mutation, with_key(&input, KEY), selection).await;
        let mut other = with_key(&input, KEY);
        match mutation {
            "variantAdd" => other["variant"]["price"]["amount"] = json!("2"),
            "productCreate" => other["title"] = json!("Other"),
            _ => other["name"] = json!("Other"),
        }
        let errors = world.refused(&caller(mutation), mutation, other).await;
        assert_eq!(errors, ["IDEMPOTENCY_KEY_REUSED at input.idempotencyKey"], "{mutation}");
        for key in ["short", "", "with a space in the middle", &"x".repeat(129)] {
            let errors = world.refused(&caller(mutation), mutation, with_key(&input, key)).await;
            assert_eq!(errors, ["IDEMPOTENCY_KEY_INVALID at input.idempotencyKey"], "{mutation} {key}");
        }
    }
}

#[tokio::test]
async fn a_key_of_another_tenant_means_nothing_here() {
    let world = World::new().await;
    for number in [1, 2] {
        let input =
            json!({ "handle": format!("v-{number}"), "name": "V", "currencyCode": "EUR", "idempotencyKey": KEY });
        let payload = world.done(&merchant(number), "vendorCreate", input, "replayed").await;
        assert_eq!(payload["replayed"], false);
    }
}

#[tokio::test]
async fn twins_at_once_have_one_effect() {
    let world = World::new().await;
    let input = json!({ "handle": "twin", "name": "Twin", "currencyCode": "EUR", "idempotencyKey": KEY });
    let (owner, world) = (merchant(1), &world);
    let run = || world.done(&owner, "vendorCreate", input.clone(), "replayed vendor { id }");
    let answers = tokio::join!(run(), run(), run(), run());
    let answers = [answers.0, answers.1, answers.2, answers.3];
    let ids: Vec<String> = answers.iter().map(|answer| text(&answer["vendor"]["id"])).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(answers.iter().filter(|answer| answer["replayed"] == false).count(), 1);
}

#[tokio::test]
async fn a_refused_command_leaves_its_key_free() {
    let world = World::new().await;
    let bad = json!({ "handle": "!", "name": "V", "currencyCode": "EUR", "idempotencyKey": KEY });
    assert_eq!(world.refused(&merchant(1), "vendorCreate", bad).await, ["HANDLE_INVALID at input.handle"]);
    let good = json!({ "handle": "good", "name": "V", "currencyCode": "EUR", "idempotencyKey": KEY });
    world.done(&merchant(1), "vendorCreate", good, "").await;
}

#[tokio::test]
async fn a_repetition_shows_nothing_to_whom_may_not_write() {
    let world = World::new().await;
    let mut cases = cases(&world).await;
    cases.extend(changes(&world).await);
    for (mutation, input, selection) in &cases {
        world.done(&caller(mutation), mutation, with_key(input, KEY), selection).await;
        // The same user in the same tenant, after a loss of rights.
        let demoted = hansa_subgraph_host::Caller { scopes: vec!["tenant:read".to_owned()], ..caller(mutation) };
        let errors = world.refused(&demoted, mutation, with_key(input, KEY)).await;
        let expected = match *mutation {
            "productCreate" => "NOT_FOUND at input.vendorId",
            "variantAdd" => "NOT_FOUND at input.productId",
            "priceSet" => "NOT_FOUND at input.variantId",
            "vendorCreate" | "categoryCreate" => "FORBIDDEN",
            _ => "NOT_FOUND at input.id",
        };
        assert_eq!(errors.len(), 1, "{mutation}: {errors:?}");
        assert!(errors[0].starts_with(expected), "{mutation}: {errors:?}");
    }
}

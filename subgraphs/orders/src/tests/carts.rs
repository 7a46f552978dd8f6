//! Carts and checkouts: prices of today, prices that were seen, who sees what, and when it is over.

use super::world::{ADD, ADDRESS, CHECKOUT, CLEAR, REMOVE, UPDATE, World, buyer, codes, key, method, product, variant};
use chrono::TimeDelta;
use hansa_event_sourcing::RecordedEvent;
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

const CART: &str = "{ cart { id itemsTotal { amount currencyCode } expiresAt
  lines { id quantity isStale isForSale title unitPrice { amount } seenPrice { amount } total { amount } } } }";

async fn cart(world: &World, caller: &Caller) -> Value {
    world.ask(caller, CART, json!({})).await["data"]["cart"].clone()
}

/// The catalog says something else about the price, at a later time.
async fn price(world: &World, number: u128, minor_units: i64) {
    world.advance(TimeDelta::seconds(1));
    let money = |minor_units: i64| json!({ "minor_units": minor_units, "currency": "EUR" });
    let content = json!({
        "productId": super::world::id::<crate::ProductKind>(number), "variantId": variant(number),
        "before": money(1250), "after": money(minor_units),
    });
    world.hear("catalog", world.foreign(("price", "changed"), &variant(number), content)).await;
    world.drained().await;
}

#[tokio::test]
async fn a_cart_shows_what_it_costs_now_and_what_was_seen() {
    let world = World::new().await;
    assert_eq!(cart(&world, &buyer()).await, Value::Null);
    let made = world.add(&buyer(), &[(1, 2), (2, 1), (1, 1)]).await;
    assert_eq!((&made["itemsTotal"]["amount"], made["lines"].as_array().unwrap().len()), (&json!("50.00"), 2));
    assert_eq!((&made["lines"][0]["quantity"], &made["lines"][0]["total"]["amount"]), (&json!(3), &json!("37.50")));
    price(&world, 1, 1300).await;
    let line = cart(&world, &buyer()).await["lines"][0].clone();
    assert_eq!(
        (&line["isStale"], &line["unitPrice"]["amount"], &line["seenPrice"]["amount"]),
        (&json!(true), &json!("13.00"), &json!("12.50"))
    );
    let agreed = world.change(&buyer(), UPDATE, json!({ "id": line["id"], "quantity": 1 })).await;
    assert_eq!(agreed["cart"]["lines"][0], json!({ "quantity": 1, "isStale": false }));
    // What is archived is not for sale any more, and has no price.
    world.hear("catalog", product(2, "ARCHIVED", 1250, 2)).await;
    world.drained().await;
    let gone = cart(&world, &buyer()).await["lines"][1].clone();
    assert_eq!((&gone["isForSale"], &gone["isStale"], &gone["unitPrice"]), (&json!(false), &json!(true), &Value::Null));
    let removed = world.change(&buyer(), REMOVE, json!({ "ids": [gone["id"]] })).await;
    assert_eq!(removed["cart"]["lines"].as_array().unwrap().len(), 1);
    let cleared = world.change(&buyer(), CLEAR, json!({})).await;
    assert_eq!(cleared["cart"]["lines"], json!([]));
}

#[tokio::test]
async fn prices_and_products_may_be_told_in_any_order_and_again() {
    let world = World::new().await;
    world.add(&buyer(), &[(1, 1)]).await;
    price(&world, 1, 1300).await;
    // An older event of the product, and the same one again, with the price of then.
    for version in [1, 2] {
        world.hear("catalog", product(1, "PUBLISHED", 1250, version)).await;
    }
    world.drained().await;
    assert_eq!(cart(&world, &buyer()).await["lines"][0]["unitPrice"]["amount"], "13.00");
    // A newer one knows the price of then.
    world.advance(TimeDelta::seconds(1));
    let newer = hansa_event_sourcing::RecordedEvent {
        recorded_at: world.services.clock.now(),
        ..product(1, "PUBLISHED", 1400, 3)
    };
    world.hear("catalog", newer).await;
    world.drained().await;
    assert_eq!(cart(&world, &buyer()).await["lines"][0]["unitPrice"]["amount"], "14.00");
    // A price comes before its product.
    price(&world, 9, 777).await;
    world.hear("catalog", product(9, "PUBLISHED", 1250, 1)).await;
    world.drained().await;
    assert_eq!(world.add(&user(8), &[(9, 1)]).await["lines"][0]["unitPrice"]["amount"], "7.77");
}

#[tokio::test]
async fn everybody_sees_their_own_cart_and_nobody_elses() {
    let world = World::new().await;
    let own = world.add(&buyer(), &[(1, 1)]).await;
    for caller in [Caller::visitor(), user(8), super::world::seller(1)] {
        assert_eq!(cart(&world, &caller).await, Value::Null);
        let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Cart { id } } }";
        let answer = world.ask(&caller, query, json!({ "r": [{ "__typename": "Cart", "id": own["id"] }] })).await;
        assert_eq!(answer["data"]["_entities"], json!([null]));
    }
    let line = own["lines"][0]["id"].clone();
    let payload = world.change(&user(8), UPDATE, json!({ "id": line, "quantity": 1 })).await;
    assert_eq!(codes(&payload), ["NOT_FOUND"]);
}

#[tokio::test]
async fn a_cart_that_nobody_touches_is_deleted() {
    let world = World::new().await;
    world.add(&buyer(), &[(1, 1)]).await;
    world.advance(TimeDelta::days(20));
    world.add(&buyer(), &[(1, 1)]).await;
    // The first look finds that it was touched since.
    world.advance(TimeDelta::days(11));
    world.drained().await;
    assert_ne!(cart(&world, &buyer()).await, Value::Null);
    world.advance(TimeDelta::days(20));
    assert_eq!(cart(&world, &buyer()).await, Value::Null);
    let input = json!({ "shippingMethod": "standard", "deliveryAddressId": ADDRESS });
    assert_eq!(codes(&world.change(&buyer(), CHECKOUT, input).await), ["CART_EMPTY"]);
    world.drained().await;
    let left: Option<hansa_relational::Row> =
        hansa_relational::query("SELECT id FROM carts").fetch_optional(&world.orders.db).await.unwrap();
    assert!(left.is_none());
}

#[tokio::test]
async fn a_repetition_of_a_change_is_no_second_change() {
    let world = World::new().await;
    let input = json!({ "lines": [{ "variantId": variant(1), "quantity": 2 }], "idempotencyKey": key(1) });
    let first = world.change(&buyer(), ADD, input.clone()).await;
    let again = world.change(&buyer(), ADD, input).await;
    assert_eq!((&first["replayed"], &again["replayed"]), (&json!(false), &json!(true)));
    assert_eq!(again["cart"]["lines"][0]["quantity"], 2);
    let input = json!({ "shippingMethod": "standard", "deliveryAddressId": ADDRESS, "idempotencyKey": key(1) });
    let first = world.change(&buyer(), CHECKOUT, input.clone()).await;
    let again = world.change(&buyer(), CHECKOUT, input).await;
    assert_eq!((&first["checkout"], &again["replayed"]), (&again["checkout"], &json!(true)));
}

#[tokio::test]
async fn a_checkout_freezes_prices_and_adds_the_shipping() {
    let world = World::new().await;
    world.add(&buyer(), &[(1, 2), (2, 1)]).await;
    let checkout = world.checkout(&buyer()).await;
    let amount = |field: &str| checkout[field]["amount"].clone();
    assert_eq!([amount("itemsTotal"), amount("shippingTotal"), amount("total")], ["37.50", "6.70", "44.20"]);
    assert_eq!((&checkout["shippingMethod"], &checkout["deliveryAddressId"]), (&json!("standard"), &json!(ADDRESS)));
    assert_eq!(checkout["expiresAt"], "2026-01-02T03:34:05.678Z");
    // Prices that change later are no matter of the checkout's.
    price(&world, 1, 1).await;
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Checkout { total { amount } } } }";
    let wanted = json!({ "r": [{ "__typename": "Checkout", "id": checkout["id"] }] });
    let answer = world.ask(&buyer(), query, wanted.clone()).await;
    assert_eq!(answer["data"]["_entities"][0]["total"]["amount"], "44.20");
    assert_eq!(world.ask(&user(8), query, wanted).await["data"]["_entities"], json!([null]));
    // A way of shipping may end, and may be told of twice.
    let mut ended = method("standard", "EUR", 2);
    ended.content["isActive"] = json!(false);
    world.hear("shipping", ended).await;
    world.hear("shipping", method("standard", "EUR", 1)).await;
    world.drained().await;
    let input = json!({ "shippingMethod": "standard", "deliveryAddressId": ADDRESS });
    assert_eq!(codes(&world.change(&buyer(), CHECKOUT, input).await), ["SHIPPING_METHOD_UNKNOWN"]);
}

#[tokio::test]
async fn whoever_is_erased_has_no_cart_and_no_checkout() {
    let world = World::new().await;
    let order = world.confirmed(&buyer(), &[(1, 1)]).await;
    world.add(&buyer(), &[(2, 3)]).await;
    let checkout = world.checkout(&buyer()).await;
    let others = user(8);
    world.add(&others, &[(3, 1)]).await;
    for _ in 0..2 {
        let content = json!({ "type": "erased", "userId": buyer().user });
        world.hear("identity", world.foreign(("user", "erased"), "user_gone", content)).await;
    }
    world.drained().await;
    let cart = "{ cart { lines { quantity } } }";
    for (caller, quantities) in [(buyer(), json!([])), (others, json!([{ "quantity": 1 }]))] {
        let seen = world.ask(&caller, cart, json!({})).await;
        let lines = seen["data"]["cart"].get("lines").cloned().unwrap_or(json!([]));
        assert_eq!(lines, quantities, "{seen}");
    }
    let input = json!({
        "checkoutId": checkout["id"], "quoteHash": checkout["quoteHash"], "paymentMethod": "tok_good",
        "idempotencyKey": key(99),
    });
    assert_eq!(codes(&world.change(&buyer(), super::world::PLACE, input).await), ["NOT_FOUND"]);
    // A token outlives its user by some minutes, and fills no cart.
    let input = json!({ "lines": [{ "variantId": variant(1), "quantity": 1 }] });
    assert_eq!(codes(&world.change(&buyer(), ADD, input).await), ["UNAUTHENTICATED"]);
    // The books stay, and say whose it was by an id.
    let kept = crate::tables::orders::by_id(&world.orders.db, order).await.unwrap().unwrap();
    assert_eq!(Some(kept.buyer), buyer().user);
}

#[tokio::test]
async fn nothing_of_a_suspended_tenant_is_for_sale_until_it_is_reinstated() {
    let world = World::new().await;
    let placed = world.place(&buyer(), &[(1, 1)]).await;
    let to_place = world.to_place(&buyer(), &[(1, 1), (2, 1)], &key(1)).await;
    let tell = async |event_type: &str, version: i64| {
        let tenant = hansa_subgraph_host::testing::tenant_id(1);
        let content = json!({ "type": event_type, "tenantId": tenant });
        let event = world.foreign(("tenant", event_type), &tenant.to_string(), content);
        world.hear("identity", RecordedEvent { stream_version: version, ..event }).await;
        world.drained().await;
    };
    tell("suspended", 2).await;
    // Told late: it was before.
    tell("reinstated", 1).await;
    let refused = world.change(&buyer(), super::world::PLACE, to_place.clone()).await;
    assert_eq!(codes(&refused), ["NOT_FOR_SALE"], "{refused}");
    let checkout = json!({ "shippingMethod": "standard", "deliveryAddressId": ADDRESS });
    assert_eq!(codes(&world.change(&buyer(), CHECKOUT, checkout.clone()).await), ["NOT_FOR_SALE"]);
    let lines = |number: u128| json!({ "lines": [{ "variantId": variant(number), "quantity": 1 }] });
    assert_eq!(codes(&world.change(&user(8), ADD, lines(1)).await), ["NOT_FOR_SALE"]);
    assert_eq!(codes(&world.change(&user(8), ADD, lines(2)).await), [""; 0], "another tenant's");
    let seen = cart(&world, &buyer()).await;
    let shown: Vec<&Value> = seen["lines"].as_array().unwrap().iter().map(|line| &line["isForSale"]).collect();
    assert_eq!(shown, [&json!(false), &json!(true)]);
    // What was placed before goes on.
    for step in super::answers::UNTIL_CONFIRMED {
        world.answer(placed, step, None).await;
    }
    assert_eq!(world.status(placed).await, "CONFIRMED");
    // A product that is told of meanwhile is not for sale either.
    world.hear("catalog", product(1, "PUBLISHED", 1250, 2)).await;
    world.drained().await;
    assert_eq!(codes(&world.change(&user(8), ADD, lines(1)).await), ["NOT_FOR_SALE"]);
    tell("reinstated", 3).await;
    assert_eq!(codes(&world.change(&user(8), ADD, lines(1)).await), [""; 0]);
    let order = world.place_only(&buyer(), to_place).await;
    assert_eq!(world.status(order).await, "PENDING");
}

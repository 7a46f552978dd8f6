//! Every refusal of the README can be met.

use super::{
    returns::{ACCEPT, ASK, REFUSE, delivered, wish},
    world::{
        ADD, ADDRESS, CANCEL, CHECKOUT, CLEAR, PLACE, REMOVE, UPDATE, World, buyer, codes, key, product, seller,
        variant,
    },
};
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

/// What is refused with a code, of whom, and which field is to blame.
async fn refused(world: &World, (caller, mutation, input): (&Caller, &str, Value), (code, field): (&str, &str)) {
    let payload = world.change(caller, mutation, input.clone()).await;
    assert_eq!(codes(&payload), [code], "{input}");
    let path: Vec<&str> = payload["userErrors"][0]["field"]
        .as_array()
        .map(|path| path.iter().skip(1).map(|part| part.as_str().unwrap()).collect())
        .unwrap_or_default();
    assert_eq!(path.join("."), field, "{input}");
    let row = format!("| `{code}` |");
    assert!(include_str!("../../README.md").contains(&row), "README.md has no {code}");
}

fn add(variant: &str, quantity: i64) -> Value {
    json!({ "lines": [{ "variantId": variant, "quantity": quantity }] })
}

#[tokio::test]
async fn carts_refuse_what_makes_no_sense() {
    let world = World::new().await;
    world.hear("catalog", product(4, "DRAFT", 100, 1)).await;
    for number in 10..61 {
        world.hear("catalog", product(number, "PUBLISHED", 100, 1)).await;
    }
    world.drained().await;
    let (one, unknown) = (variant(1), variant(999));
    let many = |count: usize| json!({ "lines": vec![json!({ "variantId": one, "quantity": 1 }); count] });
    let full: Vec<Value> = (10..60).map(|number| json!({ "variantId": variant(number), "quantity": 1 })).collect();
    assert_eq!(codes(&world.change(&user(9), ADD, json!({ "lines": full })).await), [""; 0]);
    let line = "cartline_00000000000000000000000000";
    let (buyer, nine) = (buyer(), user(9));
    let visitor = Caller::visitor();
    let cases = [
        (&visitor, ADD, add(&one, 1), "UNAUTHENTICATED", ""),
        (&buyer, ADD, add(&one, 0), "QUANTITY_INVALID", "lines.0.quantity"),
        (&buyer, ADD, add(&one, -1), "QUANTITY_INVALID", "lines.0.quantity"),
        (&buyer, ADD, add(&one, 100), "QUANTITY_INVALID", "lines.0.quantity"),
        (&buyer, ADD, add("nonsense", 1), "VARIANT_UNKNOWN", "lines.0.variantId"),
        (&buyer, ADD, add(&unknown, 1), "VARIANT_UNKNOWN", "lines.0.variantId"),
        (&buyer, ADD, add(&variant(4), 1), "NOT_FOR_SALE", "lines.0.variantId"),
        (&buyer, ADD, many(0), "TOO_MANY_LINES", "lines"),
        (&buyer, ADD, many(51), "TOO_MANY_LINES", "lines"),
        (&nine, ADD, add(&variant(60), 1), "CART_FULL", "lines"),
        (&buyer, UPDATE, json!({ "id": line, "quantity": 1 }), "NOT_FOUND", "id"),
        (&buyer, UPDATE, json!({ "id": "x", "quantity": 1 }), "NOT_FOUND", "id"),
        (&buyer, REMOVE, json!({ "ids": [line] }), "NOT_FOUND", "ids.0"),
        (&buyer, REMOVE, json!({ "ids": [] }), "TOO_MANY_LINES", "ids"),
        (&visitor, CLEAR, json!({}), "UNAUTHENTICATED", ""),
        (&buyer, CLEAR, json!({ "idempotencyKey": "short" }), "IDEMPOTENCY_KEY_INVALID", "idempotencyKey"),
    ];
    for (caller, mutation, input, code, field) in cases {
        refused(&world, (caller, mutation, input), (code, field)).await;
    }
    // Nothing of a command that was refused in its second line is kept.
    let half = json!({ "lines": [{ "variantId": one, "quantity": 1 }, { "variantId": unknown, "quantity": 1 }] });
    refused(&world, (&buyer, ADD, half), ("VARIANT_UNKNOWN", "lines.1.variantId")).await;
    assert_eq!(world.ask(&buyer, "{ cart { id } }", json!({})).await["data"]["cart"], Value::Null);
}

#[tokio::test]
async fn checkouts_refuse_what_cannot_be_bought() {
    let world = World::new().await;
    let mut dollars = product(5, "PUBLISHED", 100, 1);
    dollars.content["variants"][0]["price"]["currency"] = json!("USD");
    let mut heavy = product(6, "PUBLISHED", 100, 1);
    heavy.content["variants"][0]["weightGrams"] = json!(100_000_000_000_000_i64);
    let mut gift = product(8, "PUBLISHED", 0, 1);
    gift.content["variants"][0]["weightGrams"] = json!(0);
    let mut free = super::world::method("free", "EUR", 1);
    free.content["basePrice"]["minor_units"] = json!(0);
    for event in [dollars, heavy, gift] {
        world.hear("catalog", event).await;
    }
    world.hear("shipping", free).await;
    world.drained().await;
    let create = |method: &str, address: &str| json!({ "shippingMethod": method, "deliveryAddressId": address });
    let visitor = Caller::visitor();
    refused(&world, (&visitor, CHECKOUT, create("standard", ADDRESS)), ("UNAUTHENTICATED", "")).await;
    refused(&world, (&buyer(), CHECKOUT, create("standard", ADDRESS)), ("CART_EMPTY", "")).await;
    for bad in ["", "Main Street 1", "user_00000000000000000000000001"] {
        refused(&world, (&buyer(), CHECKOUT, create("standard", bad)), ("ADDRESS_INVALID", "deliveryAddressId")).await;
    }
    let buyers: Vec<Caller> = (20..25).map(user).collect();
    for (caller, lines) in buyers.iter().zip([&[(1, 1), (5, 1)][..], &[(6, 99)], &[(8, 1)], &[(1, 1)], &[(2, 1)]]) {
        world.add(caller, lines).await;
    }
    refused(&world, (&buyers[0], CHECKOUT, create("standard", ADDRESS)), ("CURRENCY_MIXED", "")).await;
    refused(&world, (&buyers[1], CHECKOUT, create("standard", ADDRESS)), ("TOTAL_TOO_LARGE", "")).await;
    refused(&world, (&buyers[2], CHECKOUT, create("free", ADDRESS)), ("NOTHING_TO_PAY", "")).await;
    let unknown = ("SHIPPING_METHOD_UNKNOWN", "shippingMethod");
    refused(&world, (&buyers[3], CHECKOUT, create("dollars", ADDRESS)), unknown).await;
    refused(&world, (&buyers[3], CHECKOUT, create("owl", ADDRESS)), unknown).await;
    world.hear("catalog", product(2, "ARCHIVED", 1250, 2)).await;
    world.drained().await;
    refused(&world, (&buyers[4], CHECKOUT, create("standard", ADDRESS)), ("NOT_FOR_SALE", "")).await;
}

#[tokio::test]
async fn orders_and_returns_refuse_what_is_not_theirs_to_do() {
    let world = World::new().await;
    let (order, lines) = delivered(&world).await;
    let place = world.to_place(&buyer(), &[(3, 1)], &key(1)).await;
    let with = |field: &str, value: &str| {
        let mut input = place.clone();
        input[field] = json!(value);
        input
    };
    let visitor = Caller::visitor();
    refused(&world, (&visitor, PLACE, place.clone()), ("UNAUTHENTICATED", "")).await;
    refused(&world, (&buyer(), PLACE, with("checkoutId", "x")), ("NOT_FOUND", "checkoutId")).await;
    let nowhere = "checkout_00000000000000000000000000";
    refused(&world, (&buyer(), PLACE, with("checkoutId", nowhere)), ("NOT_FOUND", "checkoutId")).await;
    let card = with("paymentMethod", "4111111111111111");
    refused(&world, (&buyer(), PLACE, card), ("PAYMENT_METHOD_INVALID", "paymentMethod")).await;
    refused(&world, (&buyer(), PLACE, with("quoteHash", "x")), ("QUOTE_STALE", "quoteHash")).await;
    refused(&world, (&buyer(), PLACE, with("idempotencyKey", "x")), ("IDEMPOTENCY_KEY_INVALID", "idempotencyKey"))
        .await;
    let cancel = |id: &str, number: usize| json!({ "id": id, "idempotencyKey": key(number) });
    refused(&world, (&buyer(), CANCEL, cancel(&order.to_string(), 2)), ("NOT_CANCELLABLE", "id")).await;
    refused(&world, (&user(8), CANCEL, cancel(&order.to_string(), 3)), ("NOT_FOUND", "id")).await;
    refused(&world, (&seller(1), CANCEL, cancel(&order.to_string(), 4)), ("NOT_FOUND", "id")).await;
    refused(&world, (&buyer(), CANCEL, cancel("x", 5)), ("NOT_FOUND", "id")).await;
    let changed = |field: &str, value: Value| {
        let mut input = wish(order, &lines[0], (1, 6));
        input[field] = value;
        input
    };
    let both = json!([{ "lineId": lines[0], "quantity": 1 }, { "lineId": lines[1], "quantity": 1 }]);
    let cases = [
        (changed("lines", json!([])), "RETURN_EMPTY", "lines"),
        (changed("lines", both), "SELLERS_MIXED", "lines"),
        (changed("lines", json!([{ "lineId": "x", "quantity": 1 }])), "NOT_FOUND", "lines.0.lineId"),
        (changed("lines", json!(vec![json!({ "lineId": lines[0], "quantity": 1 }); 51])), "TOO_MANY_LINES", "lines"),
        (wish(order, &lines[0], (3, 6)), "NOT_RETURNABLE", "lines"),
        (wish(order, &lines[0], (0, 6)), "NOT_RETURNABLE", "lines"),
        (changed("reason", json!(" ")), "REASON_INVALID", "reason"),
        (changed("reason", json!("x".repeat(501))), "REASON_INVALID", "reason"),
        (changed("orderId", json!("x")), "NOT_FOUND", "orderId"),
    ];
    for (input, code, field) in cases {
        refused(&world, (&buyer(), ASK, input), (code, field)).await;
    }
    refused(&world, (&user(8), ASK, wish(order, &lines[0], (1, 7))), ("NOT_FOUND", "orderId")).await;
    refused(&world, (&seller(1), ACCEPT, cancel("x", 8)), ("NOT_FOUND", "id")).await;
    let silent = json!({ "id": "return_0", "reason": "", "idempotencyKey": key(9) });
    refused(&world, (&seller(1), REFUSE, silent), ("REASON_INVALID", "reason")).await;
}

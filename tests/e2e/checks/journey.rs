//! A buyer's way from the shelf to an order.

use crate::{client::Client, system::System};
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

/// There is enough of it for every test.
const VARIANT: &str = "variant_01k9qgft3efbtvg8xqwaymj001";
/// Refusals that end as soon as the events of the demo have arrived.
pub(super) const LEARNING: [&str; 2] = ["VARIANT_UNKNOWN", "SHIPPING_METHOD_UNKNOWN"];
/// A build for tests on a machine that others use.
pub(super) const LEARNT_WITHIN: Duration = Duration::from_secs(120);

/// Places an order of ada's, which is confirmed. `key` is of this order alone.
#[track_caller]
pub(super) fn place(system: &System, key: &str) -> String {
    let ada = Client::login(system, "ada");
    let checkout = check_out(system, &ada, key);
    let input = json!({
        "checkoutId": checkout["id"], "quoteHash": checkout["quoteHash"], "paymentMethod": "sandbox_ok",
        "idempotencyKey": format!("journey-order-{key}"),
    });
    let order = ada.done("orderPlace", "order { id status }", &input)["order"].take();
    let id = order["id"].as_str().unwrap().to_owned();
    let deadline = Instant::now() + LEARNT_WITHIN;
    loop {
        let order = ada.data("query O($id: ID!) { order(id: $id) { status } }", &json!({ "id": id }));
        match order["order"]["status"].as_str() {
            Some("CONFIRMED") => return id,
            Some("PENDING") if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
            _ => panic!("{order:#}"),
        }
    }
}

/// A checkout of one thing, to Berlin.
#[track_caller]
fn check_out(system: &System, ada: &Client, key: &str) -> Value {
    let input = json!({ "lines": [{ "variantId": VARIANT, "quantity": 1 }] });
    at_last(system, ada, ("cartLinesAdd", ""), &input);
    let address = json!({
        "recipient": "Ada Example", "line1": "Long Street 1", "postalCode": "10115", "city": "Berlin", "country": "DE",
    });
    let input = json!({ "address": address, "idempotencyKey": format!("journey-address-{key}") });
    let address = ada.done("deliveryAddressCreate", "address { id }", &input)["address"]["id"].take();
    let input = json!({ "shippingMethod": "standard", "deliveryAddressId": address });
    at_last(system, ada, ("checkoutCreate", "checkout { id quoteHash shippingTotal { amount } }"), &input)["checkout"]
        .take()
}

/// From an order to its money, back, to its parcels, and back.
pub(super) fn leads_there_and_back(system: &System) {
    let order = place(system, "there-and-back");
    let query = "query There($id: ID!) { order(id: $id) { id payments { status order { id status shipments {
        id order { id lines { quantity } } } } } } }";
    let ada = Client::login(system, "ada");
    let there = ada.data(query, &json!({ "id": order }))["order"].take();
    let back = &there["payments"][0]["order"];
    assert_eq!(back["id"], *order, "{there:#}");
    // What was confirmed may have been delivered by now.
    assert!(["CONFIRMED", "FULFILLED"].map(|status| json!(status)).contains(&back["status"]), "{there:#}");
    let again = json!({ "id": order, "lines": [{ "quantity": 1 }] });
    assert_eq!(back["shipments"][0]["order"], again, "{there:#}");
}

/// Shipping prices a checkout of orders', for its buyer alone.
pub(super) fn is_quoted_by_shipping(system: &System) {
    let ada = Client::login(system, "ada");
    let checkout = check_out(system, &ada, "quoted-by-shipping");
    ada.done("cartClear", "", &json!({}));
    let query = "query Quotes($id: ID!) { node(id: $id) { ... on Checkout { id shippingQuotes {
        method { code } price { amount } } } } }";
    let deadline = Instant::now() + LEARNT_WITHIN;
    let quoted = loop {
        let answer = ada.answer(query, &json!({ "id": checkout["id"] }));
        // Shipping may not know yet what the goods weigh.
        let is_learning = system.is_learning && answer.get("errors").is_some() && Instant::now() < deadline;
        if !is_learning {
            assert_eq!(answer.get("errors"), None, "{answer:#}");
            break answer["data"]["node"].clone();
        }
        thread::sleep(Duration::from_millis(200));
    };
    let quotes = quoted["shippingQuotes"].as_array().unwrap_or_else(|| panic!("{quoted:#}"));
    assert!(quotes.iter().any(|quote| quote["method"]["code"] == "standard"), "{quoted:#}");
    let others = Client::login(system, "mod").data(query, &json!({ "id": checkout["id"] }));
    assert_eq!(others["node"], Value::Null, "{others:#}");
}

pub(super) fn cancel(system: &System, order: &str) {
    let input = json!({ "id": order, "idempotencyKey": format!("journey-cancel-{order}") });
    Client::login(system, "ada").done("orderCancel", "", &input);
}

/// Contexts learn of each other's things by events: a moment after the start of its process the cart may not know the catalog
/// yet. What `hansa up` runs knows it.
#[track_caller]
fn at_last(system: &System, client: &Client, (mutation, selection): (&str, &str), input: &Value) -> Value {
    let deadline = Instant::now() + LEARNT_WITHIN;
    loop {
        let payload = client.payload(mutation, selection, input);
        let is_learning = payload["userErrors"][0]["code"].as_str().is_some_and(|code| LEARNING.contains(&code));
        if !is_learning || !system.is_learning || Instant::now() > deadline {
            assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload:#}");
            return payload;
        }
        thread::sleep(Duration::from_millis(200));
    }
}

//! From an event to the client, by way of the context's own subscription and the router. What the router does with
//! subscriptions of any subgraph is in its own tests.

use super::{
    journey,
    tokens::{claims, own_keys},
};
use crate::{
    client::Client,
    subscriber::{EventStream, Events, Socket},
    system::System,
};
use chrono::TimeDelta;
use hansa_event_sourcing::Clock;
use serde_json::{Value, json};
use std::time::Duration;

const STATUS: &str = "subscription Status($id: ID!, $after: String) {
  orderStatusChanged(id: $id, after: $after) { position status order { id shipments { status } } }
}";
const SHELF: &str = "subscription Shelf($ids: [ID!]!, $after: String) {
  availabilityChanged(variantIds: $ids, after: $after) { position level variant { id sku } }
}";
/// One of berta's, and her warehouse.
const VARIANT: &str = "variant_01k937fbywe3cbxs9t34k1p000";
const WAREHOUSE: &str = "warehouse_01k43ezgc0egqvsdc92yjf8000";
/// So long the router takes a token after its end.
const LEEWAY: TimeDelta = TimeDelta::seconds(10);
/// Sockets that one actor may have.
const SOCKETS_MAX: usize = 5;

/// Over both transports, live and read again, and after a connection that was cut.
pub(crate) fn an_order_tells_of_itself(system: &System) {
    let ada = Client::login(system, "ada");
    let start = first_position(system);
    system.positions.lock().unwrap().insert("orderStatusChanged", start.clone());
    let order = journey::place(system, "followed-0001");
    let variables = json!({ "id": order, "after": start });
    let mut stream = EventStream::open(&ada, STATUS, &variables);
    let mut socket = Socket::open(&ada);
    socket.subscribe(STATUS, &variables);
    let mut cut = Socket::open(&ada);
    cut.subscribe(STATUS, &variables);
    let begun: [Vec<Value>; 2] = [take(&mut stream, "CONFIRMED"), take(&mut socket, "CONFIRMED")];
    assert_eq!(statuses(&begun[0]), ["PENDING", "CONFIRMED"]);
    assert_eq!(statuses(&begun[1]), ["PENDING", "CONFIRMED"]);
    let seen = cut.event("orderStatusChanged");
    assert_eq!(seen["status"], "PENDING");
    drop(cut);

    journey::cancel(system, &order);
    let ended = [take(&mut stream, "CANCELLED"), take(&mut socket, "CANCELLED")];
    assert_eq!(statuses(&ended[0]), ["CANCELLING", "CANCELLED"]);
    assert_eq!(statuses(&ended[1]), statuses(&ended[0]));
    assert!(ended[0].iter().all(|event| event["order"]["id"] == order.as_str()), "{ended:#?}");

    // None lost, and none twice.
    let mut resumed = Socket::open(&ada);
    resumed.subscribe(STATUS, &json!({ "id": order, "after": seen["position"] }));
    let rest = take(&mut resumed, "CANCELLED");
    assert_eq!(statuses(&rest), ["CONFIRMED", "CANCELLING", "CANCELLED"]);
    let last = &rest.last().unwrap()["position"];
    let mut nothing = EventStream::open(&ada, STATUS, &json!({ "id": order, "after": last }));
    assert_eq!(nothing.next_within(Duration::from_millis(300)), None, "nothing is behind the last");
}

pub(crate) fn a_shelf_tells_of_itself(system: &System) {
    let visitor = Client::visitor(&system.origin);
    let mut socket = Socket::open(&visitor);
    socket.subscribe(SHELF, &json!({ "ids": [VARIANT] }));
    // Whoever counts before the subscription is open is not heard, so it may take more than one.
    let first = (0..10).find_map(|round| {
        count(system, if round % 2 == 0 { 0 } else { 30 });
        socket.next_within(Duration::from_secs(5))
    });
    let first = first.expect("a change is told")["data"]["availabilityChanged"].take();
    assert_eq!(first["variant"], json!({ "id": VARIANT, "sku": "HAMM-024-1" }));
    system.positions.lock().unwrap().insert("availabilityChanged", first["position"].as_str().unwrap().to_owned());
    let is_empty = first["level"] == "OUT_OF_STOCK";
    let (first_count, first_level) = if is_empty { (30, "IN_STOCK") } else { (0, "OUT_OF_STOCK") };
    let mut stream = EventStream::open(&visitor, SHELF, &json!({ "ids": [VARIANT], "after": first["position"] }));
    let mut seen = first;
    for (counted, level) in [(first_count, first_level), (4, "LOW_STOCK"), (50, "IN_STOCK")] {
        count(system, counted);
        let told = socket.event("availabilityChanged");
        assert_eq!(told["level"], level);
        assert_eq!(stream.event("availabilityChanged")["level"], level);
        assert_ne!(told["position"], seen["position"]);
        seen = told;
    }
}

pub(crate) fn callers_are_checked(system: &System) {
    let order = journey::place(system, "guarded-0001");
    for (who, client) in [("a visitor", Client::visitor(&system.origin)), ("mod", Client::login(system, "mod"))] {
        let mut stream = EventStream::open(&client, STATUS, &json!({ "id": order }));
        let refused = stream.next_within(Duration::from_secs(60)).unwrap();
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{who}: {refused:#}");
        assert_eq!(stream.next_within(Duration::from_secs(60)), None, "{who}: it ends");
    }
    let query = "subscription { paymentStatusChanged(id: \"payment_0\") { position } }";
    let mut stream = EventStream::open(&Client::visitor(&system.origin), query, &json!({}));
    let refused = stream.next_within(Duration::from_secs(60)).unwrap().to_string();
    assert!(refused.contains("UNAUTHENTICATED"), "{refused}");
    let bad = Client::with_token(&system.origin, "nobody's");
    let mut socket = Socket::connect(&system.origin);
    socket.init(&bad);
    assert_eq!(socket.closed(), 4401);
    let ada = Client::login(system, "ada");
    for after in ["", "yesterday", "orders.1.2.3"] {
        let mut stream = EventStream::open(&ada, STATUS, &json!({ "id": order, "after": after }));
        let refused = stream.next_within(Duration::from_secs(60)).unwrap();
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "`{after}`: {refused:#}");
    }
}

/// With a token that identity itself could have signed, and that is good for a few seconds.
pub(crate) fn end_with_their_token(system: &System) {
    let order = journey::place(system, "expiring-0001");
    let ada = Client::login(system, "ada").data("{ viewer { id } }", &json!({}));
    let now = Clock::system().now();
    let expires = (now + TimeDelta::seconds(5) - LEEWAY).timestamp();
    let claims = claims(ada["viewer"]["id"].as_str().unwrap(), now, json!({ "exp": expires }));
    let token = own_keys(system, now).sign(&claims, "at+jwt", now).unwrap();
    let brief = Client::with_token(&system.origin, &token);
    let mut socket = Socket::open(&brief);
    let start = system.positions.lock().unwrap()["orderStatusChanged"].clone();
    socket.subscribe(STATUS, &json!({ "id": order, "after": start }));
    assert_eq!(socket.event("orderStatusChanged")["status"], "PENDING");
    assert_eq!(socket.closed(), 4401);
}

pub(crate) fn an_actor_has_so_many_sockets(system: &System) {
    let mod_ = Client::login(system, "mod");
    let sockets: Vec<Socket> = (0..SOCKETS_MAX).map(|_| Socket::open(&mod_)).collect();
    let mut surplus = Socket::connect(&system.origin);
    surplus.init(&mod_);
    assert_eq!(surplus.closed(), 4429);
    drop(sockets);
}

/// A place in the feed of orders that is before whatever comes next. Only events tell places, so an order is cancelled for it.
fn first_position(system: &System) -> String {
    let ada = Client::login(system, "ada");
    // Whoever cancels before the subscription is open is not heard, so it may take more than one.
    let position = (0..10).find_map(|round| {
        let order = journey::place(system, &format!("first-{round:04}"));
        let mut stream = EventStream::open(&ada, STATUS, &json!({ "id": order }));
        journey::cancel(system, &order);
        let told = stream.next_within(Duration::from_secs(5))?;
        told["data"]["orderStatusChanged"]["position"].as_str().map(str::to_owned)
    });
    position.expect("a change is told")
}

/// Up to the event with this status.
#[track_caller]
fn take(events: &mut dyn Events, last: &str) -> Vec<Value> {
    let mut taken = Vec::new();
    loop {
        let event = events.event("orderStatusChanged");
        let is_last = event["status"] == last;
        taken.push(event);
        if is_last {
            return taken;
        }
        assert!(taken.len() < 20, "{taken:#?}");
    }
}

fn statuses(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["status"].as_str().unwrap()).collect()
}

fn count(system: &System, counted: i64) {
    let key = system.next_key("shelf-count");
    let input = json!({ "variantId": VARIANT, "warehouseId": WAREHOUSE, "counted": counted, "idempotencyKey": key });
    Client::login(system, "berta").done("stockCount", "", &input);
}

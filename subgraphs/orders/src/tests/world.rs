//! A context with a database and a bus of its own, goods to buy, and participants that the test speaks for.

use crate::{
    Orders,
    domain::ids::{OrderId, ProductId, VariantId, VendorId},
    order_store::placement_of,
};
use chrono::TimeDelta;
use hansa_event_sourcing::{RecordedEvent, StoredEvent as _};
use hansa_messaging::{
    Bus,
    testing::{TestWorkers, publish_foreign},
};
use hansa_relational::{FromRow, Row, StoreError, query};
use hansa_subgraph_host::{
    Caller, Services, Subgraph,
    testing::{execute, member, scopes_of, services, tenant_id, user},
};
use hansa_testkit::PostgresServer;
use hansa_values::{EntityKind, Id};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub(super) const ADD: &str = "mutation($input: CartLinesAddInput!) { cartLinesAdd(input: $input) {
  cart { id version itemsTotal { amount } lines { id quantity isStale isForSale title variant { id }
    unitPrice { amount } seenPrice { amount } total { amount } } }
  replayed userErrors { code field } } }";
pub(super) const UPDATE: &str = "mutation($input: CartLineUpdateInput!) { cartLineUpdate(input: $input) {
  cart { lines { quantity isStale } } replayed userErrors { code field } } }";
pub(super) const REMOVE: &str = "mutation($input: CartLinesRemoveInput!) { cartLinesRemove(input: $input) {
  cart { lines { id } } userErrors { code field } } }";
pub(super) const CLEAR: &str = "mutation($input: CartClearInput!) { cartClear(input: $input) {
  cart { lines { id } } userErrors { code field } } }";
pub(super) const CHECKOUT: &str = "mutation($input: CheckoutCreateInput!) { checkoutCreate(input: $input) {
  checkout { id quoteHash total { amount currencyCode } itemsTotal { amount } shippingTotal { amount } expiresAt
    shippingMethod deliveryAddressId lines { title quantity unitPrice { amount } } order { id } }
  replayed userErrors { code field } } }";
pub(super) const PLACE: &str = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) {
  order { id status statusReason total { amount } lines { id quantity } } replayed userErrors { code field } } }";
pub(super) const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
  order { id status } replayed userErrors { code field } } }";
pub(super) const ORDER: &str = "query($id: ID!) { order(id: $id) { id status statusReason
  lines { id quantity } total { amount } } }";
pub(super) const ADDRESS: &str = "address_00000000000000000000000001";

pub(super) struct World {
    folder: TempDir,
    postgres: Option<PostgresServer>,
    pub(super) services: Services,
    pub(super) orders: Orders,
    pub(super) subgraph: Subgraph,
    workers: Option<TestWorkers>,
}

struct Stored(RecordedEvent);

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        serde_json::from_value(row.json("event")?).map(Stored).map_err(StoreError::Payload)
    }
}

pub(super) fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

pub(super) fn variant(number: u128) -> String {
    let id: VariantId = id(number);
    id.to_string()
}

/// Editor of the tenant that sells the variant with this number.
pub(super) fn seller(number: u128) -> Caller {
    member(500 + number, tenant_id(number), &["EDITOR"], &scopes_of("MERCHANT", "EDITOR"))
}

pub(super) fn codes(payload: &Value) -> Vec<&str> {
    payload["userErrors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect()
}

pub(super) fn key(number: usize) -> String {
    format!("a-key-for-tests-{number:04}")
}

impl World {
    /// With things 1 to 3 for sale at 12.50 €, 300 g each, sold by tenants 1 to 3, and two ways of shipping.
    pub(super) async fn new() -> World {
        let folder = TempDir::new().unwrap();
        let postgres = hansa_testkit::second_pass();
        let mut services = services(folder.path());
        services.servers.postgres = postgres.as_ref().map(|server| server.url().to_owned());
        let orders = Orders::open(&services).await.unwrap();
        let workers = Some(TestWorkers::run(orders.workers()));
        let world = World { subgraph: orders.subgraph(), folder, postgres, services, orders, workers };
        for number in 1..=3 {
            world.hear("catalog", product(number, "PUBLISHED", 1250, 1)).await;
        }
        world.hear("shipping", method("standard", "EUR", 1)).await;
        world.hear("shipping", method("dollars", "USD", 1)).await;
        world.drained().await;
        world
    }

    /// Another process comes in place of this one, which was killed.
    pub(super) async fn restarted(mut self) -> World {
        drop(self.workers.take());
        self.orders = Orders::open(&self.services).await.unwrap();
        self.subgraph = self.orders.subgraph();
        self.workers = Some(TestWorkers::run(self.orders.workers()));
        assert!(self.folder.path().exists() && self.postgres.is_some() == self.services.servers.postgres.is_some());
        self
    }

    /// Another process comes in place of this one, and cannot reach the bus, or another one can.
    pub(super) async fn restarted_with(mut self, bus: &Bus) -> World {
        self.services.bus = bus.clone();
        self.restarted().await
    }

    pub(super) fn is_on_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// Nothing is published, heard or timed any more.
    pub(super) async fn stop_workers(&mut self) {
        if let Some(workers) = self.workers.take() {
            workers.stop().await;
        }
    }

    pub(super) async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        execute(&self.subgraph, caller, query, variables).await
    }

    /// The payload of the one mutation.
    pub(super) async fn change(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        let answer = self.ask(caller, mutation, json!({ "input": input })).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"].as_object().unwrap().values().next().unwrap().clone()
    }

    pub(super) async fn hear(&self, context: &str, event: RecordedEvent) {
        publish_foreign(&self.services.bus, context, event).await;
    }

    pub(super) async fn drained(&self) {
        self.workers.as_ref().unwrap().drained().await;
    }

    pub(super) fn advance(&self, by: TimeDelta) {
        self.services.clock.advance(by);
    }

    pub(super) async fn add(&self, buyer: &Caller, lines: &[(u128, i64)]) -> Value {
        let lines: Vec<Value> = lines
            .iter()
            .map(|(number, quantity)| json!({ "variantId": variant(*number), "quantity": quantity }))
            .collect();
        let payload = self.change(buyer, ADD, json!({ "lines": lines })).await;
        assert_eq!(codes(&payload), [""; 0], "{payload}");
        payload["cart"].clone()
    }

    pub(super) async fn checkout(&self, buyer: &Caller) -> Value {
        let input = json!({ "shippingMethod": "standard", "deliveryAddressId": ADDRESS });
        let payload = self.change(buyer, CHECKOUT, input).await;
        assert_eq!(codes(&payload), [""; 0], "{payload}");
        payload["checkout"].clone()
    }

    /// What `orderPlace` is given for a fresh checkout of these lines.
    pub(super) async fn to_place(&self, buyer: &Caller, lines: &[(u128, i64)], key: &str) -> Value {
        self.add(buyer, lines).await;
        let checkout = self.checkout(buyer).await;
        json!({
            "checkoutId": checkout["id"], "quoteHash": checkout["quoteHash"], "paymentMethod": "tok_good",
            "idempotencyKey": key,
        })
    }

    /// Places an order without waiting for its end; gives its id.
    pub(super) async fn place(&self, buyer: &Caller, lines: &[(u128, i64)]) -> OrderId {
        let input = self.to_place(buyer, lines, &self.services.ids.uuid().to_string()).await;
        self.place_only(buyer, input).await
    }

    /// As `orderPlace` with this input, without waiting for the end.
    pub(super) async fn place_only(&self, buyer: &Caller, input: Value) -> OrderId {
        let place = crate::OrderPlace {
            checkout_id: input["checkoutId"].as_str().unwrap().to_owned(),
            quote_hash: input["quoteHash"].as_str().unwrap().to_owned(),
            payment_method: "tok_good".to_owned(),
        };
        let request = hansa_subgraph_host::testing::context(&self.services, buyer);
        let command = request.command("orderPlace", input["idempotencyKey"].as_str(), &place).unwrap();
        self.orders.order_place(buyer, &command, place).await.unwrap().value.id
    }

    pub(super) async fn status(&self, order: OrderId) -> String {
        let row = crate::tables::orders::by_id(&self.orders.db, order).await.unwrap().unwrap();
        row.reason.map_or(row.status.to_string(), |reason| format!("{} {reason}", row.status))
    }

    /// The events of a stream, as they are kept.
    pub(super) async fn events(&self, stream: &str) -> Vec<RecordedEvent> {
        let events: Vec<Stored> = query("SELECT event FROM events WHERE stream_id = $1 ORDER BY stream_version")
            .bind(stream)
            .fetch_all(&self.orders.db)
            .await
            .unwrap();
        events.into_iter().map(|Stored(event)| event).collect()
    }

    /// Types of the events of an order's placing.
    pub(super) async fn placing(&self, order: OrderId) -> Vec<String> {
        self.events(&placement_of(order)).await.into_iter().map(|event| event.event_type).collect()
    }

    /// The last request of this type in the placing of an order.
    pub(super) async fn request(&self, order: OrderId, event_type: &str) -> Option<Value> {
        let events = self.events(&placement_of(order)).await;
        events.into_iter().rev().find(|event| event.event_type == event_type).map(|event| event.content)
    }

    /// Answers the last request of a type; every participant's answer has the same fields.
    pub(super) async fn answer(&self, order: OrderId, (request, answer): (&str, &str), reason: Option<&str>) {
        let request = self.request(order, request).await.unwrap_or_else(|| panic!("no {request} was made"));
        let (context, aggregate, event_type) = named(answer);
        let content = json!({ "orderId": order, "commandId": request["commandId"], "reason": reason });
        self.hear(context, self.foreign((aggregate, event_type), &stream_of(aggregate, order), content)).await;
        self.drained().await;
    }

    pub(super) fn foreign(&self, (aggregate, event_type): (&str, &str), stream: &str, content: Value) -> RecordedEvent {
        RecordedEvent {
            recorded_at: self.services.clock.now(),
            ..foreign((aggregate, event_type), stream, (1, content))
        }
    }

    /// Everything but the answer of the next step was done.
    pub(super) async fn confirmed(&self, buyer: &Caller, lines: &[(u128, i64)]) -> OrderId {
        let order = self.place(buyer, lines).await;
        for step in super::answers::UNTIL_CONFIRMED {
            self.answer(order, step, None).await;
        }
        order
    }

    pub(super) async fn completed(&self, buyer: &Caller, lines: &[(u128, i64)]) -> OrderId {
        let order = self.confirmed(buyer, lines).await;
        for step in super::answers::AFTER_CONFIRMED {
            self.answer(order, step, None).await;
        }
        order
    }

    /// A shipment with everything that a tenant sold.
    pub(super) async fn ship(&self, order: OrderId, (tenant, event_type): (u128, &str)) {
        let row = crate::tables::orders::by_id(&self.orders.db, order).await.unwrap().unwrap();
        let lines = row.placed.lines.iter().filter(|line| line.tenant_id == tenant_id(tenant));
        let lines: Vec<Value> = lines
            .map(|line| json!({ "lineId": line.line_id, "variantId": line.variant_id, "quantity": line.quantity }))
            .collect();
        let shipment = format!("shipment_{tenant:026}");
        let content =
            json!({ "shipmentId": shipment, "orderId": order, "tenantId": tenant_id(tenant), "lines": lines });
        self.hear("shipping", self.foreign(("shipment", event_type), &shipment, content)).await;
        self.drained().await;
    }
}

/// `reservation.made` is inventory's.
fn named(answer: &str) -> (&'static str, &str, &str) {
    let (aggregate, event_type) = answer.split_once('.').unwrap();
    let context = match aggregate {
        "reservation" => "inventory",
        "payment" => "payments",
        _ => "shipping",
    };
    (context, aggregate, event_type)
}

fn stream_of(aggregate: &str, order: OrderId) -> String {
    order.to_string().replace("order_", &format!("{aggregate}_"))
}

pub(super) fn foreign(
    (aggregate, event_type): (&str, &str),
    stream: &str,
    (version, content): (i64, Value),
) -> RecordedEvent {
    RecordedEvent {
        event_id: Uuid::now_v7(),
        aggregate: aggregate.to_owned(),
        stream_id: stream.to_owned(),
        stream_version: version,
        tenant: None,
        event_type: event_type.to_owned(),
        event_version: 1,
        content,
        recorded_at: hansa_subgraph_host::testing::NOW.parse().unwrap(),
        actor: "-/-".to_owned(),
        operation: "test".to_owned(),
        traceparent: None,
        correlation_id: None,
        causation_id: None,
    }
}

/// Thing `number` of the tenant `number`, with one variant.
pub(super) fn product(number: u128, status: &str, minor_units: i64, version: i64) -> RecordedEvent {
    let (product, vendor): (ProductId, VendorId) = (id(number), id(number));
    let content = json!({
        "productId": product, "vendorId": vendor, "handle": format!("thing-{number}"), "title": format!("Thing {number}"),
        "description": "", "status": status, "categoryId": null, "attributes": [],
        "variants": [{
            "variantId": variant(number), "sku": format!("sku-{number}"), "title": "One",
            "price": { "minor_units": minor_units, "currency": "EUR" }, "attributes": [], "weightGrams": 300,
        }],
    });
    let event = foreign(("product", "updated"), &product.to_string(), (version, content));
    RecordedEvent { tenant: Some(tenant_id(number)), ..event }
}

pub(super) fn method(code: &str, currency: &str, version: i64) -> RecordedEvent {
    let money = |minor_units: i64| json!({ "minor_units": minor_units, "currency": currency });
    let content = json!({
        "code": code, "name": code, "currency": currency, "basePrice": money(490), "pricePerKg": money(200),
        "countries": ["DE"], "isActive": true,
    });
    foreign(("shipping_method", "created"), &format!("shippingmethod_{code}"), (version, content))
}

pub(super) fn read_placement(event: &RecordedEvent) -> crate::PlacementEvent {
    crate::PlacementEvent::read(&event.event_type, event.content.clone()).unwrap()
}

pub(super) fn buyer() -> Caller {
    user(7)
}

//! A context with its workers running, on a bus where this test is the orders and the catalog.

use crate::{CarrierSettings, OrderId, Secret, ShipmentStatus, Shipping, VariantId, tables::tracking::TrackingEvent};
use chrono::TimeDelta;
use hansa_event_sourcing::{
    RecordedEvent,
    testing::{consumed, made_up},
};
use hansa_messaging::{
    Consumer as _, ReceivedEvent,
    testing::{TestWorkers, publish_foreign, test_bus},
};
use hansa_subgraph_host::{
    Caller, Services, Subgraph,
    testing::{execute, member, scopes_of, services, tenant_id, user, user_id},
};
use hansa_testkit::PostgresServer;
use hansa_values::{EntityKind, Id};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

pub(super) const CARRIER_SECRET: &str = "a secret of a carrier";

pub(super) struct World {
    pub(super) shipping: Shipping,
    pub(super) services: Services,
    pub(super) subgraph: Subgraph,
    workers: TestWorkers,
    _postgres: Option<PostgresServer>,
    _folder: TempDir,
}

impl World {
    /// Nobody carries by itself.
    pub(super) async fn new() -> World {
        World::with(None).await
    }

    pub(super) async fn with(sandbox_step: Option<Duration>) -> World {
        let folder = TempDir::new().unwrap();
        let postgres = hansa_testkit::second_pass();
        let mut services = services(folder.path());
        services.bus = test_bus(folder.path());
        services.servers.postgres = postgres.as_ref().map(|server| server.url().to_owned());
        let callback_secret = Some(Secret(CARRIER_SECRET.to_owned()));
        let carrier = CarrierSettings { callback_secret, sandbox_step, is_sandbox_set: true };
        let shipping = Shipping::open_with(&services, carrier).await.unwrap();
        let workers = TestWorkers::run(shipping.workers());
        let subgraph = shipping.subgraph();
        World { shipping, services, subgraph, workers, _postgres: postgres, _folder: folder }
    }

    /// Some seconds later, when there is nothing to do.
    pub(super) async fn after(&self, seconds: i64) {
        self.services.clock.advance(TimeDelta::seconds(seconds));
        self.workers.drained().await;
    }

    /// Publishes what another context tells, and waits until it is handled.
    pub(super) async fn tell(&self, (context, aggregate): (&str, &str), event_type: &str, content: Value) {
        let stream = content["orderId"].as_str().unwrap_or("product_1").to_owned();
        self.hear(context, made_up((aggregate, stream), event_type, content)).await;
    }

    /// Publishes an event as it is, and waits until it is handled.
    pub(super) async fn hear(&self, context: &str, event: RecordedEvent) {
        publish_foreign(&self.services.bus, context, event).await;
        self.workers.drained().await;
    }

    /// Asks for a plan with an address and a way of shipping.
    pub(super) async fn plan(&self, order: u128, address: &str, method: &str) {
        self.tell(("orders", "order_placement"), "planning_requested", plan_request(order, address, method)).await;
    }

    pub(super) async fn cancel(&self, order: u128) {
        self.tell(("orders", "order_placement"), "planning_cancellation_requested", cancellation(order)).await;
    }

    /// As a buyer's wish: with a command of its own.
    pub(super) async fn withdraw(&self, order: u128) {
        let mut request = cancellation(order);
        request["commandId"] = json!(command(order, 3));
        self.tell(("orders", "order_placement"), "planning_withdrawal_requested", request).await;
    }

    pub(super) async fn confirm(&self, order: u128) {
        self.tell(("orders", "order"), "confirmed", json!({ "orderId": order_id(order) })).await;
    }

    /// An order with a plan; gives the ids of its shipments, those of tenant 1 first.
    pub(super) async fn planned(&self, order: u128) -> Vec<String> {
        let address = self.address().await;
        self.method("standard", true).await;
        self.plan(order, &address, "standard").await;
        self.shipments(order).await
    }

    pub(super) async fn shipments(&self, order: u128) -> Vec<String> {
        let made =
            self.events("made").await.into_iter().find(|event| event.content["orderId"] == json!(order_id(order)));
        let ids = made.unwrap().content["shipmentIds"].clone();
        serde_json::from_value(ids).unwrap()
    }

    /// Tenant 1 makes a label.
    pub(super) async fn label(&self, shipment: &str) {
        let label = "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { userErrors { code } } }";
        let made = self.change(&owner(1), label, json!({ "shipmentId": shipment })).await;
        assert_eq!(codes(&made), [""; 0]);
    }

    /// An address of the buyer's in Germany.
    pub(super) async fn address(&self) -> String {
        let payload = self.change(&buyer(), ADDRESS_CREATE, json!({ "address": address_input() })).await;
        payload["address"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned()
    }

    /// A way of shipping of the platform's, or of tenant 1, to Germany and Austria; where it is not there already.
    pub(super) async fn method(&self, code: &str, is_platforms: bool) -> Value {
        let caller = if is_platforms { platform() } else { owner(1) };
        self.change(&caller, METHOD_CREATE, method_input(code, is_platforms)).await
    }

    /// All events of a type.
    pub(super) async fn events(&self, event_type: &str) -> Vec<RecordedEvent> {
        self.log().await.into_iter().filter(|event| event.event_type == event_type).collect()
    }

    /// What was told of a stream, in its order.
    pub(super) async fn kinds(&self, stream: &str) -> Vec<String> {
        let mut events = self.log().await;
        events.retain(|event| event.stream_id == stream);
        events.sort_by_key(|event| event.stream_version);
        let versions: Vec<i64> = events.iter().map(|event| event.stream_version).collect();
        assert_eq!(versions, (1..=versions.len() as i64).collect::<Vec<_>>(), "the stream has no holes");
        events.into_iter().map(|event| event.event_type).collect()
    }

    pub(super) async fn log(&self) -> Vec<RecordedEvent> {
        let mut log = Vec::new();
        for lane in 0..2 {
            let events = self.shipping.store().events_after(lane, 0, 1_000).await.unwrap();
            log.extend(events.into_iter().map(|event| event.event));
        }
        log
    }

    pub(super) async fn status(&self, shipment: &str) -> String {
        let query = "query($id: ID!) { shipment(id: $id) { status } }";
        let seen = self.ask(&platform(), query, json!({ "id": shipment })).await;
        seen["data"]["shipment"]["status"].as_str().unwrap_or_else(|| panic!("{seen}")).to_owned()
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

    /// What a carrier tells, and time for subscribers to hear of it.
    pub(super) async fn report(&self, shipment: &str, status: ShipmentStatus) {
        let now = self.services.clock.now();
        let told = TrackingEvent {
            shipment: shipment.parse().unwrap(),
            carrier_event: status.as_str().to_owned(),
            status,
            description: None,
            location: None,
            occurred_at: now,
            received_at: now,
        };
        let mut unit = self.shipping.store().begin_unit(&self.shipping.carrier_command("test")).await.unwrap();
        crate::carrier::take(&mut unit, &told).await.unwrap();
        unit.commit(&()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    /// Handles one event without the workers, and takes everything back.
    pub(super) async fn handle_alone(&self, event_type: &str, content: Value) -> Result<(), String> {
        let event = RecordedEvent {
            aggregate: "order_placement".to_owned(),
            event_type: event_type.to_owned(),
            content,
            ..consumed("catalog.price.changed.v1")
        };
        let received = ReceivedEvent { source: "orders".to_owned(), lane: 0, position: 1, event };
        let command = self.shipping.carrier_command("test");
        let mut unit = self.shipping.store().begin_unit(&command).await.unwrap();
        let consumer = crate::Requests { carrier: self.shipping.carrier.clone() };
        let handled = consumer.handle(&mut unit, &received).await.map_err(|error| error.to_string());
        unit.rollback().await.unwrap();
        handled
    }
}

pub(super) const ADDRESS_CREATE: &str = "mutation($input: DeliveryAddressCreateInput!) {
  deliveryAddressCreate(input: $input) { address { id recipient city country version } replayed userErrors { code field } }
}";
pub(super) const METHOD_CREATE: &str = "mutation($input: ShippingMethodCreateInput!) {
  shippingMethodCreate(input: $input) { method { id code name isPlatforms version } replayed userErrors { code field } }
}";

pub(super) fn address_input() -> Value {
    json!({
        "recipient": " Ada ", "line1": "Deichstraße 1", "postalCode": "20459", "city": "Hamburg", "country": "DE",
    })
}

pub(super) fn method_input(code: &str, is_platforms: bool) -> Value {
    json!({
        "code": code, "name": "By post", "basePrice": { "amount": "4.90", "currencyCode": "EUR" },
        "pricePerKg": { "amount": "1.50", "currencyCode": "EUR" }, "countries": ["DE", "AT"], "isPlatforms": is_platforms,
    })
}

pub(super) fn buyer() -> Caller {
    user(50)
}

pub(super) fn owner(tenant: u128) -> Caller {
    member(tenant, tenant_id(tenant), &["OWNER"], &scopes_of("MERCHANT", "OWNER"))
}

pub(super) fn platform() -> Caller {
    member(9, tenant_id(900), &["ADMIN"], &scopes_of("PLATFORM", "ADMIN"))
}

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

pub(super) fn order_id(number: u128) -> OrderId {
    id(number)
}

pub(super) fn variant_id(number: u128) -> VariantId {
    id(number)
}

pub(super) fn command(order: u128, step: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_5000_8000_0000_0000_0000 + order * 1_000 + step)
}

/// Two lines of tenant 1, one of tenant 2.
pub(super) fn plan_request(order: u128, address: &str, method: &str) -> Value {
    let line = |number: u128, tenant: u128, quantity: i64, grams: i64| {
        json!({
            "lineId": id::<crate::domain::ids::OrderLineKind>(number), "tenantId": tenant_id(tenant),
            "variantId": variant_id(number), "quantity": quantity, "weightGrams": grams,
        })
    };
    json!({
        "orderId": order_id(order), "commandId": command(order, 1), "buyerId": user_id(50),
        "deliveryAddressId": address, "shippingMethod": method,
        "lines": [line(1, 1, 2, 400), line(2, 2, 1, 900), line(3, 1, 1, 0)],
    })
}

pub(super) fn cancellation(order: u128) -> Value {
    json!({ "orderId": order_id(order), "commandId": command(order, 2), "undoes": command(order, 1) })
}

pub(super) fn codes(payload: &Value) -> Vec<&str> {
    payload["userErrors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect()
}

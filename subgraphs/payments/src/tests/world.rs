//! A context with its workers running, on a bus where this test is the orders.

use crate::{NAME, OrderId, Payments, PaymentsSettings, ProviderSettings, SandboxCall, SandboxSettings, VendorId};
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
    testing::{execute, services, tenant_id, user_id},
};
use hansa_testkit::PostgresServer;
use hansa_values::{EntityKind, Id, Money};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

pub(super) struct World {
    pub(super) payments: Payments,
    pub(super) services: Services,
    pub(super) subgraph: Subgraph,
    workers: Option<TestWorkers>,
    settings: PaymentsSettings,
    _postgres: Option<PostgresServer>,
    _folder: TempDir,
}

/// An answer, or another event of a payment, without what is the same in all of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) kind: String,
    pub(super) content: Value,
}

/// What everybody pays with. Calls of a lost provider end soon.
pub(super) fn settings(sandbox: SandboxSettings) -> PaymentsSettings {
    PaymentsSettings {
        provider: ProviderSettings::Sandbox(sandbox),
        call_time_max: Duration::from_millis(300),
        ..PaymentsSettings::default()
    }
}

impl World {
    pub(super) async fn new() -> World {
        World::with(settings(SandboxSettings::default())).await
    }

    pub(super) async fn with(settings: PaymentsSettings) -> World {
        let folder = TempDir::new().unwrap();
        let postgres = hansa_testkit::second_pass();
        let mut services = services(folder.path());
        services.bus = test_bus(folder.path());
        services.servers.postgres = postgres.as_ref().map(|server| server.url().to_owned());
        let payments = Payments::open_with(&services, settings.clone()).await.unwrap();
        let subgraph = payments.subgraph();
        let workers = Some(TestWorkers::run(payments.workers()));
        World { payments, services, subgraph, workers, settings, _postgres: postgres, _folder: folder }
    }

    /// Ends as a process does that is killed, and begins again.
    pub(super) async fn killed(&mut self) {
        drop(self.workers.take());
        self.payments = Payments::open_with(&self.services, self.settings.clone()).await.unwrap();
        self.subgraph = self.payments.subgraph();
        self.workers = Some(TestWorkers::run(self.payments.workers()));
    }

    /// Until there is nothing to do at this time.
    pub(super) async fn drained(&self) {
        self.workers.as_ref().unwrap().drained().await;
    }

    /// Some seconds later, when there is nothing to do again.
    pub(super) async fn after(&self, seconds: i64) {
        self.services.clock.advance(TimeDelta::seconds(seconds));
        self.drained().await;
    }

    /// Publishes what orders tell, and does not wait.
    pub(super) async fn tell(&self, aggregate: &str, event_type: &str, content: Value) {
        let order: OrderId = content["orderId"].as_str().unwrap().parse().unwrap();
        let event = made_up((aggregate, order.to_string()), event_type, content);
        let event = RecordedEvent { correlation_id: Some(order.uuid()), ..event };
        publish_foreign(&self.services.bus, "orders", event).await;
    }

    /// Asks for something, and waits until it is done.
    pub(super) async fn ask_for(&self, request: &str, content: Value) {
        self.tell("order_placement", request, content).await;
        self.drained().await;
    }

    pub(super) async fn authorise(&self, order: u128, method: &str) {
        self.ask_for("authorisation_requested", authorisation(order, method)).await;
    }

    pub(super) async fn capture(&self, order: u128) {
        self.ask_for("capture_requested", json!({ "orderId": order_id(order), "commandId": command(order, 2) })).await;
    }

    /// An order that is placed, authorised and captured.
    pub(super) async fn paid(&self, order: u128) -> String {
        self.paid_with(order, "sandbox_ok").await
    }

    pub(super) async fn paid_with(&self, order: u128, method: &str) -> String {
        self.tell("order", "placed", placed(order)).await;
        self.authorise(order, method).await;
        self.capture(order).await;
        self.payment_of(order).await
    }

    pub(super) async fn payment_of(&self, order: u128) -> String {
        let requested = self.events(order).await.into_iter().find(|event| event.kind == "requested").unwrap();
        requested.content["paymentId"].as_str().unwrap().to_owned()
    }

    /// What was told of an order's payment, in its order.
    pub(super) async fn events(&self, order: u128) -> Vec<Event> {
        let wanted = json!(order_id(order));
        let mut events = Vec::new();
        for event in self.log().await {
            if event.aggregate == "payment" && event.content["orderId"] == wanted {
                events.push((event.event_id, Event { kind: event.event_type, content: event.content }));
            }
        }
        // Ids sort by the time at which they were made.
        events.sort_by_key(|(id, _)| *id);
        events.into_iter().map(|(_, event)| event).collect()
    }

    pub(super) async fn kinds(&self, order: u128) -> Vec<String> {
        self.events(order).await.into_iter().map(|event| event.kind).collect()
    }

    /// Everything that was told.
    pub(super) async fn log(&self) -> Vec<RecordedEvent> {
        let mut log = Vec::new();
        for lane in 0..4 {
            let events = self.payments.store().events_after(lane, 0, 1_000).await.unwrap();
            log.extend(events.into_iter().map(|event| event.event));
        }
        log
    }

    /// What the provider has done.
    pub(super) async fn calls(&self) -> Vec<SandboxCall> {
        self.payments.sandbox_log().unwrap().calls(None).await.unwrap()
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
}

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

pub(super) fn order_id(number: u128) -> OrderId {
    id(number)
}

pub(super) fn vendor_id(number: u128) -> VendorId {
    id(number)
}

/// The commands of an order: 1 authorise, 2 capture, 3 void, from 4 on refunds.
pub(super) fn command(order: u128, step: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_5000_8000_0000_0000_0000 + order * 1_000 + step)
}

pub(super) fn euros(minor_units: i64) -> Money {
    Money { minor_units, currency: "EUR".parse().unwrap() }
}

pub(super) fn authorisation(order: u128, method: &str) -> Value {
    json!({
        "orderId": order_id(order), "commandId": command(order, 1), "buyerId": user_id(50), "amount": euros(53_20),
        "paymentMethod": method,
    })
}

pub(super) fn void(order: u128) -> Value {
    json!({ "orderId": order_id(order), "commandId": command(order, 3), "undoes": command(order, 1) })
}

pub(super) fn refund(order: u128, step: u128, minor_units: i64) -> Value {
    let amount = euros(minor_units);
    json!({ "orderId": order_id(order), "commandId": command(order, step), "amount": amount, "reason": "RETURNED" })
}

/// Two vendors of tenant 1 and one of tenant 2: 40.00, 5.00 and 3.30; 4.90 are for shipping.
pub(super) fn placed(order: u128) -> Value {
    let line = |vendor: u128, tenant: u128, quantity: i64, minor_units: i64| {
        json!({
            "vendorId": vendor_id(vendor), "tenantId": tenant_id(tenant), "quantity": quantity,
            "unitPrice": euros(minor_units),
        })
    };
    let lines = [line(1, 1, 2, 20_00), line(2, 1, 1, 5_00), line(3, 2, 3, 1_10)];
    json!({ "orderId": order_id(order), "lines": lines })
}

/// All in one tenant.
pub(super) fn placed_in_one_tenant(order: u128) -> Value {
    let line = json!({
        "vendorId": vendor_id(1), "tenantId": tenant_id(1), "quantity": 1, "unitPrice": euros(50_00),
    });
    json!({ "orderId": order_id(order), "lines": [line] })
}

pub(super) fn codes(payload: &Value) -> Vec<&str> {
    payload["userErrors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect()
}

#[test]
fn what_orders_publish_is_read() {
    for listening in crate::Requests::LISTENS {
        for (event_type, version) in listening.events {
            let name = format!("{}.{}.{event_type}.v{version}", listening.context, listening.aggregate);
            let event = consumed(&name);
            assert_eq!(crate::requests::readable(&event), Ok(()), "{name}");
        }
    }
    assert_eq!(NAME, "payments");
}

impl World {
    /// Handles one event without the workers, and takes everything back.
    pub(super) async fn handle_alone(&self, event_type: &str, content: Value) -> Result<(), String> {
        let event = made_up(("order_placement", "order_1".to_owned()), event_type, content);
        let received = ReceivedEvent { source: "orders".to_owned(), lane: 0, position: 1, event };
        let mut unit = self.payments.store().begin_unit(&self.payments.job_command(None)).await.unwrap();
        let handled = crate::Requests.handle(&mut unit, &received).await.map_err(|error| error.to_string());
        unit.rollback().await.unwrap();
        handled
    }
}

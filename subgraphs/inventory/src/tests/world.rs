//! A context with a database of its own, a clock that stands, and orders that are made up.

use crate::{
    Inventory, KnownVariant, StockReceive, VariantId, Warehouse, WarehouseCreate, WarehouseFacts, WarehouseId,
    consumers::order_requests::OrderRequests,
    tables::stock_levels::{self, StockLevel},
};
use hansa_event_sourcing::{Actor, Cause, Command, RecordedEvent, testing::made_up};
use hansa_messaging::{Consumer, HandleError, ReceivedEvent};
use hansa_relational::{FromRow, Row, query};
use hansa_subgraph_host::{
    Caller, Services, Subgraph,
    testing::{execute, member, scopes_of, services, tenant_id, user_id},
};
use hansa_testkit::PostgresServer;
use hansa_values::{Id, TenantId};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

pub(super) struct World {
    pub(super) services: Services,
    pub(super) context: Inventory,
    pub(super) subgraph: Subgraph,
    folder: TempDir,
    _postgres: Option<PostgresServer>,
}

/// A line of a made-up order: variant, tenant, quantity.
pub(super) type Line = (VariantId, u128, i64);

impl World {
    pub(super) async fn new() -> World {
        World::on(None).await
    }

    /// On SQLite, or on a database of the server.
    pub(super) async fn on(postgres: Option<PostgresServer>) -> World {
        let folder = TempDir::new().unwrap();
        let mut services = services(folder.path());
        services.servers.postgres = postgres.as_ref().map(|server| server.url().to_owned());
        let context = Inventory::open(&services).await.unwrap();
        World { subgraph: context.subgraph(), services, context, folder, _postgres: postgres }
    }

    /// Ends as a process does that is killed, and begins again where it was.
    pub(super) async fn restarted(self) -> World {
        let World { services, context, subgraph, folder, _postgres } = self;
        drop((context, subgraph));
        let context = Inventory::open(&services).await.unwrap();
        World { subgraph: context.subgraph(), services, context, folder, _postgres }
    }

    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(super) async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        execute(&self.subgraph, caller, query, variables).await
    }

    /// `data` of an answer without errors.
    pub(super) async fn data(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(caller, query, variables).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"].take()
    }

    /// The payload of a mutation, with the given fields.
    pub(super) async fn mutate(&self, caller: &Caller, mutation: &str, input: Value, fields: &str) -> Value {
        let mut input_type = mutation[..1].to_uppercase();
        input_type.push_str(&mutation[1..]);
        let query = format!(
            "mutation($input: {input_type}Input!) {{ {mutation}(input: $input) {{ {fields} replayed userErrors {{ \
             code field message ... on VersionConflictError {{ currentVersion }} }} }} }}"
        );
        self.data(caller, &query, json!({ "input": input })).await[mutation].take()
    }

    pub(super) fn command(&self, operation: &'static str) -> Command {
        Command {
            operation,
            actor: Actor::default(),
            now: self.services.clock.now(),
            ids: self.services.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        }
    }

    /// A variant of the tenant with this number, which the catalog has told of.
    pub(super) async fn variant(&self, tenant: u128) -> VariantId {
        let id: VariantId = self.services.ids.id();
        let known = KnownVariant {
            id,
            product: "product_00000000000000000000000001".to_owned(),
            tenant: tenant_id(tenant),
            sku: "LAMP".to_owned(),
            title: "Lamp".to_owned(),
            status: "PUBLISHED".to_owned(),
            product_version: 1,
        };
        self.context.learn_variants(&self.command("load"), &[known]).await.unwrap();
        id
    }

    pub(super) async fn warehouse(&self, tenant: u128, code: &str, priority: i64) -> WarehouseId {
        let facts = WarehouseFacts { code: code.to_owned(), name: code.to_owned(), priority, is_active: true };
        let create = WarehouseCreate { facts };
        let made = self.context.warehouse_create(&owner(tenant), &self.command("warehouseCreate"), create).await;
        let Warehouse { id, .. } = made.unwrap().value;
        id
    }

    pub(super) async fn receive(&self, tenant: u128, at: (VariantId, WarehouseId), quantity: i64) -> StockLevel {
        let receive = StockReceive {
            variant_id: at.0.to_string(),
            warehouse_id: at.1.to_string(),
            quantity,
            reference: None,
            expected_version: None,
        };
        self.context.stock_receive(&owner(tenant), &self.command("stockReceive"), receive).await.unwrap().value
    }

    /// A variant of tenant 1 in one warehouse with so many units.
    pub(super) async fn stocked(&self, quantity: i64) -> VariantId {
        let (variant, warehouse) = (self.variant(1).await, self.warehouse(1, "NORTH", 1).await);
        self.receive(1, (variant, warehouse), quantity).await;
        variant
    }

    /// All rows of stock, in the order of their ids.
    pub(super) async fn levels(&self) -> Vec<StockLevel> {
        let ids: Vec<Row> = query("SELECT id FROM stock_levels ORDER BY id").fetch_all(&self.context.db).await.unwrap();
        let ids: Vec<_> = ids.iter().map(|row| row.parsed("id").unwrap()).collect();
        let mut levels = stock_levels::by_ids(&self.context.db, &ids).await.unwrap();
        levels.sort_by_key(|level| level.id);
        levels
    }

    /// On hand, held and committed of the only stock item.
    pub(super) async fn numbers(&self) -> (i64, i64, i64) {
        let levels = self.levels().await;
        assert_eq!(levels.len(), 1);
        (levels[0].on_hand, levels[0].held, levels[0].committed)
    }

    /// Lets a consumer handle these events in one unit, as the workers do.
    pub(super) async fn deliver_to(
        &self,
        consumer: &impl Consumer,
        events: &[ReceivedEvent],
    ) -> Result<(), HandleError> {
        let mut unit = self.context.db.begin_unit(&self.command(consumer.name())).await?;
        consumer.handle_all(&mut unit, events).await?;
        unit.commit(&()).await?;
        Ok(())
    }

    pub(super) async fn deliver(&self, events: &[ReceivedEvent]) {
        self.deliver_to(&OrderRequests, events).await.unwrap();
    }

    /// All events of the log, lane by lane.
    pub(super) async fn log(&self) -> Vec<RecordedEvent> {
        let mut all = Vec::new();
        for lane in 0..8 {
            let mut last = 0;
            loop {
                let events = self.context.db.events_after(lane, last, 1_000).await.unwrap();
                let Some(newest) = events.last() else { break };
                last = newest.position;
                all.extend(events.into_iter().map(|logged| logged.event));
            }
        }
        all
    }

    /// Answers to an order, in their order: type and content.
    pub(super) async fn answers(&self, order: u128) -> Vec<(String, Value)> {
        let order = order_id(order);
        let answers = self
            .log()
            .await
            .into_iter()
            .filter(|event| event.aggregate == "reservation" && event.content["orderId"] == json!(order));
        answers.map(|event| (event.event_type, event.content)).collect()
    }

    /// When holds are looked at.
    pub(super) async fn job_seconds(&self) -> Vec<String> {
        let jobs = query("SELECT job_key FROM jobs WHERE queue = 'hold-expiry' ORDER BY job_key");
        let jobs: Vec<Row> = jobs.fetch_all(&self.context.db).await.unwrap();
        jobs.iter().map(|job| job.text("job_key").unwrap()).collect()
    }

    /// Types of the answers to an order.
    pub(super) async fn answer_types(&self, order: u128) -> Vec<String> {
        self.answers(order).await.into_iter().map(|(event_type, _)| event_type).collect()
    }
}

/// An owner of the tenant with this number.
pub(super) fn owner(number: u128) -> Caller {
    member(number, tenant_id(number), &["OWNER"], &scopes_of("MERCHANT", "OWNER"))
}

pub(super) fn order_id(order: u128) -> String {
    format!("order_{order:026}")
}

/// The id of the request of an order's step; `undo` is another.
pub(super) fn command_id(order: u128, step: u128) -> Uuid {
    Uuid::from_u128(order * 16 + step)
}

/// `reservation_requested`.
pub(super) fn reserve(order: u128, lines: &[Line]) -> ReceivedEvent {
    reserve_for(order, order, lines)
}

/// The same for the buyer with this number.
pub(super) fn reserve_for(order: u128, buyer: u128, lines: &[Line]) -> ReceivedEvent {
    let line = |(number, (variant, tenant, quantity)): (usize, &Line)| {
        let tenant: TenantId = tenant_id(*tenant);
        json!({ "lineId": line_id(order, number), "variantId": variant, "tenantId": tenant, "quantity": quantity })
    };
    let lines: Vec<Value> = lines.iter().enumerate().map(line).collect();
    let content = json!({
        "orderId": order_id(order), "commandId": command_id(order, 1), "step": "reserve", "attempt": 1,
        "buyerId": user_id(buyer), "lines": lines, "holdSeconds": 900,
    });
    event(order, "reservation_requested", content)
}

pub(super) fn line_id(order: u128, number: usize) -> String {
    format!("orderline_{order:020}{number:06}")
}

/// `reservation_release_requested`.
pub(super) fn release(order: u128) -> ReceivedEvent {
    let content = json!({
        "orderId": order_id(order), "commandId": command_id(order, 2), "undoes": command_id(order, 1),
    });
    event(order, "reservation_release_requested", content)
}

/// `reservation_commit_requested`.
pub(super) fn commit(order: u128) -> ReceivedEvent {
    let content = json!({
        "orderId": order_id(order), "commandId": command_id(order, 3), "commits": command_id(order, 1),
    });
    event(order, "reservation_commit_requested", content)
}

/// `reservation_extension_requested`.
pub(super) fn extend(order: u128, seconds: i64) -> ReceivedEvent {
    let content = json!({
        "orderId": order_id(order), "commandId": command_id(order, 4), "extends": command_id(order, 1),
        "holdSeconds": seconds,
    });
    event(order, "reservation_extension_requested", content)
}

/// An event of an order's saga.
pub(super) fn event(order: u128, event_type: &str, content: Value) -> ReceivedEvent {
    of_orders(("order_placement", format!("placement_{order:026}")), event_type, content)
}

pub(super) fn of_orders((aggregate, stream_id): (&str, String), event_type: &str, content: Value) -> ReceivedEvent {
    let event = made_up((aggregate, stream_id), event_type, content);
    ReceivedEvent { source: "orders".to_owned(), lane: 0, position: 1, event }
}

/// An id that nothing has.
pub(super) fn nowhere<K: hansa_values::EntityKind>() -> Id<K> {
    Id::from_uuid(Uuid::from_u128(1))
}

pub(super) fn codes(payload: &Value) -> Vec<&str> {
    payload["userErrors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect()
}

/// A number that a query gives, in the column `number`.
pub(super) struct Number(pub(super) i64);

impl FromRow for Number {
    fn from_row(row: &Row) -> Result<Self, hansa_relational::StoreError> {
        row.int("number").map(Number)
    }
}

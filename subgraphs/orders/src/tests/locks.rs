//! Commands and the workers write the same two streams of an order, in the same order: neither is refused for the other.
//! On SQLite there is one writer, and nothing to see.

use super::{
    returns::{ACCEPT, ASK, RECEIVE, delivered, wish},
    world::{CANCEL, World, buyer, codes, key, seller},
};
use crate::{
    Shipped,
    domain::{
        ids::OrderId,
        order::OrderCommand,
        placement::{Notice, Refund},
    },
    order_store::{self, placement_of},
};
use hansa_event_sourcing::Command;
use hansa_relational::{FromRow, Row, StoreError, query};
use hansa_saga::What;
use hansa_subgraph_host::testing::{context, tenant_id};
use serde_json::{Value, json};
use std::{
    future::Future,
    time::{Duration, Instant},
};

struct Waiting(i64);

impl FromRow for Waiting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("waiting").map(Waiting)
    }
}

/// Until somebody waits for a row that somebody else has.
async fn waited_for(world: &World) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let waiting = query(
            "SELECT COUNT(*) AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        );
        let Waiting(count) = waiting.fetch_one(&world.orders.db).await.unwrap();
        if count > 0 {
            return;
        }
        assert!(Instant::now() < deadline, "the command waits for nobody");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// As a worker does it: the placing, and then, when the command has begun, the order.
async fn meet(world: &World, (order, notice): (OrderId, Notice), change: impl Future<Output = Value>) -> Value {
    let command: Command = context(&world.services, &buyer()).command("test", None, &()).unwrap();
    let mut unit = world.orders.db.begin_unit(&command).await.unwrap();
    world.orders.placements.tell(&mut unit, &placement_of(order), What::Notice(notice)).await.unwrap();
    let (payload, ()) = tokio::join!(change, async {
        waited_for(world).await;
        let shipment_id = "shipment_00000000000000000000000077".to_owned();
        let shipped = Shipped { order_id: order, shipment_id, tenant_id: tenant_id(1), lines: Vec::new() };
        order_store::change(&mut unit, order, OrderCommand::NoteDelivered(shipped)).await.unwrap().unwrap();
        unit.commit(&()).await.unwrap();
    });
    payload
}

#[tokio::test]
async fn a_cancellation_waits_for_the_workers_and_then_sees_what_they_did() {
    let mut world = World::new().await;
    if !world.is_on_postgres() {
        return;
    }
    let order = world.confirmed(&buyer(), &[(1, 1)]).await;
    world.stop_workers().await;
    let input = json!({ "id": order.to_string(), "idempotencyKey": key(1) });
    let payload = meet(&world, (order, Notice::CutOff), world.change(&buyer(), CANCEL, input)).await;
    assert_eq!(codes(&payload), ["DISPATCHED"], "{payload}");
}

#[tokio::test]
async fn goods_that_come_back_wait_for_the_workers_and_are_received() {
    let mut world = World::new().await;
    if !world.is_on_postgres() {
        return;
    }
    let (order, lines) = delivered(&world).await;
    let asked = world.change(&buyer(), ASK, wish(order, &lines[0], (1, 1))).await;
    let input = |number: usize| json!({ "id": asked["orderReturn"]["id"], "idempotencyKey": key(number) });
    world.change(&seller(1), ACCEPT, input(2)).await;
    world.stop_workers().await;
    let amount = hansa_values::Money { minor_units: 1, currency: "EUR".parse().unwrap() };
    let other = Notice::Refund(Refund { return_id: super::world::id(99), amount });
    let payload = meet(&world, (order, other), world.change(&seller(1), RECEIVE, input(3))).await;
    assert_eq!(payload["orderReturn"]["status"], "RECEIVED", "{payload}");
}

//! Random requests, faults and kills: whatever happens, the ledger is in balance and says what the provider's log says.

use super::{
    ledger,
    world::{World, authorisation, command, order_id, placed, refund, settings, void},
};
use crate::{OperationKind, SandboxSettings};
use fastrand::Rng;
use hansa_relational::{Row, query};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

const ORDERS: u128 = 12;

/// Some of what is paid is disputed.
fn method(order: u128) -> &'static str {
    ["sandbox_ok", "sandbox_ok", "sandbox_disputed", "sandbox_dispute_won", "sandbox_dispute_lost"][order as usize % 5]
}

fn request(rng: &mut Rng, order: u128) -> (&'static str, Value) {
    let plain = |step: u128| json!({ "orderId": order_id(order), "commandId": command(order, step) });
    match rng.u32(0..10) {
        0..3 => ("authorisation_requested", authorisation(order, method(order))),
        3..6 => ("capture_requested", plain(2)),
        6 => ("void_requested", void(order)),
        7 => {
            let mut undo = refund(order, 9, 53_20);
            undo["undoes"] = json!(command(order, 2));
            ("refund_requested", undo)
        }
        _ => ("refund_requested", refund(order, rng.u128(4..8), rng.i64(1..40_00))),
    }
}

async fn run(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let sandbox = SandboxSettings {
        seed,
        decline_percent: 10,
        lost_answer_percent: 20,
        lost_call_percent: 10,
        webhook_percent: 30,
        unknown_for: Duration::from_secs(rng.u64(0..40)),
        ..SandboxSettings::default()
    };
    let mut settings = settings(sandbox);
    settings.call_time_max = Duration::from_millis(60);
    let mut world = World::with(settings).await;
    for order in 1..=ORDERS {
        world.tell("order", "placed", placed(order)).await;
    }
    for step in 0..60 {
        let order = rng.u128(1..=ORDERS);
        let (event_type, content) = request(&mut rng, order);
        world.tell("order_placement", event_type, content).await;
        match rng.u32(0..12) {
            0 => world.after(rng.i64(1..60)).await,
            1 if step % 3 == 0 => {
                world.killed().await;
                leases_over(&world).await;
            }
            _ => {}
        }
    }
    // Longer than any outcome stays unknown.
    for _ in 0..12 {
        world.after(121).await;
    }
    check(&world, seed).await;
}

/// Whoever was killed held its jobs for as long as a lease, which is longer than a test waits.
async fn leases_over(world: &World) {
    let mut unit = world.payments.store().begin_unit(&world.payments.job_command(None)).await.unwrap();
    query("UPDATE jobs SET claimed_by = NULL, claimed_until = NULL").execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
}

/// What the provider has of each payment, and what this context has.
async fn check(world: &World, seed: u64) {
    ledger::check(world).await;
    let mut captured: BTreeMap<String, i64> = BTreeMap::new();
    let mut captures: BTreeMap<String, i64> = BTreeMap::new();
    for call in world.calls().await.iter().filter(|call| call.refused.is_none()) {
        let order = call.order.to_string();
        match call.kind {
            OperationKind::Capture => {
                *captured.entry(order.clone()).or_default() += call.amount.minor_units;
                *captures.entry(order).or_default() += 1;
            }
            OperationKind::Refund => *captured.entry(order).or_default() -= call.amount.minor_units,
            OperationKind::Authorise | OperationKind::Void => {}
        }
    }
    assert!(captures.values().all(|count| *count == 1), "seed {seed}: an order was charged twice");
    let rows =
        query("SELECT order_id, captured, refunded, refund_pending, disputed, lost, undone, status FROM payments")
            .fetch_all::<Row>(world.payments.store())
            .await
            .unwrap();
    for row in rows {
        let order = row.text("order_id").unwrap();
        let status = row.text("status").unwrap();
        assert!(!matches!(status.as_str(), "requested" | "unknown"), "seed {seed}: {order} is {status}");
        assert_eq!(row.int("refund_pending").unwrap(), 0, "seed {seed}: {order}");
        if matches!(status.as_str(), "declined" | "voided") {
            assert_eq!(row.int("captured").unwrap(), 0, "seed {seed}: {order}");
            continue;
        }
        let kept = row.int("captured").unwrap() - row.int("refunded").unwrap();
        let theirs = captured.get(&order).copied().unwrap_or(0);
        assert_eq!(kept, theirs, "seed {seed}: {order} differs from the provider's log");
        if row.optional_text("undone").unwrap().is_some() {
            let held = row.int("disputed").unwrap() + row.int("lost").unwrap();
            assert_eq!(kept, held, "seed {seed}: {order} is undone, and money of it is kept");
        }
    }
    let waiting = query("SELECT command_id FROM operations WHERE state = 'waiting'");
    assert_eq!(waiting.fetch_all::<Row>(world.payments.store()).await.unwrap().len(), 0, "seed {seed}");
}

#[tokio::test]
async fn random_requests_faults_and_kills_leave_the_ledger_in_balance() {
    let seeds = std::env::var("HANSA_TEST_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(2);
    for seed in 1..=seeds {
        run(seed).await;
    }
}

//! Requests and dispatches that come twice, in any order and in any batches, with counts in between, units that are rolled
//! back and processes that are killed: what is promised holds at every event, rows are the fold, and nothing stays held.

use super::{
    dispatches::dispatched,
    world::{Line, World, commit, line_id, owner, release, reserve},
};
use crate::{
    StockAdjust, StockCount, VariantId,
    consumers::{OrderDispatches, order_requests::OrderRequests},
    domain::{StockItem, StockItemEvent},
    tables::{
        reservations::{self, HoldStanding, LineRow},
        stock_levels::StockLevel,
    },
};
use chrono::TimeDelta;
use fastrand::Rng;
use hansa_event_sourcing::{Aggregate as _, StoredEvent as _};
use hansa_messaging::{Consumer as _, ReceivedEvent};
use hansa_testkit::postgres;
use std::collections::{BTreeMap, BTreeSet};

const ORDERS: u128 = 40;

/// All requests of some orders, most of them more than once, in any order.
fn requests(random: &mut Rng, variants: &[VariantId]) -> Vec<ReceivedEvent> {
    let mut requests = Vec::new();
    for order in 1..=ORDERS {
        let line = |random: &mut Rng| -> Line { (variants[random.usize(..variants.len())], 1, random.i64(1..5)) };
        let lines: Vec<Line> = (0..random.usize(1..4)).map(|_| line(random)).collect();
        let wanted = [reserve(order, &lines), commit(order), release(order)];
        for request in wanted {
            for _ in 0..random.usize(0..3) {
                requests.push(request.clone());
            }
        }
    }
    random.shuffle(&mut requests);
    requests
}

/// One event after the other: what is promised of each stock item, and the state in the end.
async fn checked_fold(world: &World, seed: u64) -> BTreeMap<String, (StockItem, i64)> {
    let mut items: BTreeMap<String, (StockItem, i64)> = BTreeMap::new();
    for event in world.log().await.into_iter().filter(|event| event.aggregate == "stock_item") {
        let (item, version) = items.entry(event.stream_id).or_default();
        assert_eq!(event.stream_version, *version + 1, "seed {seed}: versions follow each other");
        item.evolve(&StockItemEvent::read(&event.event_type, event.content).unwrap());
        *version += 1;
        assert!(item.held() >= 0 && item.committed() >= 0 && item.held() <= item.on_hand(), "seed {seed}: {item:?}");
        let awaiting = item.awaiting_dispatch();
        assert!(awaiting >= 0 && awaiting <= item.committed(), "seed {seed}: {item:?}");
    }
    items
}

fn assert_rows(levels: &[StockLevel], items: &BTreeMap<String, (StockItem, i64)>, seed: u64) {
    assert_eq!(levels.len(), items.len(), "seed {seed}");
    for level in levels {
        let (item, version) = &items[&level.id.to_string()];
        let row = (level.on_hand, level.held, level.committed, level.awaiting_dispatch, level.version);
        let fold = (item.on_hand(), item.held(), item.committed(), item.awaiting_dispatch(), *version);
        assert_eq!(row, fold, "seed {seed}: the row is the fold");
    }
}

/// Handles requests in batches; gives how many batches were rolled back, and how many processes killed.
async fn storm(mut world: World, random: &mut Rng, requests: &[ReceivedEvent]) -> (World, (usize, usize)) {
    let (mut rest, mut rolled_back, mut killed) = (requests, 0, 0);
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(random.usize(1..9).min(rest.len()));
        match random.u8(0..10) {
            0 => {
                let mut unit = world.context.db.begin_unit(&world.command("storm")).await.unwrap();
                OrderRequests.handle_all(&mut unit, batch).await.unwrap();
                unit.rollback().await.unwrap();
                rolled_back += 1;
                continue;
            }
            1 => {
                let unit = world.context.db.begin_unit(&world.command("storm")).await;
                let mut unit = unit.unwrap();
                OrderRequests.handle_all(&mut unit, batch).await.unwrap();
                drop(unit);
                world = world.restarted().await;
                killed += 1;
                continue;
            }
            2 => {
                world.services.clock.advance(TimeDelta::seconds(400));
                world.context.expire_some().await.unwrap();
            }
            3 => adjust(&world, random).await,
            4 => dispatch(&world, random).await,
            5 => count(&world, random).await,
            _ => {}
        }
        world.deliver(batch).await;
        rest = later;
    }
    (world, (rolled_back, killed))
}

/// Shipments of some orders leave, with what was wanted or more; where an order is still being placed, nothing does.
async fn dispatch(world: &World, random: &mut Rng) {
    for _ in 0..8 {
        let order = random.u128(1..=ORDERS);
        let lines: Vec<(String, i64)> = (0..3).map(|line| (line_id(order, line), random.i64(1..6))).collect();
        let left = dispatched(order, (random.u128(1..3), &lines));
        for _ in 0..random.usize(1..3) {
            let _ = world.deliver_to(&OrderDispatches::new(), std::slice::from_ref(&left)).await;
        }
    }
}

/// Staff counts what lies there, and finds it: nothing that can be sold comes of it.
async fn count(world: &World, random: &mut Rng) {
    let levels = world.levels().await;
    let level = &levels[random.usize(..levels.len())];
    let count = StockCount {
        variant_id: level.variant.to_string(),
        warehouse_id: level.warehouse.to_string(),
        counted: level.on_hand + level.awaiting_dispatch,
        expected_version: Some(level.version),
    };
    let counted = world.context.stock_count(&owner(1), &world.command("stockCount"), count).await.unwrap().value;
    assert_eq!((counted.on_hand, counted.awaiting_dispatch), (level.on_hand, level.awaiting_dispatch));
}

/// Staff corrects something, if what is held allows it.
async fn adjust(world: &World, random: &mut Rng) {
    let levels = world.levels().await;
    let level = &levels[random.usize(..levels.len())];
    let change = StockAdjust {
        variant_id: level.variant.to_string(),
        warehouse_id: level.warehouse.to_string(),
        change: if random.bool() { random.i64(1..4) } else { random.i64(-4..0) },
        reason: crate::AdjustmentReason::Correction,
        reference: None,
        expected_version: None,
    };
    let _ = world.context.stock_adjust(&owner(1), &world.command("stockAdjust"), change).await;
}

async fn survives(world: World, seed: u64) -> (usize, usize, i64) {
    let mut random = Rng::with_seed(seed);
    let places = [world.warehouse(1, "NORTH", 1).await, world.warehouse(1, "SOUTH", 2).await];
    let mut variants = Vec::new();
    for _ in 0..3 {
        let variant = world.variant(1).await;
        for place in places {
            world.receive(1, (variant, place), random.i64(1..12)).await;
        }
        variants.push(variant);
    }
    let requests = requests(&mut random, &variants);
    let (world, faults) = storm(world, &mut random, &requests).await;
    let items = checked_fold(&world, seed).await;
    assert_rows(&world.levels().await, &items, seed);
    // Everything that is still held is undone or runs out: then nothing is held, and what is here is what can be sold.
    world.deliver(&(1..=ORDERS / 2).map(release).collect::<Vec<_>>()).await;
    world.services.clock.advance(TimeDelta::hours(1));
    while world.context.expire_some().await.unwrap() > 0 {}
    let items = checked_fold(&world, seed).await;
    let levels = world.levels().await;
    assert_rows(&levels, &items, seed);
    assert!(levels.iter().all(|level| level.held == 0 && level.available() == level.on_hand), "seed {seed}");
    let left = assert_answers(&world, seed).await;
    (faults.0, faults.1, left)
}

/// An order that was made once got one set of units; what was answered twice was answered alike. Gives how many units left.
async fn assert_answers(world: &World, seed: u64) -> i64 {
    let mut committed = BTreeSet::new();
    for order in 1..=ORDERS {
        let answers = world.answers(order).await;
        let mut made = answers.iter().filter(|(event_type, _)| event_type == "made");
        if let Some(first) = made.next() {
            assert!(made.all(|again| again == first), "seed {seed}, order {order}");
        }
        let last = answers.iter().rfind(|(event_type, _)| event_type == "committed" || event_type == "released");
        if let Some((event_type, content)) = last.filter(|(event_type, _)| event_type == "committed") {
            committed.insert((event_type.clone(), content["lines"].to_string()));
        }
    }
    let units = |lines: &str| -> i64 {
        let lines: Vec<serde_json::Value> = serde_json::from_str(lines).unwrap();
        lines.iter().map(|line| line["quantity"].as_i64().unwrap()).sum()
    };
    let answered: i64 = committed.iter().map(|(_, lines)| units(lines)).sum();
    let lines: Vec<String> = (1..=ORDERS).flat_map(|order| (0..3).map(move |line| line_id(order, line))).collect();
    let rows = reservations::of_lines(&world.context.db, &lines).await.unwrap();
    // What had left before its order was undone is sold as well.
    let is_undone = |row: &&LineRow| row.standing == HoldStanding::Released;
    let gone: i64 = rows.iter().filter(is_undone).map(|row| row.dispatched).sum();
    let left: i64 = rows.iter().map(|row| row.dispatched).sum();
    let levels = world.levels().await;
    let sold: i64 = levels.iter().map(|level| level.committed).sum();
    assert_eq!(sold, answered + gone, "seed {seed}: what was answered as sold was sold");
    let awaiting: i64 = levels.iter().map(|level| level.awaiting_dispatch).sum();
    assert_eq!(awaiting, sold - left, "seed {seed}: what was sold is here until it leaves");
    left
}

#[tokio::test]
async fn any_order_of_requests_leaves_stock_right() {
    let (mut rolled_back, mut killed, mut left) = (0, 0, 0);
    for seed in 0..12 {
        let faults = survives(World::new().await, seed).await;
        rolled_back += faults.0;
        killed += faults.1;
        left += faults.2;
    }
    assert!(rolled_back > 20 && killed > 20, "{rolled_back} units rolled back, {killed} processes killed");
    assert!(left > 20, "{left} units left the warehouses");
}

#[tokio::test]
async fn any_order_of_requests_leaves_stock_right_on_postgres() {
    for seed in 100..103 {
        let Some(server) = postgres() else { return };
        survives(World::on(Some(server)).await, seed).await;
    }
}

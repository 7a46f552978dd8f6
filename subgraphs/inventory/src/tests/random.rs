//! Requests that come twice, in any order and in any batches, with units that are rolled back and processes that are killed
//! in between: what is promised holds at every event, rows are the fold, and nothing stays held.

use super::world::{Line, World, commit, owner, release, reserve};
use crate::{
    StockAdjust, VariantId,
    consumers::order_requests::OrderRequests,
    domain::{StockItem, StockItemEvent},
    tables::stock_levels::StockLevel,
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
    }
    items
}

fn assert_rows(levels: &[StockLevel], items: &BTreeMap<String, (StockItem, i64)>, seed: u64) {
    assert_eq!(levels.len(), items.len(), "seed {seed}");
    for level in levels {
        let (item, version) = &items[&level.id.to_string()];
        let row = (level.on_hand, level.held, level.committed, level.version);
        assert_eq!(row, (item.on_hand(), item.held(), item.committed(), *version), "seed {seed}: the row is the fold");
    }
}

/// Handles requests in batches; gives how many batches were rolled back, and how many processes killed.
async fn storm(mut world: World, random: &mut Rng, requests: &[ReceivedEvent]) -> (World, (usize, usize)) {
    let (mut rest, mut rolled_back, mut killed) = (requests, 0, 0);
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(random.usize(1..9).min(rest.len()));
        match random.u8(0..8) {
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
            _ => {}
        }
        world.deliver(batch).await;
        rest = later;
    }
    (world, (rolled_back, killed))
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

async fn survives(world: World, seed: u64) -> (usize, usize) {
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
    assert_answers(&world, seed).await;
    faults
}

/// An order that was made once got one set of units; what was answered twice was answered alike.
async fn assert_answers(world: &World, seed: u64) {
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
    let sold: i64 = world.levels().await.iter().map(|level| level.committed).sum();
    assert_eq!(sold, answered, "seed {seed}: what was answered as sold was sold");
}

#[tokio::test]
async fn any_order_of_requests_leaves_stock_right() {
    let (mut rolled_back, mut killed) = (0, 0);
    for seed in 0..12 {
        let faults = survives(World::new().await, seed).await;
        rolled_back += faults.0;
        killed += faults.1;
    }
    assert!(rolled_back > 20 && killed > 20, "{rolled_back} units rolled back, {killed} processes killed");
}

#[tokio::test]
async fn any_order_of_requests_leaves_stock_right_on_postgres() {
    for seed in 100..103 {
        let Some(server) = postgres() else { return };
        survives(World::on(Some(server)).await, seed).await;
    }
}

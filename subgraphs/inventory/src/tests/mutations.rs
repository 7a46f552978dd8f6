//! What staff does, and every code of the README.

use super::world::{World, codes, nowhere, owner, reserve};
use crate::{Refusal, VariantId, WarehouseId};
use hansa_subgraph_host::{Caller, testing::member};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ITEM: &str = "stockItem { id onHand held committed available version warehouse { code } }";
const WAREHOUSE: &str = "warehouse { id code name priority isActive version }";

fn receive(variant: VariantId, warehouse: WarehouseId, quantity: i64, key: &str) -> Value {
    json!({ "variantId": variant, "warehouseId": warehouse, "quantity": quantity, "idempotencyKey": key })
}

#[tokio::test]
async fn stock_comes_goes_and_is_counted() {
    let (world, owner) = (World::new().await, owner(1));
    let (variant, warehouse) = (world.variant(1).await, world.warehouse(1, "NORTH", 1).await);
    let received =
        world.mutate(&owner, "stockReceive", receive(variant, warehouse, 10, "receive-number-1"), ITEM).await;
    let item = &received["stockItem"];
    assert_eq!((&item["onHand"], &item["available"], &item["version"]), (&json!(10), &json!(10), &json!(1)));
    assert_eq!(item["warehouse"]["code"], "NORTH");
    let change = json!({
        "variantId": variant, "warehouseId": warehouse, "change": -3, "reason": "DAMAGED", "reference": "dropped",
        "expectedVersion": 1, "idempotencyKey": "adjust-number-01",
    });
    let adjusted = world.mutate(&owner, "stockAdjust", change, ITEM).await;
    assert_eq!((&adjusted["stockItem"]["onHand"], codes(&adjusted)), (&json!(7), vec![]));
    world.deliver(&[reserve(1, &[(variant, 1, 5)])]).await;
    let count = |counted: i64, key: &str| json!({ "variantId": variant, "warehouseId": warehouse, "counted": counted, "idempotencyKey": key });
    let below = world.mutate(&owner, "stockCount", count(4, "count-number-001"), ITEM).await;
    assert_eq!(codes(&below), ["BELOW_RESERVED"]);
    let counted = world.mutate(&owner, "stockCount", count(6, "count-number-002"), ITEM).await;
    let item = &counted["stockItem"];
    assert_eq!((&item["onHand"], &item["held"], &item["available"]), (&json!(6), &json!(5), &json!(1)));
    assert_eq!((item["id"].clone(), item["version"].clone()), (received["stockItem"]["id"].clone(), json!(4)));
}

#[tokio::test]
async fn units_move_between_warehouses_and_held_ones_stay() {
    let (world, owner) = (World::new().await, owner(1));
    let variant = world.stocked(5).await;
    let from = world.levels().await[0].warehouse;
    let to = world.warehouse(1, "SOUTH", 2).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)])]).await;
    let transfer = |quantity: i64, key: &str| {
        json!({
            "variantId": variant, "fromWarehouseId": from, "toWarehouseId": to, "quantity": quantity,
            "idempotencyKey": key,
        })
    };
    let fields = "from { onHand held } to { onHand held }";
    let moved = world.mutate(&owner, "stockTransfer", transfer(3, "transfer-number1"), fields).await;
    assert_eq!(moved["from"], json!({ "onHand": 2, "held": 2 }), "{moved}");
    assert_eq!(moved["to"], json!({ "onHand": 3, "held": 0 }));
    let again = world.mutate(&owner, "stockTransfer", transfer(3, "transfer-number1"), fields).await;
    assert_eq!((&again["replayed"], &again["to"]), (&json!(true), &moved["to"]));
    let too_many = world.mutate(&owner, "stockTransfer", transfer(1, "transfer-number2"), fields).await;
    assert_eq!((codes(&too_many), &too_many["from"]), (vec!["BELOW_RESERVED"], &Value::Null));
    // Nothing of it was done.
    assert_eq!(world.levels().await.iter().map(|level| level.on_hand).sum::<i64>(), 5);
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer_and_changes_nothing() {
    let (world, owner) = (World::new().await, owner(1));
    let (variant, warehouse) = (world.variant(1).await, world.warehouse(1, "NORTH", 1).await);
    let input = receive(variant, warehouse, 10, "receive-number-1");
    let (first, twin) = tokio::join!(
        world.mutate(&owner, "stockReceive", input.clone(), ITEM),
        world.mutate(&owner, "stockReceive", input.clone(), ITEM),
    );
    assert_eq!(first["stockItem"], twin["stockItem"]);
    let world = world.restarted().await;
    let again = world.mutate(&owner, "stockReceive", input, ITEM).await;
    assert_eq!((&again["replayed"], &again["stockItem"]), (&json!(true), &first["stockItem"]));
    assert_eq!(world.numbers().await, (10, 0, 0));
}

#[tokio::test]
async fn warehouses_are_made_and_changed() {
    let (world, owner) = (World::new().await, owner(1));
    let input = json!({ "code": "NORTH", "name": "Harbour", "idempotencyKey": "warehouse-number" });
    let made = world.mutate(&owner, "warehouseCreate", input.clone(), WAREHOUSE).await;
    assert_eq!(made["warehouse"]["priority"], 100);
    let again = world.mutate(&owner, "warehouseCreate", input, WAREHOUSE).await;
    assert_eq!((&again["replayed"], &again["warehouse"]), (&json!(true), &made["warehouse"]));
    let change = json!({ "id": made["warehouse"]["id"], "priority": 3, "isActive": false, "expectedVersion": 1 });
    let changed = world.mutate(&owner, "warehouseUpdate", change, WAREHOUSE).await;
    let warehouse = &changed["warehouse"];
    assert_eq!(
        (&warehouse["priority"], &warehouse["isActive"], &warehouse["version"]),
        (&json!(3), &json!(false), &json!(2))
    );
    assert_eq!(warehouse["name"], "Harbour");
}

#[tokio::test]
async fn a_tenant_has_a_hundred_warehouses_at_most() {
    let (world, owner) = (World::new().await, owner(1));
    for number in 0..100 {
        world.warehouse(1, &format!("W{number}"), 1).await;
    }
    let input = json!({ "code": "ONE-MORE", "name": "One more" });
    let refused = world.mutate(&owner, "warehouseCreate", input, WAREHOUSE).await;
    assert_eq!(codes(&refused), ["TOO_MANY_WAREHOUSES"]);
}

/// Every code but that of too many warehouses, with caller, mutation and input.
async fn refused_calls(world: &World) -> Vec<(&'static str, Caller, &'static str, Value)> {
    let variant = world.stocked(5).await;
    let north = world.levels().await[0].warehouse;
    let south = world.warehouse(1, "SOUTH", 2).await;
    let (foreign, theirs) = (world.variant(2).await, world.warehouse(2, "NORTH", 1).await);
    world.deliver(&[reserve(1, &[(variant, 1, 4)])]).await;
    let (staff, reader) = (owner(1), member(5, owner(1).tenant.unwrap(), &[], &["inventory:read"]));
    world.mutate(&staff, "stockReceive", receive(variant, south, 1, "a-key-that-was-used"), ITEM).await;
    let adjust = |change: i64| {
        json!({
            "variantId": variant, "warehouseId": north, "change": change, "reason": "LOST",
            "idempotencyKey": "adjust-number-01",
        })
    };
    let with = |mut input: Value, name: &str, value: Value| {
        input[name] = value;
        input
    };
    let get = |variant, warehouse, quantity| receive(variant, warehouse, quantity, "receive-number-9");
    let transfer = |from: WarehouseId, to: WarehouseId, quantity: i64| {
        json!({
            "variantId": variant, "fromWarehouseId": from, "toWarehouseId": to, "quantity": quantity,
            "idempotencyKey": "transfer-number1",
        })
    };
    let make = |code: &str, name: &str, priority: i64| json!({ "code": code, "name": name, "priority": priority });
    let change = |id: WarehouseId, version: i64| json!({ "id": id, "name": "New", "expectedVersion": version });
    vec![
        ("FORBIDDEN", Caller::visitor(), "stockReceive", get(variant, north, 1)),
        ("FORBIDDEN", reader.clone(), "stockReceive", get(variant, north, 1)),
        ("FORBIDDEN", reader.clone(), "stockTransfer", transfer(north, south, 1)),
        ("FORBIDDEN", reader, "warehouseCreate", make("A", "A", 1)),
        ("WAREHOUSE_NOT_FOUND", staff.clone(), "stockReceive", get(variant, nowhere(), 1)),
        ("WAREHOUSE_NOT_FOUND", staff.clone(), "stockReceive", get(variant, theirs, 1)),
        ("WAREHOUSE_NOT_FOUND", staff.clone(), "stockTransfer", transfer(north, theirs, 1)),
        ("WAREHOUSE_NOT_FOUND", staff.clone(), "stockReceive", with(get(variant, north, 1), "warehouseId", json!("x"))),
        ("WAREHOUSE_NOT_FOUND", staff.clone(), "warehouseUpdate", change(theirs, 1)),
        ("WAREHOUSE_NOT_FOUND", staff.clone(), "warehouseUpdate", change(nowhere(), 1)),
        ("UNKNOWN_VARIANT", staff.clone(), "stockReceive", get(foreign, north, 1)),
        ("UNKNOWN_VARIANT", staff.clone(), "stockReceive", get(nowhere(), north, 1)),
        ("UNKNOWN_VARIANT", staff.clone(), "stockReceive", with(get(variant, north, 1), "variantId", json!("x"))),
        ("NEGATIVE_QUANTITY", staff.clone(), "stockReceive", get(variant, north, -1)),
        ("NEGATIVE_QUANTITY", staff.clone(), "stockTransfer", transfer(north, south, -1)),
        ("QUANTITY_ZERO", staff.clone(), "stockReceive", get(variant, north, 0)),
        ("QUANTITY_ZERO", staff.clone(), "stockTransfer", transfer(north, south, 0)),
        ("QUANTITY_ZERO", staff.clone(), "stockAdjust", adjust(0)),
        ("QUANTITY_TOO_LARGE", staff.clone(), "stockReceive", get(variant, north, 1_000_000_000)),
        ("QUANTITY_TOO_LARGE", staff.clone(), "stockAdjust", adjust(i64::from(i32::MAX))),
        ("BELOW_RESERVED", staff.clone(), "stockAdjust", adjust(-2)),
        ("BELOW_RESERVED", staff.clone(), "stockTransfer", transfer(north, south, 2)),
        ("SAME_WAREHOUSE", staff.clone(), "stockTransfer", transfer(north, north, 1)),
        ("REFERENCE_INVALID", staff.clone(), "stockReceive", with(get(variant, north, 1), "reference", json!(" "))),
        ("VERSION_CONFLICT", staff.clone(), "stockReceive", with(get(variant, north, 1), "expectedVersion", json!(7))),
        ("VERSION_CONFLICT", staff.clone(), "warehouseUpdate", change(north, 7)),
        ("IDEMPOTENCY_KEY_INVALID", staff.clone(), "stockReceive", receive(variant, north, 1, "short")),
        ("IDEMPOTENCY_KEY_REUSED", staff.clone(), "stockReceive", receive(variant, north, 2, "a-key-that-was-used")),
        ("CODE_INVALID", staff.clone(), "warehouseCreate", make("a b", "A", 1)),
        ("CODE_TAKEN", staff.clone(), "warehouseCreate", make("NORTH", "A", 1)),
        ("CODE_TAKEN", staff.clone(), "warehouseUpdate", json!({ "id": south, "code": "NORTH" })),
        ("NAME_INVALID", staff.clone(), "warehouseCreate", make("A", " ", 1)),
        ("PRIORITY_INVALID", staff, "warehouseCreate", make("A", "A", 1_001)),
    ]
}

#[tokio::test]
async fn every_code_is_met_and_nothing_is_done() {
    let world = World::new().await;
    let mut met = BTreeSet::from(["TOO_MANY_WAREHOUSES"]);
    let calls = refused_calls(&world).await;
    let before = world.levels().await;
    for (code, caller, mutation, input) in calls {
        let payload = world.mutate(&caller, mutation, input.clone(), "__typename").await;
        assert_eq!(codes(&payload), [code], "{mutation} {input}");
        met.insert(code);
    }
    assert_eq!(world.levels().await, before);
    assert_eq!(met.into_iter().collect::<Vec<_>>(), Refusal::CODES);
    for code in Refusal::CODES {
        let row = format!("| `{code}` |");
        assert!(include_str!("../../README.md").contains(&row), "README.md has no {code}");
    }
}

#[tokio::test]
async fn a_version_that_is_not_the_items_is_told() {
    let (world, owner) = (World::new().await, owner(1));
    let variant = world.stocked(5).await;
    let warehouse = world.levels().await[0].warehouse;
    let mut input = receive(variant, warehouse, 1, "receive-number-9");
    input["expectedVersion"] = json!(0);
    let refused = world.mutate(&owner, "stockReceive", input, ITEM).await;
    assert_eq!(refused["userErrors"][0]["currentVersion"], 1);
    assert_eq!(refused["userErrors"][0]["field"], json!(["input", "expectedVersion"]));
}

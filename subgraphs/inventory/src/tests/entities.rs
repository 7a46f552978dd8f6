//! What other subgraphs ask for.

use super::world::{World, commit, line_id, nowhere, owner, release, reserve, reserve_for};
use crate::{StockItemKind, VariantKind, WarehouseKind};
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

const ENTITIES: &str = "query($r: [_Any!]!) { _entities(representations: $r) {
  ... on Warehouse { code }
  ... on StockItem { onHand variant { availability { level } } }
  ... on ProductVariant { availability { level saleable } }
  ... on OrderLine { reservation { level quantity expiresAt allocations { quantity dispatched returned warehouse { code } } } }
} }";

async fn entities(world: &World, caller: &Caller, representations: Value) -> Value {
    world.data(caller, ENTITIES, json!({ "r": representations })).await["_entities"].take()
}

#[tokio::test]
async fn entities_are_null_where_they_are_not_for_the_caller() {
    let world = World::new().await;
    world.stocked(5).await;
    let item = world.levels().await.remove(0);
    let representations = json!([
        { "__typename": "Warehouse", "id": item.warehouse },
        { "__typename": "Warehouse", "nodeId": item.warehouse },
        { "__typename": "Warehouse", "id": nowhere::<WarehouseKind>() },
        { "__typename": "StockItem", "id": item.id },
        { "__typename": "StockItem", "nodeId": item.id },
        { "__typename": "StockItem", "id": nowhere::<StockItemKind>() },
    ]);
    let warehouse = json!({ "code": "NORTH" });
    let stock = json!({ "onHand": 5, "variant": { "availability": { "level": "LOW_STOCK" } } });
    let all = json!([warehouse, warehouse, null, stock, stock, null]);
    assert_eq!(entities(&world, &owner(1), representations.clone()).await, all);
    for caller in [Caller::visitor(), owner(2)] {
        assert_eq!(
            entities(&world, &caller, representations.clone()).await,
            json!([null, null, null, null, null, null])
        );
    }
}

#[tokio::test]
async fn variants_have_their_level() {
    let world = World::new().await;
    let stocked = world.stocked(5).await;
    let (empty, unknown) = (world.variant(2).await, nowhere::<VariantKind>());
    let of = |id| json!({ "__typename": "ProductVariant", "id": id });
    let wanted = json!([of(stocked), of(empty), of(unknown)]);
    let seen = |level: &str, saleable: Value| json!({ "availability": { "level": level, "saleable": saleable } });
    assert_eq!(
        entities(&world, &owner(1), wanted.clone()).await,
        json!([seen("LOW_STOCK", json!(5)), seen("OUT_OF_STOCK", Value::Null), null])
    );
    assert_eq!(entities(&world, &Caller::visitor(), wanted).await[0], seen("LOW_STOCK", Value::Null));
}

#[tokio::test]
async fn lines_of_orders_have_their_reservation() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    let south = world.warehouse(1, "SOUTH", 2).await;
    world.receive(1, (variant, south), 5).await;
    world.deliver(&[reserve_for(1, 7, &[(variant, 1, 8)]), reserve_for(2, 7, &[(variant, 1, 1)])]).await;
    world.deliver(&[reserve(3, &[(variant, 1, 9)])]).await;
    let of = |order| json!({ "__typename": "OrderLine", "id": line_id(order, 0) });
    let wanted = json!([of(1), of(2), of(3)]);
    let buyers = entities(&world, &user(7), wanted.clone()).await;
    let held = json!({
        "level": "HELD", "quantity": 8, "expiresAt": "2026-01-02T03:19:05.678Z", "allocations": null,
    });
    assert_eq!((&buyers[0]["reservation"], &buyers[1]["reservation"]["level"]), (&held, &json!("HELD")));
    // That order was refused, so nothing is reserved for it.
    assert_eq!(buyers[2], json!({ "reservation": null }));
    world.deliver(&[commit(1), release(2)]).await;
    let staff = entities(&world, &owner(1), wanted.clone()).await;
    let allocations = json!([
        { "quantity": 5, "dispatched": 0, "returned": 0, "warehouse": { "code": "NORTH" } },
        { "quantity": 3, "dispatched": 0, "returned": 0, "warehouse": { "code": "SOUTH" } },
    ]);
    let committed = json!({ "level": "COMMITTED", "quantity": 8, "expiresAt": null, "allocations": allocations });
    assert_eq!(staff[0]["reservation"], committed);
    assert_eq!(staff[1]["reservation"]["level"], "RELEASED");
    for caller in [Caller::visitor(), user(8), owner(2)] {
        let others = entities(&world, &caller, wanted.clone()).await;
        assert_eq!(others[0], json!({ "reservation": null }));
    }
}

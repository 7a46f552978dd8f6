//! Sold units lie in the warehouse until their shipment leaves: what that changes, and what changes nothing.

use super::world::{World, commit, line_id, of_orders, order_id, owner, release, reserve};
use crate::{
    Inventory,
    consumers::{OrderDispatches, OrderReturns},
};
use hansa_event_sourcing::testing::consumed;
use hansa_messaging::{HandleError, ReceivedEvent};
use hansa_relational::{Migrations, OpenOptions, Relational, Row, migrations, query};
use hansa_subgraph_host::testing::{services, tenant_id};
use hansa_testkit::postgres;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Shipping's `shipment.dispatched` of an order's shipment with this number.
pub(super) fn dispatched(order: u128, (shipment, lines): (u128, &[(String, i64)])) -> ReceivedEvent {
    let mut event = consumed("shipping.shipment.dispatched.v1");
    let id = format!("shipment_{order:020}{shipment:06}");
    let lines: Vec<Value> =
        lines.iter().map(|(line, quantity)| json!({ "lineId": line, "quantity": quantity })).collect();
    event.content["shipmentId"] = json!(id);
    event.content["orderId"] = json!(order_id(order));
    event.content["lines"] = json!(lines);
    event.stream_id = id;
    ReceivedEvent { source: "shipping".to_owned(), lane: 0, position: 1, event }
}

fn line(order: u128, quantity: i64) -> (String, i64) {
    (line_id(order, 0), quantity)
}

async fn leaves(world: &World, events: &[ReceivedEvent]) -> Result<(), HandleError> {
    world.deliver_to(&OrderDispatches::new(), events).await
}

/// On hand, committed and awaited, of each stock item.
async fn levels(world: &World) -> Vec<(i64, i64, i64)> {
    world.levels().await.iter().map(|level| (level.on_hand, level.committed, level.awaiting_dispatch)).collect()
}

async fn count(world: &World, counted: i64) -> Value {
    let level = world.levels().await.remove(0);
    let input = json!({
        "variantId": level.variant, "warehouseId": level.warehouse, "counted": counted,
        "idempotencyKey": format!("count-of-the-shelf-{counted}-{}", level.version),
    });
    let fields = "stockItem { onHand held committed awaitingDispatch }";
    world.mutate(&owner(1), "stockCount", input, fields).await
}

#[tokio::test]
async fn a_count_between_sale_and_dispatch_finds_what_was_sold() {
    let world = World::new().await;
    let variant = world.stocked(10).await;
    world.deliver(&[reserve(1, &[(variant, 1, 4)]), commit(1), reserve(2, &[(variant, 1, 1)])]).await;
    // Ten lie there: four of them are sold and one is held.
    let counted = count(&world, 10).await;
    assert_eq!(counted["stockItem"], json!({ "onHand": 6, "held": 1, "committed": 4, "awaitingDispatch": 4 }));
    let refused = count(&world, 4).await;
    let message = "1 units are held for orders, 4 sold ones await dispatch, and fewer would be left";
    let error = json!({ "code": "BELOW_RESERVED", "field": ["input", "counted"], "message": message });
    assert_eq!(refused["userErrors"], json!([error]));
    leaves(&world, &[dispatched(1, (1, &[line(1, 4)]))]).await.unwrap();
    let counted = count(&world, 6).await;
    assert_eq!(counted["stockItem"], json!({ "onHand": 6, "held": 1, "committed": 4, "awaitingDispatch": 0 }));
    let movements = "query($id: ID!) { stockItem(id: $id) { movements(first: 2) { nodes {
        kind onHandChange heldChange awaitingDispatchChange reference orderId } } } }";
    let seen = world.data(&owner(1), movements, json!({ "id": world.levels().await[0].id })).await;
    let expected = json!({
        "kind": "DISPATCHED", "onHandChange": 0, "heldChange": 0, "awaitingDispatchChange": -4,
        "reference": format!("shipment_{:020}{:06}", 1, 1), "orderId": order_id(1),
    });
    assert_eq!(seen["stockItem"]["movements"]["nodes"][1], expected);
}

#[tokio::test]
async fn dispatches_in_parts_again_and_too_many_do_no_harm() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    let south = world.warehouse(1, "SOUTH", 2).await;
    world.receive(1, (variant, south), 5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 8)]), commit(1), reserve(2, &[(variant, 1, 1)]), commit(2)]).await;
    assert_eq!(levels(&world).await, [(0, 5, 5), (1, 4, 4)]);
    let first = dispatched(1, (1, &[line(1, 4), line(1, 2)]));
    leaves(&world, &[first.clone(), first.clone()]).await.unwrap();
    assert_eq!(levels(&world).await, [(0, 5, 0), (1, 4, 3)]);
    // Two of the eight are left; the ninth is another order's, and stays.
    let second = dispatched(1, (2, &[line(1, 9), line(9, 1), line(1, 0), line(1, -3)]));
    leaves(&world, &[second, first]).await.unwrap();
    assert_eq!(levels(&world).await, [(0, 5, 0), (1, 4, 1)]);
    let nothing = dispatched(3, (1, &[("nonsense".to_owned(), 1)]));
    leaves(&world, &[nothing, dispatched(4, (1, &[]))]).await.unwrap();
    assert_eq!(levels(&world).await, [(0, 5, 0), (1, 4, 1)]);
    let many: Vec<(String, i64)> = (0..1_001).map(|number| (line_id(1, number), 1)).collect();
    let error = leaves(&world, &[dispatched(1, (3, &many))]).await.unwrap_err();
    assert!(error.to_string().contains("1000 lines"), "{error}");
}

#[tokio::test]
async fn what_is_held_yet_is_tried_again() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)])]).await;
    let early = dispatched(1, (1, &[line(1, 2)]));
    let error = leaves(&world, std::slice::from_ref(&early)).await.unwrap_err();
    assert!(matches!(&error, HandleError::Retry(why) if why.to_string().contains("not sold yet")), "{error}");
    world.deliver(&[commit(1)]).await;
    leaves(&world, &[early]).await.unwrap();
    assert_eq!(levels(&world).await, [(3, 2, 0)]);
    // What ran out may be held again, and sold.
    world.deliver(&[reserve(3, &[(variant, 1, 1)])]).await;
    world.services.clock.advance(chrono::TimeDelta::hours(1));
    world.context.expire_some().await.unwrap();
    let error = leaves(&world, &[dispatched(3, (1, &[line(3, 1)]))]).await.unwrap_err();
    assert!(matches!(error, HandleError::Retry(_)), "{error}");
    assert_eq!(levels(&world).await, [(3, 2, 0)]);
}

fn returned(order: u128, quantity: i64) -> ReceivedEvent {
    let content =
        json!({ "orderId": order_id(order), "lines": [{ "lineId": line_id(order, 0), "quantity": quantity }] });
    of_orders(("order", order_id(order)), "return_received", content)
}

/// Two consumers hear of the undo and of the dispatch: whichever is first, it comes to the same.
#[tokio::test]
async fn what_left_is_gone_even_where_its_order_was_undone_first() {
    let world = World::new().await;
    let variant = world.stocked(9).await;
    let sold = [reserve(1, &[(variant, 1, 5)]), commit(1)];
    let left = [dispatched(1, (1, &[line(1, 2)])), dispatched(1, (2, &[line(1, 9)]))];
    world.deliver(&sold).await;
    world.deliver(&[release(1), release(1)]).await;
    assert_eq!(levels(&world).await, [(9, 0, 0)]);
    leaves(&world, &[left[0].clone(), left[0].clone()]).await.unwrap();
    assert_eq!(levels(&world).await, [(7, 2, 0)], "as if it had left before");
    world.deliver(&[release(1)]).await;
    leaves(&world, &left).await.unwrap();
    assert_eq!(levels(&world).await, [(4, 5, 0)], "never more than were reserved");
    let movements = "query($id: ID!) { stockItem(id: $id) { movements(first: 3) { nodes {
        kind onHandChange heldChange awaitingDispatchChange } } } }";
    let seen = world.data(&owner(1), movements, json!({ "id": world.levels().await[0].id })).await;
    let moved = |kind: &str, on_hand: i64, held: i64, awaiting: i64| json!({ "kind": kind, "onHandChange": on_hand, "heldChange": held, "awaitingDispatchChange": awaiting });
    let newest = [moved("DISPATCHED", 0, 0, -3), moved("COMMITTED", -3, -3, 3), moved("RESERVED", 0, 3, 0)];
    assert_eq!(seen["stockItem"]["movements"]["nodes"], json!(newest));
    world.deliver_to(&OrderReturns::new(), &[returned(1, 4), returned(1, 4)]).await.unwrap();
    assert_eq!(levels(&world).await, [(9, 5, 0)], "what left comes back once");
}

/// Nothing is taken from who holds it, and nothing of such a shipment is noted: it is tried again until there is enough.
#[tokio::test]
async fn what_left_and_is_promised_to_others_is_tried_again() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 3)]), commit(1), release(1), reserve(2, &[(variant, 1, 3)])]).await;
    let left = dispatched(1, (1, &[line(1, 3)]));
    let error = leaves(&world, std::slice::from_ref(&left)).await.unwrap_err();
    let HandleError::Retry(why) = error else { panic!("{error}") };
    let why = why.to_string();
    let item = world.levels().await[0].id.to_string();
    for part in
        [order_id(1), left.event.stream_id.clone(), item, "3 units".to_owned(), "2 units are available".to_owned()]
    {
        assert!(why.contains(&part), "{why}");
    }
    assert_eq!(levels(&world).await, [(5, 0, 0)]);
    world.deliver(&[release(2)]).await;
    leaves(&world, &[left]).await.unwrap();
    assert_eq!(levels(&world).await, [(2, 3, 0)]);
}

/// Where the first hold was lost and both were undone, units left from where they were reserved last.
#[tokio::test]
async fn what_left_was_of_the_newest_reservation() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 4)])]).await;
    let mut again = reserve(1, &[(variant, 1, 4)]);
    again.event.content["commandId"] = json!(uuid::Uuid::from_u128(77));
    let south = world.warehouse(1, "SOUTH", 2).await;
    world.receive(1, (variant, south), 5).await;
    world.deliver(&[again]).await;
    let mut undo = release(1);
    undo.event.content["undoes"] = json!(uuid::Uuid::from_u128(77));
    world.deliver(&[undo, release(1)]).await;
    leaves(&world, &[dispatched(1, (1, &[line(1, 4)]))]).await.unwrap();
    assert_eq!(levels(&world).await, [(5, 0, 0), (1, 4, 0)]);
}

#[tokio::test]
async fn what_left_comes_back_by_a_return_and_what_did_not_by_the_undo() {
    let world = World::new().await;
    let variant = world.stocked(9).await;
    world.deliver(&[reserve(1, &[(variant, 1, 5)]), commit(1)]).await;
    leaves(&world, &[dispatched(1, (1, &[line(1, 2)]))]).await.unwrap();
    assert_eq!(levels(&world).await, [(4, 5, 3)]);
    // Three are here and are in stock again; two are on their way, and stay sold.
    world.deliver(&[release(1), release(1)]).await;
    assert_eq!(levels(&world).await, [(7, 2, 0)]);
    let content = json!({ "orderId": order_id(1), "lines": [{ "lineId": line_id(1, 0), "quantity": 5 }] });
    let back = of_orders(("order", order_id(1)), "return_received", content);
    world.deliver_to(&OrderReturns::new(), &[back.clone(), back]).await.unwrap();
    assert_eq!(levels(&world).await, [(9, 2, 0)]);
    // A return of what left changes nothing of what others await; told before the dispatch it comes to the same.
    world.deliver(&[reserve(2, &[(variant, 1, 2)]), commit(2), reserve(3, &[(variant, 1, 1)]), commit(3)]).await;
    let content = json!({ "orderId": order_id(2), "lines": [{ "lineId": line_id(2, 0), "quantity": 2 }] });
    world
        .deliver_to(&OrderReturns::new(), &[of_orders(("order", order_id(2)), "return_received", content)])
        .await
        .unwrap();
    assert_eq!(levels(&world).await, [(8, 5, 3)]);
    leaves(&world, &[dispatched(2, (1, &[line(2, 2)]))]).await.unwrap();
    assert_eq!(levels(&world).await, [(8, 5, 1)]);
}

#[tokio::test]
async fn batches_in_opposite_orders_wait_in_no_circle() {
    let Some(server) = postgres() else { return };
    let world = World::on(Some(server)).await;
    let warehouse = world.warehouse(1, "NORTH", 1).await;
    let variants = [world.variant(1).await, world.variant(1).await];
    for variant in variants {
        world.receive(1, (variant, warehouse), 100).await;
    }
    for number in (0..40).step_by(4) {
        let of = |order: u128| reserve(order, &[(variants[(order % 2) as usize], 1, 1)]);
        let sold: Vec<ReceivedEvent> = (number..number + 4).flat_map(|order| [of(order), commit(order)]).collect();
        world.deliver(&sold).await;
        let left = |order| dispatched(order, (1, &[line(order, 1)]));
        let (there, back) = ([left(number), left(number + 1)], [left(number + 3), left(number + 2)]);
        let (one, other) = tokio::join!(leaves(&world, &there), leaves(&world, &back));
        one.unwrap();
        other.unwrap();
    }
    assert!(levels(&world).await.iter().all(|(.., awaiting)| *awaiting == 0));
}

#[tokio::test]
async fn what_was_sold_before_awaits_its_dispatch() {
    const BEFORE: Migrations = migrations!["0001_stock"];
    let folder = TempDir::new().unwrap();
    let services = services(folder.path());
    let options = OpenOptions { lanes: 8, ..OpenOptions::default() };
    let before = Relational::open_with(services.database(crate::NAME), &BEFORE, options).await.unwrap();
    let mut unit = before.begin_unit(&World::new().await.command("load")).await.unwrap();
    query("INSERT INTO stock_levels VALUES ('stockitem_1', $1, 'variant_1', 'warehouse_1', 5, 1, 4, 7)")
        .bind(tenant_id(1).to_string())
        .execute(&mut unit)
        .await
        .unwrap();
    unit.commit(&()).await.unwrap();
    drop(before);
    let context = Inventory::open(&services).await.unwrap();
    let rows: Vec<Row> = query("SELECT awaiting_dispatch FROM stock_levels").fetch_all(&context.db).await.unwrap();
    assert_eq!(rows[0].int("awaiting_dispatch").unwrap(), 4);
    // What awaits is never more than what was sold, and never below zero.
    for awaiting in [5, -1] {
        let mut unit = context.db.begin_unit(&World::new().await.command("load")).await.unwrap();
        let update = query("UPDATE stock_levels SET awaiting_dispatch = $1").bind(awaiting).execute(&mut unit).await;
        assert!(update.is_err(), "{awaiting}");
    }
}

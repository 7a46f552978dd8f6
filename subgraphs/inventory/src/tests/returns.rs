//! What buyers send back is in stock again, where it came from, and never more than was sold.

use super::world::{World, commit, line_id, of_orders, order_id, owner, reserve};
use crate::consumers::OrderReturns;
use hansa_messaging::ReceivedEvent;
use serde_json::{Value, json};

fn returned(order: u128, lines: &[(String, i64)]) -> ReceivedEvent {
    let lines: Vec<Value> = lines.iter().map(|(id, quantity)| json!({ "lineId": id, "quantity": quantity })).collect();
    let content = json!({ "orderId": order_id(order), "lines": lines, "reason": "too small" });
    of_orders(("order", order_id(order)), "return_received", content)
}

async fn on_hand(world: &World) -> Vec<(i64, i64)> {
    world.levels().await.iter().map(|level| (level.on_hand, level.committed)).collect()
}

#[tokio::test]
async fn returned_units_are_in_stock_again() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    let south = world.warehouse(1, "SOUTH", 2).await;
    world.receive(1, (variant, south), 5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 8)]), commit(1)]).await;
    world.deliver_to(&OrderReturns::new(), &[returned(1, &[(line_id(1, 0), 6)])]).await.unwrap();
    assert_eq!(on_hand(&world).await, [(5, 5), (3, 3)]);
    // Two are left of the eight: a third comes from somewhere else.
    world.deliver_to(&OrderReturns::new(), &[returned(1, &[(line_id(1, 0), 3)])]).await.unwrap();
    assert_eq!(on_hand(&world).await, [(5, 5), (5, 3)]);
    let movements =
        "query($id: ID!) { stockItem(id: $id) { movements(first: 1) { nodes { kind reason reference } } } }";
    let id = world.levels().await[0].id;
    let newest = world.data(&owner(1), movements, json!({ "id": id })).await;
    let expected = json!({ "kind": "RECEIVED", "reason": "RETURN", "reference": order_id(1) });
    assert_eq!(newest["stockItem"]["movements"]["nodes"][0], expected);
}

#[tokio::test]
async fn what_was_not_sold_does_not_come_back() {
    let world = World::new().await;
    let variant = world.stocked(5).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)])]).await;
    let lines = [(line_id(1, 0), 1), (line_id(9, 0), 1), ("nonsense".to_owned(), 1)];
    world.deliver_to(&OrderReturns::new(), &[returned(1, &lines), returned(1, &[])]).await.unwrap();
    world.deliver(&[commit(1)]).await;
    for quantity in [0, -1] {
        world.deliver_to(&OrderReturns::new(), &[returned(1, &[(line_id(1, 0), quantity)])]).await.unwrap();
    }
    assert_eq!(world.numbers().await, (3, 0, 2));
    let many: Vec<(String, i64)> = (0..1_001).map(|number| (line_id(1, number), 1)).collect();
    let error = world.deliver_to(&OrderReturns::new(), &[returned(1, &many)]).await.unwrap_err();
    assert!(error.to_string().contains("1000 lines"), "{error}");
}

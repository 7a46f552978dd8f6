//! Reading: pages, movements, levels, and what others do not see.

use super::world::{World, commit, nowhere, order_id, owner, release, reserve};
use crate::VariantKind;
use hansa_subgraph_host::{
    Caller,
    testing::{member, tenant_id, user},
};
use serde_json::{Value, json};

const MOVEMENTS: &str = "query($id: ID!, $after: String) {
  stockItem(id: $id) { movements(first: 3, after: $after) {
    nodes { version kind onHandChange heldChange reason reference orderId }
    pageInfo { endCursor hasNextPage }
  } }
}";

#[tokio::test]
async fn movements_are_the_events_newest_first() {
    let (world, owner) = (World::new().await, owner(1));
    let variant = world.stocked(9).await;
    world.deliver(&[reserve(1, &[(variant, 1, 2)]), reserve(2, &[(variant, 1, 1)])]).await;
    world.deliver(&[commit(1), release(2)]).await;
    let id = world.levels().await[0].id;
    let page = world.data(&owner, MOVEMENTS, json!({ "id": id })).await["stockItem"]["movements"].take();
    let kinds: Vec<&str> = page["nodes"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["RELEASED", "COMMITTED", "RESERVED"]);
    let committed = json!({
        "version": 4, "kind": "COMMITTED", "onHandChange": -2, "heldChange": -2, "reason": null, "reference": null,
        "orderId": order_id(1),
    });
    assert_eq!(page["nodes"][1], committed);
    let after = json!({ "id": id, "after": page["pageInfo"]["endCursor"] });
    let rest = world.data(&owner, MOVEMENTS, after).await["stockItem"]["movements"].take();
    let received = json!({
        "version": 1, "kind": "RECEIVED", "onHandChange": 9, "heldChange": 0, "reason": "DELIVERY", "reference": null,
        "orderId": null,
    });
    assert_eq!((&rest["nodes"][1], &rest["pageInfo"]["hasNextPage"]), (&received, &json!(false)));
}

#[tokio::test]
async fn stock_and_warehouses_are_listed_for_their_tenant_alone() {
    let (world, owner) = (World::new().await, owner(1));
    let mut variants = Vec::new();
    let (north, south) = (world.warehouse(1, "NORTH", 1).await, world.warehouse(1, "SOUTH", 2).await);
    for number in 1..4 {
        let variant = world.variant(1).await;
        world.receive(1, (variant, north), number).await;
        world.receive(1, (variant, south), 10 * number).await;
        variants.push(variant);
    }
    let items = "query($filter: StockItemFilter, $first: Int, $after: String, $last: Int) {
      stockItems(filter: $filter, first: $first, after: $after, last: $last) {
        nodes { onHand } pageInfo { endCursor hasNextPage }
      }
    }";
    let numbers = |page: &Value| -> Vec<i64> {
        page["stockItems"]["nodes"].as_array().unwrap().iter().map(|node| node["onHand"].as_i64().unwrap()).collect()
    };
    let page = world.data(&owner, items, json!({ "first": 4 })).await;
    assert_eq!(numbers(&page), [1, 10, 2, 20]);
    let after = &page["stockItems"]["pageInfo"]["endCursor"];
    assert_eq!(numbers(&world.data(&owner, items, json!({ "first": 4, "after": after })).await), [3, 30]);
    assert_eq!(numbers(&world.data(&owner, items, json!({ "last": 2 })).await), [3, 30]);
    for (filter, expected) in [
        (json!({ "warehouseId": south }), vec![10, 20, 30]),
        (json!({ "variantId": variants[1] }), vec![2, 20]),
        (json!({ "variantId": variants[1], "warehouseId": north }), vec![2]),
        (json!({ "variantId": "nonsense" }), vec![]),
    ] {
        assert_eq!(numbers(&world.data(&owner, items, json!({ "first": 9, "filter": filter })).await), expected);
    }
    let warehouses = "{ warehouses(first: 9) { nodes { code } } }";
    let listed = world.data(&owner, warehouses, json!({})).await;
    assert_eq!(listed["warehouses"]["nodes"], json!([{ "code": "NORTH" }, { "code": "SOUTH" }]));
    let stranger = super::world::owner(2);
    assert_eq!(numbers(&world.data(&stranger, items, json!({ "first": 9 })).await), [0; 0]);
    assert_eq!(world.data(&stranger, warehouses, json!({})).await["warehouses"]["nodes"], json!([]));
    let member = member(3, tenant_id(1), &["MEMBER"], &["tenant:read"]);
    for (caller, code) in [(Caller::visitor(), "UNAUTHENTICATED"), (member, "FORBIDDEN")] {
        for (query, field) in [(items, "stockItems"), (warehouses, "warehouses")] {
            let answer = world.ask(&caller, query, json!({ "first": 1 })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{field}");
            assert_eq!(answer["data"][field], Value::Null);
        }
    }
    let wrong = world.ask(&owner, items, json!({ "first": 101 })).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn everybody_knows_the_level_and_staff_the_number() {
    let world = World::new().await;
    let few = world.stocked(5).await;
    let many = world.variant(1).await;
    let warehouse = world.levels().await[0].warehouse;
    world.receive(1, (many, warehouse), 6).await;
    let none = world.variant(2).await;
    let query = "query($ids: [ID!]!) { availability(variantIds: $ids) { level saleable variant { id } } }";
    let ids = json!({ "ids": [few, many, none, nowhere::<VariantKind>(), "nonsense"] });
    let answer = world.data(&owner(1), query, ids.clone()).await;
    assert_eq!(
        answer["availability"],
        json!([
            { "level": "LOW_STOCK", "saleable": 5, "variant": { "id": few } },
            { "level": "IN_STOCK", "saleable": 6, "variant": { "id": many } },
            { "level": "OUT_OF_STOCK", "saleable": null, "variant": { "id": none } },
            null,
            null,
        ])
    );
    for caller in [Caller::visitor(), user(7), owner(2)] {
        let answer = world.data(&caller, query, ids.clone()).await;
        assert_eq!(
            answer["availability"][1],
            json!({ "level": "IN_STOCK", "saleable": null, "variant": { "id": many } })
        );
    }
    let too_many = world.ask(&owner(1), query, json!({ "ids": vec![few; 101] })).await;
    assert_eq!(too_many["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn stock_of_others_is_as_unknown() {
    let world = World::new().await;
    world.stocked(5).await;
    let id = world.levels().await[0].id;
    let query = "query($id: ID!) { stockItem(id: $id) { onHand } }";
    assert_eq!(world.data(&owner(1), query, json!({ "id": id })).await["stockItem"]["onHand"], 5);
    for (caller, id) in [
        (Caller::visitor(), id.to_string()),
        (owner(2), id.to_string()),
        (owner(1), "stockitem_00000000000000000000000001".to_owned()),
        (owner(1), "nonsense".to_owned()),
    ] {
        assert_eq!(world.data(&caller, query, json!({ "id": id })).await["stockItem"], Value::Null);
    }
}

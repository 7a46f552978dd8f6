//! Lists of orders by status and time: what is found, which values are refused, and that an index finds it.

use super::world::{World, seller};
use crate::{
    domain::order::OrderStatus,
    tables::order_pages::{BOUGHT, OrderFilter, SOLD, paged},
};
use chrono::TimeDelta;
use hansa_relational::{Keyset, Query, Row, query};
use hansa_subgraph_host::{
    CursorKey, PageArguments, QueryFingerprint,
    testing::{tenant_id, user, user_id},
};
use serde_json::{Value, json};
use std::slice::from_ref;

const ORDERS: &str = "query($filter: OrderFilter, $first: Int, $after: String, $last: Int, $before: String) {
  orders(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { id } pageInfo { startCursor endCursor hasNextPage } } }";
const SALES: &str = "query($r: [_Any!]!, $filter: OrderFilter, $first: Int, $after: String) {
  _entities(representations: $r) { ... on Tenant {
    salesOrders(filter: $filter, first: $first, after: $after) { nodes { id } pageInfo { endCursor } } } } }";
const OWN: &str = "query($r: [_Any!]!, $filter: OrderFilter) { _entities(representations: $r) { ... on User {
  orders(filter: $filter, first: 10) { nodes { id } } } } }";

fn ids(connection: &Value) -> Vec<&str> {
    let nodes = connection["nodes"].as_array().unwrap_or_else(|| panic!("{connection}"));
    nodes.iter().map(|node| node["id"].as_str().unwrap()).collect()
}

async fn bought(world: &World, filter: Value) -> Vec<String> {
    let answer = world.ask(&user(7), ORDERS, json!({ "filter": filter, "first": 10 })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    ids(&answer["data"]["orders"]).into_iter().map(str::to_owned).collect()
}

async fn sold(world: &World, filter: Value) -> Vec<String> {
    let r = json!([{ "__typename": "Tenant", "id": tenant_id(1) }]);
    let answer = world.ask(&seller(1), SALES, json!({ "r": r, "filter": filter, "first": 10 })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    ids(&answer["data"]["_entities"][0]["salesOrders"]).into_iter().map(str::to_owned).collect()
}

/// Three orders, an hour apart: fulfilled in the end, confirmed, pending.
async fn three(world: &World) -> [String; 3] {
    let first = world.completed(&user(7), &[(1, 1)]).await;
    world.advance(TimeDelta::hours(1));
    let second = world.confirmed(&user(7), &[(1, 1), (2, 1)]).await;
    world.advance(TimeDelta::hours(1));
    let third = world.place(&user(7), &[(1, 1)]).await;
    world.ship(first, (1, "delivered")).await;
    [first, second, third].map(|order| order.to_string())
}

#[tokio::test]
async fn orders_are_found_by_status_and_time() {
    let world = World::new().await;
    let start = world.services.clock.now();
    let at = |minutes: i64| json!((start + TimeDelta::minutes(minutes)).to_rfc3339());
    let [first, second, third] = three(&world).await;
    let all = [third.clone(), second.clone(), first.clone()];
    assert_eq!(bought(&world, Value::Null).await, all);
    assert_eq!(bought(&world, json!({})).await, all);
    assert_eq!(bought(&world, json!({ "status": ["CONFIRMED"] })).await, from_ref(&second));
    let two = [third.clone(), first.clone()];
    assert_eq!(bought(&world, json!({ "status": ["FULFILLED", "PENDING"] })).await, two);
    assert_eq!(bought(&world, json!({ "status": ["REJECTED"] })).await, [""; 0]);
    let each = ["PENDING", "PAYMENT_REVIEW", "CONFIRMED", "REJECTED", "CANCELLING", "CANCELLED", "FULFILLED"];
    assert_eq!(bought(&world, json!({ "status": each })).await, all);
    let between = json!({ "placedAfter": at(30), "placedBefore": at(90) });
    assert_eq!(bought(&world, between.clone()).await, from_ref(&second));
    assert_eq!(bought(&world, json!({ "placedAfter": at(30) })).await, [third, second.clone()]);
    // Neither end belongs to it.
    assert_eq!(bought(&world, json!({ "placedBefore": at(0) })).await, [""; 0]);
    assert_eq!(bought(&world, json!({ "placedAfter": at(30), "status": ["FULFILLED"] })).await, [""; 0]);
    // Sellers see what was confirmed, by what it is by now.
    assert_eq!(sold(&world, Value::Null).await, [second.clone(), first.clone()]);
    assert_eq!(sold(&world, json!({ "status": ["FULFILLED"] })).await, from_ref(&first));
    assert_eq!(sold(&world, json!({ "status": ["CONFIRMED", "CANCELLED"] })).await, from_ref(&second));
    assert_eq!(sold(&world, between).await, from_ref(&second));
    let r = json!([{ "__typename": "User", "id": user_id(7) }]);
    let own = world.ask(&user(7), OWN, json!({ "r": r, "filter": { "status": ["CONFIRMED"] } })).await;
    assert_eq!(ids(&own["data"]["_entities"][0]["orders"]), [second]);
}

#[tokio::test]
async fn values_that_find_nothing_and_cursors_of_other_lists_are_refused() {
    let world = World::new().await;
    let [first, ..] = three(&world).await;
    let time = "2026-01-02T03:04:05Z";
    let cases = [
        (json!({ "status": [] }), "`filter.status` names no status"),
        (json!({ "status": ["PENDING", "PENDING"] }), "`filter.status` names a status twice"),
        (json!({ "placedAfter": time, "placedBefore": time }), "`filter.placedAfter` is not before"),
        (json!({ "status": ["LOST"] }), "LOST"),
        (json!({ "placedAfter": "yesterday" }), "RFC 3339"),
        (json!({ "buyer": "me" }), "buyer"),
    ];
    for (filter, text) in cases {
        let answer = world.ask(&user(7), ORDERS, json!({ "filter": filter, "first": 1 })).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(text), "{filter}: {answer}");
    }
    let ask = async |variables: Value| world.ask(&user(7), ORDERS, variables).await;
    let page = ask(json!({ "first": 2 })).await["data"]["orders"].take();
    let cursor = &page["pageInfo"]["endCursor"];
    let rest = ask(json!({ "first": 2, "after": cursor })).await;
    assert_eq!(ids(&rest["data"]["orders"]), [first.as_str()]);
    let back = ask(json!({ "last": 1, "before": cursor })).await;
    assert_eq!(ids(&back["data"]["orders"]), [ids(&page)[0]]);
    // The cursor is of the list without a filter; one that finds everything is the same list.
    let other = ask(json!({ "first": 2, "after": cursor, "filter": { "status": ["CONFIRMED"] } })).await;
    assert_eq!(other["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{other}");
    let same = ask(json!({ "first": 2, "after": cursor, "filter": {} })).await;
    assert_eq!(ids(&same["data"]["orders"]), [first.as_str()]);
    let r = json!([{ "__typename": "Tenant", "id": tenant_id(1) }]);
    let sales = world.ask(&seller(1), SALES, json!({ "r": r, "first": 1 })).await;
    let cursor = &sales["data"]["_entities"][0]["salesOrders"]["pageInfo"]["endCursor"];
    let rest = world.ask(&seller(1), SALES, json!({ "r": r, "first": 1, "after": cursor })).await;
    assert_eq!(ids(&rest["data"]["_entities"][0]["salesOrders"]), [first.as_str()]);
    let stolen = ask(json!({ "first": 1, "after": cursor })).await;
    assert_eq!(stolen["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{stolen}");
}

/// Many orders of one buyer and one seller, with a few of others.
async fn filled(world: &World) {
    let request = hansa_subgraph_host::testing::context(&world.services, &user(7));
    let command = request.command("load", None, &()).unwrap();
    let mut unit = world.orders.db.begin_unit(&command).await.unwrap();
    let now = world.services.clock.now();
    query(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
         INSERT INTO orders (id, buyer_id, status, placed, placed_at, updated_at, version)
         SELECT 'order_' || i, 'user_' || (i % 40), 'CONFIRMED', $1, $2, $2, 1 FROM n",
    )
    .bind(hansa_relational::Value::Json(json!({})))
    .bind(now)
    .execute(&mut unit)
    .await
    .unwrap();
    query(
        "INSERT INTO order_sellers (tenant_id, order_id, status, placed_at)
         SELECT CASE WHEN buyer_id = 'user_1' THEN 'tenant_1' ELSE 'tenant_2' END, id, status, placed_at FROM orders",
    )
    .execute(&mut unit)
    .await
    .unwrap();
    query("ANALYZE").execute(&mut unit).await.unwrap();
    unit.commit(&()).await.unwrap();
}

#[tokio::test]
async fn an_index_finds_and_sorts_each_page() {
    let world = World::new().await;
    filled(&world).await;
    let is_postgres = world.services.servers.postgres.is_some();
    let plan = async |rows: Query, filter: &OrderFilter, order: Keyset| -> String {
        let arguments = PageArguments { first: Some(10), ..PageArguments::default() };
        let page = arguments.page(&CursorKey::new(b"of the test"), QueryFingerprint::of("test", &())).unwrap();
        let rows: Vec<Row> = paged(rows, filter, (order, &page)).unwrap().fetch_all(&world.orders.db).await.unwrap();
        let column = if is_postgres { "QUERY PLAN" } else { "detail" };
        rows.iter().map(|row| row.text(column).unwrap() + "\n").collect()
    };
    let bought = || match is_postgres {
        true => query("EXPLAIN SELECT * FROM orders WHERE buyer_id = 'user_1'"),
        false => query("EXPLAIN QUERY PLAN SELECT * FROM orders WHERE buyer_id = 'user_1'"),
    };
    let sold = || match is_postgres {
        true => query("EXPLAIN SELECT order_id FROM order_sellers WHERE tenant_id = 'tenant_1'"),
        false => query("EXPLAIN QUERY PLAN SELECT order_id FROM order_sellers WHERE tenant_id = 'tenant_1'"),
    };
    let now = world.services.clock.now();
    let (after, before) = (Some(now - TimeDelta::hours(1)), Some(now + TimeDelta::hours(1)));
    let timed = OrderFilter { placed_after: after, placed_before: before, ..OrderFilter::default() };
    let of_status = OrderFilter { statuses: vec![OrderStatus::Cancelling], ..timed.clone() };
    for filter in [OrderFilter::default(), timed.clone(), of_status.clone()] {
        let plan = plan(bought(), &filter, BOUGHT).await;
        assert!(plan.contains("orders_buyer"), "{filter:?}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
    }
    for filter in [OrderFilter::default(), timed] {
        let plan = plan(sold(), &filter, SOLD).await;
        assert!(plan.contains("order_sellers_placed") && !plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
    }
    let plan = plan(sold(), &of_status, SOLD).await;
    assert!(plan.contains("order_sellers_status") && !plan.contains("TEMP B-TREE"), "{plan}");
}

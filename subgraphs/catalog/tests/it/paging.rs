//! Pages: whatever the data and whichever way, each row once and in order.

use crate::world::{World, eur, merchant, text, texts};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

const QUERY: &str = "query($order: ProductOrder!, $first: Int, $after: String, $last: Int, $before: String) {
    products(filter: { price: { currencyCode: \"EUR\" } }, orderBy: $order,
        first: $first, after: $after, last: $last, before: $before) {
        nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// All ids, page by page, in the list's order.
async fn walked(world: &World, order: &str, size: usize, is_forward: bool) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let (rows, from) = if is_forward { ("first", "after") } else { ("last", "before") };
        let variables = json!({ "order": order, rows: size, from: cursor });
        let page = world.ask(&Caller::visitor(), QUERY, variables).await["products"].clone();
        let found = texts(&page["nodes"], "/id");
        assert!(found.len() <= size);
        let info = &page["pageInfo"];
        let (more, back, end) = match is_forward {
            true => (&info["hasNextPage"], &info["hasPreviousPage"], &info["endCursor"]),
            false => (&info["hasPreviousPage"], &info["hasNextPage"], &info["startCursor"]),
        };
        assert_eq!(back, &json!(!cursor.is_null()));
        ids = if is_forward { [ids, found].concat() } else { [found, ids].concat() };
        cursor = end.clone();
        if more == &json!(false) {
            return ids;
        }
    }
}

#[tokio::test]
async fn every_page_size_gives_each_product_once() {
    let world = World::new().await;
    let vendor = world.vendor(&merchant(1), "shop").await;
    let category = world.category("all", None).await;
    let mut random = fastrand::Rng::with_seed(7);
    // Few different prices and titles, so that most rows have equals.
    let mut expected = Vec::new();
    for number in 0..60 {
        let (price, title) = (random.i64(0..4), ["b", "A", "ä", "a"][random.usize(0..4)]);
        let input = json!({
            "vendorId": vendor, "categoryId": category, "title": title, "handle": format!("p-{number}"),
            "variants": [{ "sku": format!("S{number}"), "title": "x", "price": eur(&price.to_string()) }],
        });
        let id = world.product(&merchant(1), input).await;
        if random.u8(0..5) > 0 {
            world.done(&merchant(1), "productPublish", json!({ "id": id }), "").await;
            expected.push((price, title.to_lowercase(), id));
        }
    }
    for order in ["NEWEST", "PRICE_ASC", "PRICE_DESC", "TITLE"] {
        match order {
            "NEWEST" => expected.sort_by(|one, other| other.2.cmp(&one.2)),
            "PRICE_ASC" => expected.sort_by(|one, other| (one.0, &one.2).cmp(&(other.0, &other.2))),
            "PRICE_DESC" => expected.sort_by(|one, other| (other.0, &other.2).cmp(&(one.0, &one.2))),
            _ => expected.sort_by(|one, other| (&one.1, &one.2).cmp(&(&other.1, &other.2))),
        }
        let ids: Vec<String> = expected.iter().map(|(_, _, id)| id.clone()).collect();
        for size in [1, 7, ids.len() - 1, ids.len(), 100] {
            for is_forward in [true, false] {
                assert_eq!(walked(&world, order, size, is_forward).await, ids, "{order} {size} {is_forward}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_stays_where_it_is_while_rows_come_and_go() {
    let world = World::new().await;
    let vendor = world.vendor(&merchant(1), "shop").await;
    let category = world.category("all", None).await;
    let place = (vendor.as_str(), category.as_str());
    let mut ids = Vec::new();
    for title in ["a", "c", "e", "g"] {
        ids.push(world.published(&merchant(1), place, &format!("{title}{title}"), "1").await);
    }
    let variables = json!({ "order": "TITLE", "first": 2 });
    let page = world.ask(&Caller::visitor(), QUERY, variables).await["products"].clone();
    let cursor = text(&page["pageInfo"]["endCursor"]);
    world.published(&merchant(1), place, "bb", "1").await;
    let later = world.published(&merchant(1), place, "dd", "1").await;
    world.done(&merchant(1), "productArchive", json!({ "id": ids[1] }), "").await;
    let variables = json!({ "order": "TITLE", "first": 2, "after": cursor });
    let page = world.ask(&Caller::visitor(), QUERY, variables).await["products"].clone();
    assert_eq!(texts(&page["nodes"], "/id"), [later.as_str(), ids[2].as_str()]);
}

#[tokio::test]
async fn vendors_and_variants_are_paged_both_ways() {
    let world = World::new().await;
    for handle in ["v-a", "v-b", "v-c"] {
        world.vendor(&merchant(1), handle).await;
    }
    let query = "query($first: Int, $after: String, $last: Int, $before: String) {
        vendors(first: $first, after: $after, last: $last, before: $before) {
            nodes { handle } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }";
    let page = world.ask(&Caller::visitor(), query, json!({ "first": 2 })).await["vendors"].clone();
    assert_eq!(texts(&page["nodes"], "/handle"), ["v-a", "v-b"]);
    let next = json!({ "first": 2, "after": page["pageInfo"]["endCursor"] });
    let page = world.ask(&Caller::visitor(), query, next).await["vendors"].clone();
    assert_eq!(texts(&page["nodes"], "/handle"), ["v-c"]);
    let before = json!({ "last": 1, "before": page["pageInfo"]["startCursor"] });
    let page = world.ask(&Caller::visitor(), query, before).await["vendors"].clone();
    assert_eq!(texts(&page["nodes"], "/handle"), ["v-b"]);
    let info = &page["pageInfo"];
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(true), &json!(true)));

    let vendor = world.vendor(&merchant(1), "v-d").await;
    let variants: Vec<Value> =
        (0..5).map(|n| json!({ "sku": n.to_string(), "title": "x", "price": eur("1") })).collect();
    let id = world.product(&merchant(1), json!({ "vendorId": vendor, "title": "Five", "variants": variants })).await;
    let query = "query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { product(id: $id) {
        variants(first: $first, after: $after, last: $last, before: $before) {
            nodes { sku } pageInfo { endCursor startCursor hasNextPage } } } }";
    let ask = async |variables: Value| world.ask(&merchant(1), query, variables).await["product"]["variants"].clone();
    let page = ask(json!({ "id": id, "first": 3 })).await;
    assert_eq!(texts(&page["nodes"], "/sku"), ["0", "1", "2"]);
    let page = ask(json!({ "id": id, "first": 3, "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(texts(&page["nodes"], "/sku"), ["3", "4"]);
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
    let page = ask(json!({ "id": id, "last": 2, "before": page["pageInfo"]["startCursor"] })).await;
    assert_eq!(texts(&page["nodes"], "/sku"), ["1", "2"]);
}

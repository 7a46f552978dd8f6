//! Reviews and ratings of products.

use super::world::{ANNA, BEN, CARA, World, product_id, text};
use futures_util::future::join_all;
use hansa_subgraph_host::{
    Caller,
    testing::{member, tenant_id, user},
};
use serde_json::{Value, json};

const PRODUCT: &str = "query ($r: [_Any!]!, $order: ReviewOrder! = NEWEST, $first: Int = 10, $after: String) {
    _entities(representations: $r) { ... on Product {
        id rating { average count }
        reviews(first: $first, after: $after, orderBy: $order) {
            nodes { rating author { id username } product { id rating { count } } } pageInfo { hasNextPage endCursor }
        }
    } }
}";

fn products(numbers: &[u128]) -> Value {
    json!(
        numbers.iter().map(|number| json!({ "__typename": "Product", "id": product_id(*number) })).collect::<Vec<_>>()
    )
}

#[tokio::test]
async fn a_product_has_reviews_and_a_rating() {
    let world = World::new().await;
    for (number, rating) in [(ANNA, 5), (BEN, 4), (CARA, 4)] {
        world.review(number, 7, rating).await;
    }
    world.review(ANNA, 8, 1).await;
    let seen = world.data(&Caller::visitor(), PRODUCT, json!({ "r": products(&[7, 8, 9]) })).await;
    let entities = &seen["_entities"];
    assert_eq!(entities[0]["rating"], json!({ "average": 4.3, "count": 3 }));
    assert_eq!(entities[1]["rating"], json!({ "average": 1.0, "count": 1 }));
    assert_eq!(entities[2]["rating"], json!({ "average": null, "count": 0 }));
    assert_eq!(entities[0]["reviews"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(entities[1]["reviews"]["nodes"][0]["product"], json!({ "id": product_id(8), "rating": { "count": 1 } }));
    assert_eq!(entities[2]["reviews"]["nodes"], json!([]));

    let best = json!({ "r": products(&[7]), "order": "LOWEST_RATING", "first": 2 });
    let seen = world.data(&Caller::visitor(), PRODUCT, best).await;
    let page = &seen["_entities"][0]["reviews"];
    assert_eq!((&page["nodes"][0]["rating"], &page["pageInfo"]["hasNextPage"]), (&json!(4), &json!(true)));
    let after = text(page, "/pageInfo/endCursor");
    let next = json!({ "r": products(&[7]), "order": "LOWEST_RATING", "first": 2, "after": after });
    let seen = world.data(&Caller::visitor(), PRODUCT, next).await;
    assert_eq!(seen["_entities"][0]["reviews"]["nodes"][0]["rating"], 5);
    let other = json!({ "r": products(&[7]), "order": "NEWEST", "first": 2, "after": after });
    let response = world.ask(&Caller::visitor(), PRODUCT, other).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{response}");
    assert_eq!(response["errors"][0]["path"], json!(["_entities", 0, "reviews"]));
}

#[tokio::test]
async fn a_review_is_changed_removed_and_written_anew() {
    let world = World::new().await;
    let review = world.review(ANNA, 7, 5).await;
    let change =
        json!({ "reviewId": review, "rating": 2, "title": "Broke", "body": "After a week.", "expectedVersion": 1 });
    let payload = world.done(&user(ANNA), ("reviewUpdate", change), "review { rating title version }").await;
    assert_eq!(payload["review"], json!({ "rating": 2, "title": "Broke", "version": 2 }));
    let input = world.review_input(7, 3);
    assert_eq!(world.codes(&user(ANNA), "reviewSubmit", input).await, ["REVIEW_EXISTS"]);
    world.done(&user(ANNA), ("reviewRemove", json!({ "reviewId": review })), "removedReviewId").await;
    let query = "query ($id: ID!) { review(id: $id) { id } }";
    assert_eq!(world.data(&user(ANNA), query, json!({ "id": review })).await["review"], json!(null));
    let second = world.review(ANNA, 7, 3).await;
    assert_ne!(review, second);
    let seen = world.data(&Caller::visitor(), PRODUCT, json!({ "r": products(&[7]) })).await;
    assert_eq!(seen["_entities"][0]["rating"], json!({ "average": 3.0, "count": 1 }));
}

#[tokio::test]
async fn ten_simultaneous_reviews_by_one_user_are_one() {
    let world = World::new().await;
    let user = user(ANNA);
    let inputs: Vec<Value> = (0..10).map(|_| world.review_input(7, 4)).collect();
    let codes = join_all(inputs.into_iter().map(|input| world.codes(&user, "reviewSubmit", input))).await;
    assert_eq!(codes.iter().filter(|codes| codes.is_empty()).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|codes| **codes == ["REVIEW_EXISTS"]).count(), 9, "{codes:?}");
    let seen = world.data(&Caller::visitor(), PRODUCT, json!({ "r": products(&[7]) })).await;
    assert_eq!(seen["_entities"][0]["rating"]["count"], 1);

    let same = world.review_input(8, 4);
    let payloads = join_all((0..10).map(|_| world.done(&user, ("reviewSubmit", same.clone()), "review { id }"))).await;
    assert_eq!(payloads.iter().filter(|payload| payload["replayed"] == json!(false)).count(), 1);
    let first = &payloads[0]["review"];
    assert!(payloads.iter().all(|payload| payload["review"] == *first), "one key has one answer");
}

#[tokio::test]
async fn who_sells_a_product_does_not_review_it() {
    let world = World::new().await;
    let query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product { isReviewableByViewer } } }";
    let seller = member(ANNA, tenant_id(5), &["MEMBER"], &["tenant:read"]);
    let product = |status: &str, tenant: u128| {
        let tenant = tenant_id(tenant).to_string();
        json!({ "__typename": "Product", "id": product_id(7), "status": status, "vendor": { "tenant": { "id": tenant } } })
    };
    let unknown = json!({ "__typename": "Product", "id": product_id(7) });
    let representations =
        json!({ "r": [product("PUBLISHED", 5), product("PUBLISHED", 6), product("DRAFT", 6), unknown] });
    let seen = |value: Value| -> Vec<Value> {
        value["_entities"].as_array().unwrap().iter().map(|one| one["isReviewableByViewer"].clone()).collect()
    };
    let of_seller = seen(world.data(&seller, query, representations.clone()).await);
    assert_eq!(of_seller, [json!(false), json!(true), json!(false), json!(null)]);
    let of_buyer = seen(world.data(&user(BEN), query, representations.clone()).await);
    assert_eq!(of_buyer, [json!(true), json!(true), json!(false), json!(null)]);
    let of_visitor = seen(world.data(&Caller::visitor(), query, representations).await);
    assert_eq!(of_visitor, [json!(null), json!(null), json!(null), json!(null)]);
}

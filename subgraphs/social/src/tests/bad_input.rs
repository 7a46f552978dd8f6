//! Wrong questions: each gets a clear answer, and nothing else is touched by it.

use super::world::{ANNA, BEN, World, product_id, profile_id, text, user_id};
use hansa_subgraph_host::{
    Caller,
    testing::{tenant_id, user},
};
use serde_json::{Value, json};

const ENTITIES: &str = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }";

fn wrong_ids(good: &str) -> Vec<String> {
    let unknown = good.replace(&good[good.len() - 4..], "0000");
    vec![String::new(), "x".to_owned(), good.to_uppercase(), format!("{good}0"), user_id(ANNA), product_id(1), unknown]
}

#[tokio::test]
async fn ids_of_nothing_are_null_or_not_found() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let query = "query ($id: ID!) { post(id: $id) { id } review(id: $id) { id } }";
    for id in wrong_ids(&post) {
        let seen = world.data(&user(ANNA), query, json!({ "id": id })).await;
        assert_eq!(seen, json!({ "post": null, "review": null }), "{id}");
        let key = world.key();
        for (mutation, input) in [
            ("postUpdate", json!({ "postId": id, "body": "x", "expectedVersion": 1 })),
            ("postRemove", json!({ "postId": id })),
            ("commentAdd", json!({ "postId": id, "body": "x", "idempotencyKey": key })),
            ("commentRemove", json!({ "commentId": id })),
            ("reactionSet", json!({ "postId": id, "kind": "LIKE" })),
            ("reviewRemove", json!({ "reviewId": id })),
            ("contentReport", json!({ "contentId": id, "reason": "SPAM" })),
        ] {
            assert_eq!(world.codes(&user(ANNA), mutation, input).await, ["NOT_FOUND"], "{mutation} {id}");
        }
    }
    for id in ["", "x", &tenant_id(1).to_string(), &post, &user_id(BEN).to_uppercase()] {
        for mutation in ["userFollow", "userUnfollow", "userBlock", "userUnblock", "followRequestAccept"] {
            let input = json!({ "userId": id });
            assert_eq!(world.codes(&user(ANNA), mutation, input).await, ["NOT_FOUND"], "{mutation} {id}");
        }
        let input = json!({ "body": "x", "productIds": [id], "idempotencyKey": world.key() });
        assert_eq!(world.codes(&user(ANNA), "postPublish", input).await, ["NOT_FOUND"], "{id}");
    }
    let still = world.data(&user(ANNA), query, json!({ "id": post })).await;
    assert_eq!(still["post"]["id"], json!(post));
}

#[tokio::test]
async fn representations_of_nothing_are_null_at_their_index() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let representations = json!([
        { "__typename": "Post", "id": post },
        { "__typename": "Post", "id": "post_0" },
        { "__typename": "Review", "id": post },
        { "__typename": "Nothing", "id": post },
        { "id": post },
        "text",
        { "__typename": "Product", "id": user_id(ANNA) },
        { "__typename": "Product", "sku": "1" },
        { "__typename": "Profile", "id": profile_id(BEN) },
        { "__typename": "Post", "nodeId": post },
    ]);
    let seen = world.data(&Caller::visitor(), ENTITIES, json!({ "r": representations })).await;
    let found = json!({ "__typename": "Post" });
    assert_eq!(seen["_entities"], json!([found, null, null, null, null, null, null, null, null, found]));
}

#[tokio::test]
async fn ten_thousand_representations_are_refused() {
    let world = World::new().await;
    let many: Vec<Value> = (0..10_000).map(|number| json!({ "__typename": "User", "id": user_id(number) })).collect();
    let response = world.ask(&user(ANNA), ENTITIES, json!({ "r": many })).await;
    assert_eq!(text(&response, "/errors/0/extensions/code"), "BAD_USER_INPUT");
    let products: Vec<Value> =
        (0..200).map(|number| json!({ "__typename": "Product", "id": product_id(number) })).collect();
    let query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product {
        rating { count } reviews(first: 100) { nodes { id } }
    } } }";
    let response = world.ask(&user(ANNA), query, json!({ "r": products })).await;
    assert_eq!(text(&response, "/errors/0/extensions/code"), "BAD_USER_INPUT");
    assert_eq!(response["data"]["_entities"][199], json!({ "rating": { "count": 0 }, "reviews": null }));
}

#[tokio::test]
async fn pages_of_a_wrong_size_are_errors_of_their_field() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let sizes = [
        "",
        "(first: 0)",
        "(first: -1)",
        "(first: 101)",
        "(last: 0)",
        "(first: 1, last: 1)",
        "(first: 1, before: \"x\")",
    ];
    for size in sizes {
        let query = format!(
            "query ($id: ID!) {{ homeFeed{size} {{ nodes {{ id }} }} discoveryFeed{size} {{ nodes {{ id }} }}
                followRequests{size} {{ nodes {{ id }} }} blockedUsers{size} {{ nodes {{ id }} }} post(id: $id) {{ body comments{size} {{ nodes {{ id }} }} }} }}"
        );
        let response = world.ask(&user(ANNA), &query, json!({ "id": post })).await;
        let errors = response["errors"].as_array().unwrap_or_else(|| panic!("{size}: {response}"));
        assert_eq!(errors.len(), 5, "{size}: {response}");
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "BAD_USER_INPUT"), "{response}");
        assert_eq!(response["data"]["post"], json!({ "body": "Hello", "comments": null }));
    }
}

#[tokio::test]
async fn cursors_that_are_not_this_lists_are_refused() {
    let world = World::new().await;
    for number in 0..3 {
        world.post(ANNA, &format!("post {number}")).await;
    }
    let query = "query ($after: String) { feed: discoveryFeed(first: 1, after: $after) { pageInfo { endCursor } } }";
    let seen = world.data(&user(ANNA), query, json!({})).await;
    let cursor = text(&seen, "/feed/pageInfo/endCursor");
    world.data(&user(ANNA), query, json!({ "after": cursor })).await;
    let mut tampered = cursor.clone().into_bytes();
    tampered[20] = if tampered[20] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    let home = query.replace("discoveryFeed", "homeFeed");
    for (query, after) in [(query, &tampered[..]), (query, ""), (query, "bm90IGEgY3Vyc29y"), (&home, &cursor)] {
        let response = world.ask(&user(ANNA), query, json!({ "after": after })).await;
        assert_eq!(text(&response, "/errors/0/extensions/code"), "BAD_USER_INPUT", "{after}: {response}");
        assert_eq!(response["data"], json!({ "feed": null }));
    }
    let of_anna = text(&world.data(&user(ANNA), &home, json!({})).await, "/feed/pageInfo/endCursor");
    let response = world.ask(&user(BEN), &home, json!({ "after": of_anna })).await;
    assert_eq!(text(&response, "/errors/0/extensions/code"), "BAD_USER_INPUT", "another user's feed");
}

#[tokio::test]
async fn a_key_stands_for_one_input_of_one_user() {
    let world = World::new().await;
    let key = world.key();
    let input = |body: &str| json!({ "body": body, "idempotencyKey": key });
    let first = world.done(&user(ANNA), ("postPublish", input("One")), "post { id body }").await;
    assert_eq!(first["replayed"], false);
    let again = world.done(&user(ANNA), ("postPublish", input("One")), "post { id body }").await;
    assert_eq!((&again["post"], &again["replayed"]), (&first["post"], &json!(true)));
    assert_eq!(world.codes(&user(ANNA), "postPublish", input("Two")).await, ["IDEMPOTENCY_KEY_REUSED"]);
    let other = world.done(&user(BEN), ("postPublish", input("One")), "post { id }").await;
    assert_ne!(other["post"]["id"], first["post"]["id"], "a key is its user's own");
    let feed = "{ discoveryFeed(first: 10) { nodes { body } } }";
    let seen = world.data(&Caller::visitor(), feed, json!({})).await;
    assert_eq!(seen["discoveryFeed"]["nodes"].as_array().unwrap().len(), 2);
    for key in ["short", &"x".repeat(129), "has a space in its middle"] {
        let input = json!({ "body": "x", "idempotencyKey": key });
        assert_eq!(world.codes(&user(ANNA), "postPublish", input).await, ["IDEMPOTENCY_KEY_INVALID"], "{key}");
    }
}

#[tokio::test]
async fn keys_of_other_mutations_are_their_own() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let key = world.key();
    let follow = json!({ "userId": user_id(BEN), "idempotencyKey": key });
    world.done(&user(ANNA), ("userFollow", follow.clone()), "").await;
    world.relate(ANNA, "userUnfollow", BEN).await;
    let payload = world.done(&user(ANNA), ("userFollow", follow), "user { isFollowedByViewer }").await;
    assert_eq!((&payload["replayed"], &payload["user"]["isFollowedByViewer"]), (&json!(true), &json!(false)));
    let comment = json!({ "postId": post, "body": "x", "idempotencyKey": key });
    world.done(&user(ANNA), ("commentAdd", comment), "").await;
}

#[tokio::test]
async fn who_is_not_signed_in_writes_nothing() {
    let world = World::new().await;
    let input = json!({ "input": { "body": "x", "idempotencyKey": world.key() } });
    let query = "mutation ($input: PostPublishInput!) { postPublish(input: $input) { post { id } } }";
    let nameless = Caller { username: None, ..user(ANNA) };
    let api_key = Caller { subject: Some("apikey_1".to_owned()), tenant: Some(tenant_id(1)), ..Caller::default() };
    let cases = [(Caller::visitor(), "UNAUTHENTICATED"), (api_key, "UNAUTHENTICATED"), (nameless, "FORBIDDEN")];
    for (caller, code) in cases {
        let response = world.ask(&caller, query, input.clone()).await;
        assert_eq!((text(&response, "/errors/0/extensions/code"), &response["data"]), (code.to_owned(), &json!(null)));
    }
    let response = world.ask(&Caller::visitor(), "{ homeFeed(first: 1) { nodes { id } } }", json!({})).await;
    assert_eq!(text(&response, "/errors/0/extensions/code"), "UNAUTHENTICATED");
    assert_eq!(response["data"], json!({ "homeFeed": null }));
}

#[tokio::test]
async fn a_long_list_of_products_is_refused_before_it_is_read() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let same = vec![product_id(1); 11];
    let mut last_is_wrong: Vec<String> = (0..100_000).map(product_id).collect();
    last_is_wrong.push("x".to_owned());
    for products in [same, last_is_wrong] {
        let publish = json!({ "body": "x", "productIds": products, "idempotencyKey": world.key() });
        assert_eq!(world.codes(&user(ANNA), "postPublish", publish).await, ["TOO_MANY_PRODUCTS"]);
        let update = json!({ "postId": post, "body": "x", "productIds": products, "expectedVersion": 1 });
        assert_eq!(world.codes(&user(ANNA), "postUpdate", update).await, ["TOO_MANY_PRODUCTS"]);
    }
}

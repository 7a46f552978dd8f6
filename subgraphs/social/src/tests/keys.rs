//! Idempotency keys: what they stand for when nothing was to do, when things have changed since, and how many there may be.

use super::world::{ANNA, BEN, World, user_id};
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

async fn replayed(world: &World, caller: &Caller, mutation: &str, input: &Value) -> Value {
    world.done(caller, (mutation, input.clone()), "").await["replayed"].clone()
}

#[tokio::test]
async fn a_command_that_changed_nothing_is_remembered_too() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    world.react(BEN, &post, "LIKE").await;
    let set = |kind: &str| json!({ "postId": post, "kind": kind, "idempotencyKey": "the-key-of-this-reaction" });
    assert_eq!(replayed(&world, &user(BEN), "reactionSet", &set("LIKE")).await, false);
    world.react(BEN, &post, "SAD").await;
    assert_eq!(replayed(&world, &user(BEN), "reactionSet", &set("LIKE")).await, true);
    let query = "query ($id: ID!) { post(id: $id) { viewerReaction } }";
    let seen = world.data(&user(BEN), query, json!({ "id": post })).await;
    assert_eq!(seen["post"]["viewerReaction"], "SAD", "what came later stands");
    assert_eq!(world.codes(&user(BEN), "reactionSet", set("WOW")).await, ["IDEMPOTENCY_KEY_REUSED"]);

    // Nothing was ever stored about these two.
    let unfollow = json!({ "userId": user_id(ANNA), "idempotencyKey": world.key() });
    assert_eq!(replayed(&world, &user(BEN), "userUnfollow", &unfollow).await, false);
    world.relate(BEN, "userFollow", ANNA).await;
    assert_eq!(replayed(&world, &user(BEN), "userUnfollow", &unfollow).await, true);
    let query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { isFollowedByViewer } } }";
    let anna = json!({ "r": [{ "__typename": "User", "id": user_id(ANNA) }] });
    let seen = world.data(&user(BEN), query, anna).await;
    assert_eq!(seen["_entities"][0]["isFollowedByViewer"], true);
}

#[tokio::test]
async fn a_repetition_is_answered_whatever_has_changed_since() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let with_key = |mut input: Value| {
        input["idempotencyKey"] = json!(world.key());
        input
    };
    let follow = with_key(json!({ "userId": user_id(ANNA) }));
    let block = with_key(json!({ "userId": user_id(ANNA) }));
    let unblock = with_key(json!({ "userId": user_id(ANNA) }));
    let react = with_key(json!({ "postId": post, "kind": "LIKE" }));
    let all = [("userFollow", follow), ("reactionSet", react), ("userBlock", block), ("userUnblock", unblock)];
    for (mutation, input) in &all {
        assert_eq!(replayed(&world, &user(BEN), mutation, input).await, false, "{mutation}");
    }
    world.done(&user(ANNA), ("postRemove", json!({ "postId": post })), "").await;
    world.relate(ANNA, "userBlock", BEN).await;
    for number in 1_000..2_000 {
        world.relate(BEN, "userFollow", number).await;
    }
    for (mutation, input) in &all {
        assert_eq!(replayed(&world, &user(BEN), mutation, input).await, true, "{mutation}");
    }
}

#[tokio::test]
async fn a_thing_that_is_changed_too_often_is_left_alone_for_a_while() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    for number in 0..501 {
        let kind = ["LIKE", "SAD"][number % 2];
        let input = json!({ "postId": post, "kind": kind, "idempotencyKey": world.key() });
        let payload = world.mutate(&user(BEN), ("reactionSet", input), "").await;
        match number < 500 {
            true => assert_eq!(payload["userErrors"], json!([]), "{number}"),
            false => assert_eq!(payload["userErrors"][0]["code"], "LIMIT_REACHED", "{payload}"),
        }
    }
}

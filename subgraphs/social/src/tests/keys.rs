//! Idempotency keys: how many there may be.

use super::world::{ANNA, BEN, World};
use hansa_subgraph_host::testing::user;
use serde_json::json;

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

//! Posts, comments and reactions, from publishing to removing.

use super::world::{ANNA, BEN, CARA, World, product_id, text, user_id};
use futures_util::future::join_all;
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::json;

#[tokio::test]
async fn a_post_is_published_changed_and_removed() {
    let world = World::new().await;
    let input = json!({
        "body": " Fresh bread ", "tags": ["#Bread", "bread", "Rye"], "productIds": [product_id(7), product_id(7)],
        "idempotencyKey": world.key(),
    });
    let show = "post { id body tags author { id username } products { id } version isRemoved editedAt }";
    let payload = world.done(&user(ANNA), ("postPublish", input), show).await;
    let post = &payload["post"];
    let id = text(post, "/id");
    assert_eq!(post["body"], "Fresh bread");
    assert_eq!(post["tags"], json!(["bread", "rye"]));
    assert_eq!(post["author"], json!({ "id": user_id(ANNA), "username": "user1" }));
    assert_eq!(post["products"], json!([{ "id": product_id(7) }]));
    assert_eq!((&post["version"], &post["isRemoved"]), (&json!(1), &json!(false)));

    let change = json!({ "postId": id, "body": "Stale bread", "expectedVersion": 1 });
    let payload = world.done(&user(ANNA), ("postUpdate", change.clone()), "post { body tags version editedAt }").await;
    assert_eq!(payload["post"]["body"], "Stale bread");
    assert_eq!(payload["post"]["tags"], json!([]));
    assert_eq!(payload["post"]["version"], 2);
    assert_ne!(payload["post"]["editedAt"], json!(null));
    let payload = world.mutate(&user(ANNA), ("postUpdate", change), "post { id }").await;
    let conflict = &payload["userErrors"][0];
    assert_eq!((&conflict["code"], &conflict["currentVersion"]), (&json!("VERSION_CONFLICT"), &json!(2)));

    let query = "query ($id: ID!) { post(id: $id) { id } }";
    let seen = world.data(&Caller::visitor(), query, json!({ "id": id })).await;
    assert_eq!(seen["post"]["id"], json!(id));
    let removed = world.done(&user(ANNA), ("postRemove", json!({ "postId": id })), "removedPostId").await;
    assert_eq!(removed["removedPostId"], json!(id));
    for caller in [Caller::visitor(), user(ANNA), user(BEN)] {
        assert_eq!(world.data(&caller, query, json!({ "id": id })).await["post"], json!(null));
    }
    let again = json!({ "postId": id });
    assert_eq!(world.codes(&user(ANNA), "postRemove", again).await, ["NOT_FOUND"], "what is removed is nobody's");
}

#[tokio::test]
async fn comments_are_listed_oldest_first_and_removed_by_either_author() {
    let world = World::new().await;
    let post = world.post(ANNA, "What do you think?").await;
    let mut comments = Vec::new();
    for (number, body) in [(BEN, "Nice"), (CARA, "Hm"), (ANNA, "Thanks")] {
        comments.push(world.comment(number, &post, body).await);
    }
    let query =
        "query ($id: ID!) { post(id: $id) { comments(first: 10) { nodes { body post { id } author { username } } } } }";
    let seen = world.data(&Caller::visitor(), query, json!({ "id": post })).await;
    let nodes = &seen["post"]["comments"]["nodes"];
    let expected = json!({ "body": "Nice", "post": { "id": post }, "author": { "username": "user2" } });
    assert_eq!(nodes[0], expected);
    assert_eq!(nodes[2]["body"], "Thanks");
    assert_eq!(world.codes(&user(BEN), "commentRemove", json!({ "commentId": comments[1] })).await, ["NOT_FOUND"]);
    world.done(&user(BEN), ("commentRemove", json!({ "commentId": comments[0] })), "removedCommentId").await;
    world.done(&user(ANNA), ("commentRemove", json!({ "commentId": comments[1] })), "removedCommentId").await;
    let seen = world.data(&Caller::visitor(), query, json!({ "id": post })).await;
    assert_eq!(seen["post"]["comments"]["nodes"].as_array().unwrap().len(), 1);
    world.done(&user(ANNA), ("postRemove", json!({ "postId": post })), "").await;
    let entities = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }";
    let representations = json!({ "r": [{ "__typename": "Comment", "id": comments[2] }] });
    let seen = world.data(&user(BEN), entities, representations).await;
    assert_eq!(seen["_entities"], json!([null]), "a comment goes with its post");
}

#[tokio::test]
async fn a_reaction_is_set_replaced_and_taken_back() {
    let world = World::new().await;
    let post = world.post(ANNA, "Look").await;
    world.react(BEN, &post, "LIKE").await;
    world.react(BEN, &post, "LIKE").await;
    world.react(CARA, &post, "WOW").await;
    world.react(ANNA, &post, "WOW").await;
    let query = "query ($id: ID!) { post(id: $id) { reactionCounts { kind count } viewerReaction } }";
    let seen = world.data(&user(BEN), query, json!({ "id": post })).await;
    let expected = json!([{ "kind": "WOW", "count": 2 }, { "kind": "LIKE", "count": 1 }]);
    assert_eq!(seen["post"], json!({ "reactionCounts": expected, "viewerReaction": "LIKE" }));
    world.react(BEN, &post, "ANGRY").await;
    world.done(&user(CARA), ("reactionSet", json!({ "postId": post, "kind": null })), "").await;
    world.done(&user(CARA), ("reactionSet", json!({ "postId": post })), "").await;
    let seen = world.data(&Caller::visitor(), query, json!({ "id": post })).await;
    let expected = json!([{ "kind": "WOW", "count": 1 }, { "kind": "ANGRY", "count": 1 }]);
    assert_eq!(seen["post"], json!({ "reactionCounts": expected, "viewerReaction": null }));
}

#[tokio::test]
async fn simultaneous_reactions_of_one_user_are_one() {
    let world = World::new().await;
    let post = world.post(ANNA, "Look").await;
    let kinds = ["LIKE", "WOW", "SAD", "LIKE", "LOVE"];
    join_all(kinds.map(|kind| world.react(BEN, &post, kind))).await;
    join_all((0..5).map(|_| world.relate(BEN, "userFollow", ANNA))).await;
    let query = "query ($id: ID!) { post(id: $id) {
        reactionCounts { kind count } viewerReaction author { profile { followerCount } }
    } }";
    let seen = world.data(&user(BEN), query, json!({ "id": post })).await;
    let expected = json!([{ "kind": seen["post"]["viewerReaction"], "count": 1 }]);
    assert_eq!(seen["post"]["reactionCounts"], expected);
    assert_eq!(seen["post"]["author"]["profile"]["followerCount"], 1);
}

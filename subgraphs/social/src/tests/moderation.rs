//! Reports, the queue, and what a decision does.

use super::world::{ANNA, BEN, CARA, World, moderator, profile_id, text};
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

const QUEUE: &str = "{ moderationQueue(first: 10) { nodes {
    id reason note state reporter { id } content { __typename id ... on Post { body isRemoved } ... on Profile { bio } }
} } }";

async fn queue(world: &World) -> Vec<Value> {
    let seen = world.data(&moderator(), QUEUE, json!({})).await;
    seen["moderationQueue"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_a_moderator_removes_only_its_author_and_moderators_see() {
    let world = World::new().await;
    let post = world.post(ANNA, "Buy my pills").await;
    let first = world.report(BEN, &post).await;
    world.report(CARA, &post).await;
    let reports = queue(&world).await;
    assert_eq!(reports.len(), 2);
    let content = json!({ "__typename": "Post", "id": post, "body": "Buy my pills", "isRemoved": false });
    assert_eq!((&reports[0]["id"], &reports[0]["content"]), (&json!(first), &content));
    let again = json!({ "contentId": post, "reason": "OTHER" });
    assert_eq!(world.codes(&user(BEN), "contentReport", again.clone()).await, ["REPORT_EXISTS"]);
    world.decide(&first, "REMOVE").await;
    assert!(queue(&world).await.is_empty(), "all reports about one thing are decided at once");

    let query = "query ($id: ID!) { post(id: $id) { isRemoved removalReason version } }";
    let variables = json!({ "id": post });
    for caller in [Caller::visitor(), user(BEN)] {
        assert_eq!(world.data(&caller, query, variables.clone()).await["post"], json!(null));
    }
    let removed = json!({ "isRemoved": true, "removalReason": "against the rules", "version": 2 });
    for caller in [user(ANNA), moderator()] {
        assert_eq!(world.data(&caller, query, variables.clone()).await["post"], removed);
    }
    let feed = "{ discoveryFeed(first: 10) { nodes { id } } }";
    assert_eq!(world.data(&user(ANNA), feed, json!({})).await["discoveryFeed"]["nodes"], json!([]));
    let change = json!({ "postId": post, "body": "Sorry", "expectedVersion": 2 });
    assert_eq!(world.codes(&user(ANNA), "postUpdate", change).await, ["CONTENT_REMOVED"]);
    assert_eq!(world.codes(&user(BEN), "contentReport", again).await, ["NOT_FOUND"]);
    world.done(&user(ANNA), ("postRemove", json!({ "postId": post })), "").await;
    assert_eq!(world.data(&moderator(), query, variables).await["post"], json!(null));
}

#[tokio::test]
async fn a_dismissed_report_changes_nothing_and_can_be_filed_again() {
    let world = World::new().await;
    let review = world.review(ANNA, 7, 1).await;
    let report = world.report(BEN, &review).await;
    world.decide(&report, "DISMISS").await;
    let query = "query ($id: ID!) { review(id: $id) { isRemoved } }";
    let seen = world.data(&Caller::visitor(), query, json!({ "id": review })).await;
    assert_eq!(seen["review"]["isRemoved"], false);
    assert_ne!(world.report(BEN, &review).await, report);
    let input = json!({ "reportId": report, "decision": "REMOVE", "reason": "on second thought" });
    assert_eq!(world.codes(&moderator(), "moderationDecide", input).await, ["ALREADY_DECIDED"]);
    let seen = world.data(&Caller::visitor(), query, json!({ "id": review })).await;
    assert_eq!(seen["review"]["isRemoved"], false);
}

#[tokio::test]
async fn reviews_comments_and_profiles_are_removed_too() {
    let world = World::new().await;
    let post = world.post(BEN, "Opinions?").await;
    let comment = world.comment(ANNA, &post, "Rude").await;
    let review = world.review(ANNA, 7, 1).await;
    world.done(&user(ANNA), ("profileUpdate", json!({ "bio": "Rude too" })), "").await;
    for content in [&comment, &review, &profile_id(ANNA)] {
        let report = world.report(CARA, content).await;
        world.decide(&report, "REMOVE").await;
    }
    let query = "query ($r: [_Any!]!) { _entities(representations: $r) {
        ... on Comment { body } ... on Review { body } ... on Profile { bio }
        ... on Product { rating { count } reviews(first: 1) { nodes { id } } }
    } }";
    let product = super::world::product_id(7);
    let representations = json!({ "r": [
        { "__typename": "Comment", "id": comment }, { "__typename": "Review", "id": review },
        { "__typename": "Profile", "id": profile_id(ANNA) }, { "__typename": "Product", "id": product },
    ] });
    let seen = world.data(&Caller::visitor(), query, representations.clone()).await;
    let rest = json!({ "rating": { "count": 0 }, "reviews": { "nodes": [] } });
    assert_eq!(seen["_entities"], json!([null, null, { "bio": null }, rest]));
    let seen = world.data(&user(ANNA), query, representations).await;
    assert_eq!(seen["_entities"][0]["body"], "Rude");
    let input = world.review_input(7, 5);
    assert_eq!(world.codes(&user(ANNA), "reviewSubmit", input).await, ["REVIEW_EXISTS"], "nobody tries again");
}

#[tokio::test]
async fn a_repeated_decision_changes_nothing_more() {
    let world = World::new().await;
    world.done(&user(ANNA), ("profileUpdate", json!({ "bio": "Rude" })), "").await;
    let report = world.report(BEN, &profile_id(ANNA)).await;
    let key = world.key();
    let input = json!({ "reportId": report, "decision": "REMOVE", "reason": "rude", "idempotencyKey": key });
    world.done(&moderator(), ("moderationDecide", input.clone()), "").await;
    world.done(&user(ANNA), ("profileUpdate", json!({ "bio": "Polite" })), "").await;
    let payload = world.done(&moderator(), ("moderationDecide", input), "report { state decisionReason }").await;
    assert_eq!(payload["replayed"], true);
    assert_eq!(payload["report"], json!({ "state": "REMOVED", "decisionReason": "rude" }));
    let query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Profile { bio } } }";
    let variables = json!({ "r": [{ "__typename": "Profile", "id": profile_id(ANNA) }] });
    assert_eq!(world.data(&Caller::visitor(), query, variables).await["_entities"][0]["bio"], "Polite");
}

#[tokio::test]
async fn the_queue_is_for_moderators_only() {
    let world = World::new().await;
    let report = world.report(BEN, &world.post(ANNA, "Hello").await).await;
    for (caller, code) in [(Caller::visitor(), "UNAUTHENTICATED"), (user(BEN), "FORBIDDEN")] {
        let response = world.ask(&caller, QUEUE, json!({})).await;
        assert_eq!(text(&response, "/errors/0/extensions/code"), code);
        assert_eq!(response["data"], json!({ "moderationQueue": null }));
    }
    let input = json!({ "reportId": report, "decision": "REMOVE", "reason": "mine" });
    assert_eq!(world.codes(&user(BEN), "moderationDecide", input).await, ["NOT_FOUND"]);
}

//! Reports, the queue, and what a decision does.

use super::world::{ANNA, BEN, CARA, World, moderator, profile_id, text};
use crate::domain::{Post, Report, ReportState, Standing};
use futures_util::future::join_all;
use hansa_documents::Begun;
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

#[tokio::test]
async fn a_key_that_was_used_for_another_report_removes_nothing() {
    let world = World::new().await;
    let (fine, other) = (world.review(ANNA, 7, 1).await, world.post(ANNA, "Hello").await);
    let (first, second) = (world.report(BEN, &fine).await, world.report(BEN, &other).await);
    let key = world.key();
    let input = |report: &str, decision: &str| json!({ "reportId": report, "decision": decision, "reason": "because", "idempotencyKey": key });
    world.done(&moderator(), ("moderationDecide", input(&first, "DISMISS")), "").await;
    for report in [&first, &second] {
        let codes = world.codes(&moderator(), "moderationDecide", input(report, "REMOVE")).await;
        assert_eq!(codes, ["IDEMPOTENCY_KEY_REUSED"]);
    }
    let query = "query ($p: ID!, $r: ID!) { post(id: $p) { isRemoved } review(id: $r) { isRemoved } }";
    let seen = world.data(&Caller::visitor(), query, json!({ "p": other, "r": fine })).await;
    assert_eq!(seen, json!({ "post": { "isRemoved": false }, "review": { "isRemoved": false } }));
}

#[tokio::test]
async fn of_two_simultaneous_decisions_one_counts() {
    let world = World::new().await;
    for round in 0..12 {
        let post = world.post(ANNA, &format!("post {round}")).await;
        let report = world.report(BEN, &post).await;
        let input = |decision: &str| json!({ "reportId": report, "decision": decision, "reason": "because" });
        let moderator = moderator();
        let mut codes = join_all(
            ["DISMISS", "REMOVE"].map(|decision| world.codes(&moderator, "moderationDecide", input(decision))),
        )
        .await;
        codes.sort();
        assert_eq!(codes, [vec![], vec!["ALREADY_DECIDED".to_owned()]]);
        let query = "query ($id: ID!) { post(id: $id) { isRemoved } }";
        let seen = world.data(&moderator, query, json!({ "id": post })).await;
        let report = world.social.core.stores.get::<Report>(&report).await.unwrap().unwrap();
        let is_removed = report.state == ReportState::Removed;
        assert_eq!(seen["post"]["isRemoved"], json!(is_removed), "{seen}");
    }
}

/// The post is as it was before it was removed: what a process leaves that ends between the two writes.
async fn break_off(world: &World, post: &str) {
    let posts = world.social.core.stores.of::<Post>();
    let before = posts.get(post).await.unwrap().unwrap();
    let version = before.version;
    let now = Post { standing: Standing::Published, removal: None, version: version + 1, ..before };
    let Begun::Fresh(write) = posts.begin::<()>(&world.command("test")).await.unwrap() else { panic!("no key") };
    write.replace(&now, version, Vec::new(), ()).await.unwrap();
}

#[tokio::test]
async fn a_removal_that_was_broken_off_is_finished_by_who_repeats_it() {
    let world = World::new().await;
    let post = world.post(ANNA, "Buy my pills").await;
    let report = world.report(BEN, &post).await;
    let keyed = json!({ "reportId": report, "decision": "REMOVE", "reason": "spam", "idempotencyKey": world.key() });
    world.done(&moderator(), ("moderationDecide", keyed.clone()), "").await;
    let query = "query ($id: ID!) { post(id: $id) { removalReason } }";
    let again = json!({ "reportId": report, "decision": "DISMISS", "reason": "fine" });
    for (input, codes) in [(keyed, vec![]), (again, vec!["ALREADY_DECIDED"])] {
        break_off(&world, &post).await;
        let seen = world.data(&user(ANNA), query, json!({ "id": post })).await;
        assert_eq!(seen["post"]["removalReason"], json!(null));
        assert_eq!(world.codes(&moderator(), "moderationDecide", input).await, codes);
        let seen = world.data(&user(ANNA), query, json!({ "id": post })).await;
        assert_eq!(seen["post"]["removalReason"], "spam");
    }
}

//! Private profiles, follow requests and blocks.

use super::world::{ANNA, BEN, CARA, DORA, World, moderator, profile_id, text, user_id};
use crate::domain::Relationship;
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};

const USER: &str = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User {
    profile { displayName isPrivate followerCount followingCount postCount }
    followers(first: 10) { nodes { id } } following(first: 10) { nodes { id } } posts(first: 10) { nodes { body } }
    isFollowedByViewer viewerRelationship
} } }";

async fn seen(world: &World, caller: &Caller, number: u128) -> Value {
    let representations = json!({ "r": [{ "__typename": "User", "id": user_id(number) }] });
    world.data(caller, USER, representations).await["_entities"][0].clone()
}

fn ids(connection: &Value) -> Vec<String> {
    connection["nodes"].as_array().unwrap().iter().map(|node| text(node, "/id")).collect()
}

#[tokio::test]
async fn a_private_profile_shows_posts_to_accepted_followers_only() {
    let world = World::new().await;
    world.post(ANNA, "Only for friends").await;
    world.make_private(ANNA).await;
    for caller in [Caller::visitor(), user(BEN)] {
        let user = seen(&world, &caller, ANNA).await;
        assert_eq!(
            (&user["posts"], &user["followers"], &user["following"]),
            (&json!(null), &json!(null), &json!(null))
        );
        assert_eq!(user["profile"]["isPrivate"], true, "that there is a profile is no secret");
    }
    world.relate(BEN, "userFollow", ANNA).await;
    let asked = seen(&world, &user(BEN), ANNA).await;
    assert_eq!((&asked["posts"], &asked["viewerRelationship"]), (&json!(null), &json!("REQUESTED")));
    let requests = "{ followRequests(first: 10) { nodes { id } } }";
    assert_eq!(ids(&world.data(&user(ANNA), requests, json!({})).await["followRequests"]), [user_id(BEN)]);
    world.relate(ANNA, "followRequestAccept", BEN).await;
    let friend = seen(&world, &user(BEN), ANNA).await;
    assert_eq!(friend["posts"]["nodes"][0]["body"], "Only for friends");
    assert_eq!((&friend["isFollowedByViewer"], &friend["viewerRelationship"]), (&json!(true), &json!("FOLLOWING")));
    assert_eq!((ids(&friend["followers"]), &friend["profile"]["followerCount"]), (vec![user_id(BEN)], &json!(1)));
    assert!(ids(&world.data(&user(ANNA), requests, json!({})).await["followRequests"]).is_empty());
    world.relate(BEN, "userUnfollow", ANNA).await;
    assert_eq!(seen(&world, &user(BEN), ANNA).await["posts"], json!(null));
    world.relate(CARA, "userFollow", ANNA).await;
    world.relate(ANNA, "followRequestDecline", CARA).await;
    assert_eq!(seen(&world, &user(CARA), ANNA).await["viewerRelationship"], json!(null));
    assert_eq!(seen(&world, &user(ANNA), ANNA).await["posts"]["nodes"][0]["body"], "Only for friends");
}

#[tokio::test]
async fn a_block_hides_both_from_each_other() {
    let world = World::new().await;
    world.relate(BEN, "userFollow", ANNA).await;
    world.relate(ANNA, "userFollow", BEN).await;
    let post_of_anna = world.post(ANNA, "Hello").await;
    let post_of_ben = world.post(BEN, "Hi").await;
    let review = world.review(BEN, 7, 5).await;
    let comment = world.comment(BEN, &post_of_anna, "Well").await;
    world.relate(ANNA, "userBlock", BEN).await;

    for (one, other) in [(ANNA, BEN), (BEN, ANNA)] {
        let user = seen(&world, &user(one), other).await;
        assert_eq!((&user["profile"], &user["posts"]), (&json!(null), &json!(null)), "{one} sees {other}");
    }
    let query = "query ($mine: ID!, $theirs: ID!, $review: ID!) {
        mine: post(id: $mine) { comments(first: 5) { nodes { id } } } theirs: post(id: $theirs) { id }
        review(id: $review) { id }
    }";
    let of_anna = json!({ "mine": post_of_anna, "theirs": post_of_ben, "review": review });
    let seen_by_anna = world.data(&user(ANNA), query, of_anna).await;
    assert_eq!(seen_by_anna, json!({ "mine": { "comments": { "nodes": [] } }, "theirs": null, "review": null }));
    let of_cara = json!({ "mine": post_of_anna, "theirs": post_of_ben, "review": review });
    let seen_by_cara = world.data(&user(CARA), query, of_cara).await;
    assert_eq!(seen_by_cara["mine"]["comments"]["nodes"], json!([{ "id": comment }]));

    for (mutation, input) in [
        ("reactionSet", json!({ "postId": post_of_anna, "kind": "LIKE" })),
        ("commentAdd", json!({ "postId": post_of_anna, "body": "Please", "idempotencyKey": world.key() })),
        ("contentReport", json!({ "contentId": profile_id(ANNA), "reason": "OTHER" })),
    ] {
        assert_eq!(world.codes(&user(BEN), mutation, input).await, ["NOT_FOUND"], "{mutation}");
    }
    let follow = json!({ "userId": user_id(BEN) });
    assert_eq!(world.codes(&user(ANNA), "userFollow", follow).await, ["BLOCKED_BY_VIEWER"]);
    let blocked = "{ blockedUsers(first: 10) { nodes { id } } }";
    for (number, expected) in [(ANNA, vec![user_id(BEN)]), (BEN, Vec::new())] {
        assert_eq!(ids(&world.data(&user(number), blocked, json!({})).await["blockedUsers"]), expected);
    }
    world.relate(ANNA, "userUnblock", BEN).await;
    let ben = seen(&world, &user(BEN), ANNA).await;
    assert_eq!(ben["posts"]["nodes"][0]["body"], "Hello");
    assert_eq!((&ben["isFollowedByViewer"], &ben["profile"]["followerCount"]), (&json!(false), &json!(0)));
}

#[tokio::test]
async fn lists_of_users_leave_out_who_is_blocked() {
    let world = World::new().await;
    world.post(ANNA, "I am here").await;
    for number in 10..15 {
        world.relate(number, "userFollow", ANNA).await;
    }
    world.relate(12, "userBlock", BEN).await;
    let all = seen(&world, &user(CARA), ANNA).await;
    assert_eq!((ids(&all["followers"]).len(), &all["profile"]["followerCount"]), (5, &json!(5)));
    let some = seen(&world, &user(BEN), ANNA).await;
    assert!(!ids(&some["followers"]).contains(&user_id(12)));
    assert_eq!(ids(&some["followers"]).len(), 4);
}

#[tokio::test]
async fn a_profile_says_what_its_user_wants() {
    let world = World::new().await;
    let change = json!({ "displayName": " Anna B. ", "bio": "Bakes.", "isPrivate": false });
    let show = "profile { id user { id } displayName bio isPrivate version createdAt }";
    let payload = world.done(&user(ANNA), ("profileUpdate", change), show).await;
    let profile = &payload["profile"];
    assert_eq!(
        (&profile["displayName"], &profile["bio"], &profile["version"]),
        (&json!("Anna B."), &json!("Bakes."), &json!(2))
    );
    assert_eq!((text(profile, "/id"), text(profile, "/user/id")), (profile_id(ANNA), user_id(ANNA)));
    let stale = json!({ "bio": "Cooks.", "expectedVersion": 1 });
    assert_eq!(world.codes(&user(ANNA), "profileUpdate", stale).await, ["VERSION_CONFLICT"]);
    let fresh = json!({ "bio": "", "expectedVersion": 2 });
    let payload = world.done(&user(ANNA), ("profileUpdate", fresh), "profile { displayName bio }").await;
    assert_eq!(payload["profile"], json!({ "displayName": "Anna B.", "bio": null }));
    assert_eq!(seen(&world, &user(ANNA), CARA).await["profile"], json!(null), "who wrote nothing has none");
}

#[tokio::test]
async fn whom_a_private_user_follows_is_not_seen_from_the_other_side() {
    let world = World::new().await;
    world.make_private(ANNA).await;
    world.relate(ANNA, "userFollow", BEN).await;
    world.relate(BEN, "userFollow", ANNA).await;
    world.relate(ANNA, "followRequestAccept", BEN).await;
    world.relate(DORA, "userFollow", ANNA).await;
    world.relate(ANNA, "followRequestAccept", DORA).await;
    let anna = vec![user_id(ANNA)];
    // Ben's lists: Ben sees who follows him, accepted followers of Anna see her there, and nobody else does.
    for (caller, expected) in [
        (user(BEN), anna.clone()),
        (user(ANNA), anna.clone()),
        (user(DORA), anna.clone()),
        (moderator(), anna.clone()),
        (user(CARA), Vec::new()),
        (Caller::visitor(), Vec::new()),
    ] {
        let ben = seen(&world, &caller, BEN).await;
        assert_eq!(ids(&ben["followers"]), expected, "{caller:?}");
        assert_eq!(ids(&ben["following"]), expected, "{caller:?}");
    }
    world.make_private(BEN).await;
    world.relate(CARA, "userFollow", BEN).await;
    world.relate(BEN, "followRequestAccept", CARA).await;
    let of_cara = seen(&world, &user(CARA), BEN).await;
    assert_eq!((ids(&of_cara["followers"]), ids(&of_cara["following"])), (vec![user_id(CARA)], Vec::new()));
}

#[tokio::test]
async fn to_follow_does_not_tell_who_has_blocked_the_caller() {
    let world = World::new().await;
    world.make_private(CARA).await;
    world.post(BEN, "I am here").await;
    for (blocker, expected) in [(ANNA, "FOLLOWING"), (CARA, "REQUESTED")] {
        world.relate(blocker, "userBlock", BEN).await;
        let before = world.data(&user(BEN), COUNT, of(BEN)).await;
        let input = json!({ "userId": user_id(blocker) });
        for _ in 0..2 {
            let show = "user { isFollowedByViewer viewerRelationship }";
            let payload = world.done(&user(BEN), ("userFollow", input.clone()), show).await;
            let follows = json!({ "isFollowedByViewer": blocker == ANNA, "viewerRelationship": expected });
            assert_eq!(payload["user"], follows);
        }
        let after = world.data(&user(BEN), COUNT, of(BEN)).await;
        let followed = |data: &Value| data["_entities"][0]["profile"]["followingCount"].as_i64().unwrap();
        assert_eq!(followed(&after), followed(&before) + i64::from(blocker == ANNA));
        // Nobody else notices: no count, no list, no request, no event.
        let own = seen(&world, &user(blocker), blocker).await;
        assert_eq!((&own["profile"]["followerCount"], ids(&own["followers"])), (&json!(0), Vec::new()));
        let asked = world.data(&user(blocker), "{ followRequests(first: 5) { nodes { id } } }", json!({})).await;
        assert_eq!(ids(&asked["followRequests"]), Vec::<String>::new());
        assert_eq!(seen(&world, &user(BEN), blocker).await["posts"], json!(null), "it opens nothing");
        let accept = json!({ "userId": user_id(BEN) });
        assert_eq!(world.codes(&user(blocker), "followRequestAccept", accept).await, ["NOT_FOUND"]);
    }
    let entries = world.social.core.stores.of::<Relationship>().outbox_after(None, 100).await.unwrap();
    let events: Vec<_> = entries.iter().flat_map(|entry| &entry.events).map(|event| &event.event_type[..]).collect();
    assert!(events.iter().all(|event| ["blocked", "follow_unheard"].contains(event)), "{events:?}");
    world.relate(BEN, "userUnfollow", ANNA).await;
    world.relate(BEN, "userFollow", ANNA).await;
    world.relate(ANNA, "userUnblock", BEN).await;
    let ben = seen(&world, &user(BEN), ANNA).await;
    assert_eq!(ben["viewerRelationship"], json!(null), "it does not come to life");
    world.relate(BEN, "userFollow", ANNA).await;
    assert_eq!(seen(&world, &user(BEN), ANNA).await["profile"]["followerCount"], 1);
}

const COUNT: &str =
    "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { profile { followingCount } } } }";

fn of(number: u128) -> Value {
    json!({ "r": [{ "__typename": "User", "id": user_id(number) }] })
}

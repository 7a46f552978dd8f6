//! What the writes say: every event stands in the outbox of the document that it is about.

use super::world::{ANNA, BEN, World, moderator, user_id};
use crate::{
    domain::{Comment, Post, Profile, Reaction, Relationship, Report, Review},
    stores::Kept,
};
use expect_test::expect;
use hansa_event_sourcing::{EventLog, RecordedEvent};
use hansa_messaging::testing::TestWorkers;
use hansa_subgraph_host::testing::user;
use serde_json::json;

/// Events of a collection, by document and in their order.
async fn outbox<D: Kept>(world: &World) -> Vec<RecordedEvent> {
    let entries = world.social.core.stores.of::<D>().outbox_after(None, 100).await.unwrap();
    entries.into_iter().flat_map(|entry| entry.events).collect()
}

async fn all(world: &World) -> Vec<RecordedEvent> {
    let mut events = outbox::<Profile>(world).await;
    events.extend(outbox::<Relationship>(world).await);
    events.extend(outbox::<Post>(world).await);
    events.extend(outbox::<Comment>(world).await);
    events.extend(outbox::<Reaction>(world).await);
    events.extend(outbox::<Review>(world).await);
    events.extend(outbox::<Report>(world).await);
    events
}

#[tokio::test]
async fn every_write_says_what_it_made_true() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let change = json!({ "postId": post, "body": "Hello again", "expectedVersion": 1 });
    world.done(&user(ANNA), ("postUpdate", change), "").await;
    world.comment(BEN, &post, "Well").await;
    for kind in ["LIKE", "LIKE", "WOW"] {
        world.react(BEN, &post, kind).await;
    }
    world.done(&user(BEN), ("reactionSet", json!({ "postId": post })), "").await;
    let review = world.review(ANNA, 7, 4).await;
    world.make_private(ANNA).await;
    world.relate(BEN, "userFollow", ANNA).await;
    world.relate(ANNA, "followRequestAccept", BEN).await;
    let report = world.report(BEN, &post).await;
    world.decide(&report, "REMOVE").await;
    world.relate(ANNA, "userBlock", BEN).await;
    world.relate(ANNA, "userUnblock", BEN).await;
    world.done(&user(ANNA), ("reviewRemove", json!({ "reviewId": review })), "").await;
    let of = |event: &RecordedEvent| {
        let actor = event.actor.replace(&user_id(ANNA), "anna").replace(&user_id(BEN), "ben");
        let actor = actor.replace(&moderator().actor().scope(), "moderator").replace("-/", "");
        format!("{}.{} {} by {actor} in {}\n", event.aggregate, event.event_type, event.stream_version, event.operation)
    };
    let events: String = all(&world).await.iter().map(of).collect();
    expect![[r#"
        profile.created 1 by anna in profileCreate
        profile.updated 2 by anna in profileUpdate
        profile.created 1 by ben in profileCreate
        user.blocked 1 by anna in userBlock
        user.unblocked 2 by anna in userUnblock
        user.follow_requested 1 by ben in userFollow
        user.followed 2 by anna in followRequestAccept
        user.unfollowed 3 by anna in userBlock
        post.published 1 by anna in postPublish
        post.edited 2 by anna in postUpdate
        post.removed 3 by moderator in moderationDecide
        comment.added 1 by ben in commentAdd
        reaction.set 1 by ben in reactionSet
        reaction.set 2 by ben in reactionSet
        reaction.cleared 3 by ben in reactionSet
        review.published 1 by anna in reviewSubmit
        review.removed 2 by anna in reviewRemove
        report.filed 1 by ben in contentReport
        moderation.decided 2 by moderator in moderationDecide
    "#]]
    .assert_eq(&events);
}

#[tokio::test]
async fn texts_of_private_profiles_stay_where_they_are() {
    let world = World::new().await;
    world.make_private(ANNA).await;
    let post = world.post(ANNA, "a secret").await;
    let change = json!({ "postId": post, "body": "another secret", "tags": ["secret"], "expectedVersion": 1 });
    world.done(&user(ANNA), ("postUpdate", change), "").await;
    world.comment(ANNA, &post, "a secret comment").await;
    world.done(&user(ANNA), ("profileUpdate", json!({ "bio": "a secret" })), "").await;
    for event in all(&world).await {
        let content = event.content.to_string();
        assert!(!content.contains("secret"), "{content}");
    }
}

#[tokio::test]
async fn a_refused_command_says_nothing() {
    let world = World::new().await;
    world.post(ANNA, "Hello").await;
    let before = all(&world).await.len();
    let input = json!({ "body": "", "idempotencyKey": world.key() });
    assert_eq!(world.codes(&user(ANNA), "postPublish", input).await, ["TEXT_BLANK"]);
    world.relate(ANNA, "userUnfollow", BEN).await;
    assert_eq!(all(&world).await.len(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_is_published() {
    let world = World::new().await;
    let workers = TestWorkers::run(world.social.workers());
    let post = world.post(ANNA, "Hello").await;
    world.comment(BEN, &post, "Well").await;
    let said = all(&world).await.len();
    workers.drained().await;
    assert_eq!(all(&world).await, []);
    let log = world.social.core.stores.documents();
    let mut published = 0;
    for lane in 0..log.lanes() {
        published += log.after(lane, 0, 100).await.unwrap().len();
    }
    assert!(published >= said.max(4), "{published} of {said}");
    workers.stop().await;
}

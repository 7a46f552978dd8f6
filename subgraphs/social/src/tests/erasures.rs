//! Users who are erased: nothing of theirs is seen or kept, however much there was, and nobody writes in their name.

use super::world::{ANNA, BEN, CARA, World, moderator, profile_id, text, user_id};
use crate::{
    domain::{Comment, Post, Profile, Reaction, Relationship, Report, Review},
    erasures::{LISTENING, ProfileErased, UserErased},
};
use futures_util::future::join_all;
use hansa_documents::Filter;
use hansa_event_sourcing::{CheckpointStore as _, LettersWanted, RecordedEvent, testing::consumed};
use hansa_messaging::testing::{TestWorkers, publish_foreign};
use hansa_subgraph_host::{Caller, testing::user};
use serde::Deserialize as _;
use serde_json::json;

/// More than go in two steps.
const FOLLOWERS: std::ops::Range<u128> = 1_000..1_120;

fn erased(number: u128) -> RecordedEvent {
    let mut event = consumed("identity.user.erased.v1");
    event.stream_id = user_id(number);
    event.event_id = uuid::Uuid::now_v7();
    event.content = json!({ "type": "erased", "userId": user_id(number) });
    event
}

impl World {
    async fn kept_of(&self, number: u128) -> [i64; 7] {
        let stores = &self.social.core.stores;
        let of = |field: &'static str| Filter::eq(field, user_id(number));
        let noted = Filter::and([of("reporter"), Filter::not(Filter::is_null("note"))]);
        [
            stores.count::<Relationship>(&of("from")).await.unwrap(),
            stores.count::<Relationship>(&of("to")).await.unwrap(),
            stores.count::<Post>(&of("author")).await.unwrap(),
            stores.count::<Comment>(&of("author")).await.unwrap(),
            stores.count::<Reaction>(&of("user")).await.unwrap(),
            stores.count::<Review>(&of("author")).await.unwrap(),
            stores.count::<Report>(&noted).await.unwrap(),
        ]
    }
}

/// Anna leaves something of every kind; gives her post, and Ben's comment below it.
async fn a_full_life(world: &World) -> (String, String) {
    let profile = json!({ "displayName": "Anna the Great", "bio": "Born in Lübeck" });
    world.done(&user(ANNA), ("profileUpdate", profile), "").await;
    let (post, removed) = (world.post(ANNA, "Mine").await, world.post(ANNA, "Mine, and bad").await);
    let (of_ben, of_cara) = (world.post(BEN, "Of Ben").await, world.review(CARA, 7, 1).await);
    world.comment(ANNA, &of_ben, "I was here").await;
    let below = world.comment(BEN, &post, "So was I").await;
    world.react(ANNA, &of_ben, "LOVE").await;
    world.review(ANNA, 7, 5).await;
    let report = world.report(CARA, &removed).await;
    world.decide(&report, "REMOVE").await;
    let noted = json!({ "contentId": of_cara, "reason": "SPAM", "note": "I, Anna, think so" });
    world.done(&user(ANNA), ("contentReport", noted), "").await;
    world.relate(ANNA, "userFollow", BEN).await;
    world.relate(ANNA, "userBlock", CARA).await;
    let followers: Vec<u128> = FOLLOWERS.collect();
    for some in followers.chunks(20) {
        join_all(some.iter().map(|number| world.relate(*number, "userFollow", ANNA))).await;
    }
    (post, below)
}

async fn everything_goes(world: &World) {
    let (post, below) = a_full_life(world).await;
    let running = TestWorkers::run(world.social.workers());
    let event = erased(ANNA);
    for event in [event.clone(), event.clone()] {
        publish_foreign(&world.services.bus, "identity", event).await;
    }
    running.drained().await;
    assert_eq!(world.kept_of(ANNA).await, [0; 7]);

    let seen = "query ($r: [_Any!]!, $post: ID!) { post(id: $post) { id } _entities(representations: $r) {
        ... on User { profile { displayName } followers(first: 5) { nodes { id } } posts(first: 5) { nodes { id } } }
        ... on Profile { bio } ... on Comment { body } ... on Product { rating { count } reviews(first: 5) { nodes { author { id } } } } } }";
    let representations = json!([
        { "__typename": "User", "id": user_id(ANNA) },
        { "__typename": "Profile", "id": profile_id(ANNA) },
        { "__typename": "Comment", "id": below },
        { "__typename": "Product", "id": super::world::product_id(7) },
    ]);
    for caller in [Caller::visitor(), user(BEN), user(ANNA)] {
        let variables = json!({ "r": representations, "post": post });
        let seen = world.data(&caller, seen, variables).await;
        let of_cara =
            json!({ "rating": { "count": 1 }, "reviews": { "nodes": [{ "author": { "id": user_id(CARA) } }] } });
        let nobody = json!({ "profile": null, "followers": null, "posts": null });
        assert_eq!(seen, json!({ "post": null, "_entities": [nobody, null, null, of_cara] }));
    }
    let of_ben = json!({ "r": [{ "__typename": "User", "id": user_id(BEN) }] });
    let counted =
        "query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { profile { followerCount } } } }";
    assert_eq!(world.data(&Caller::visitor(), counted, of_ben).await["_entities"][0]["profile"]["followerCount"], 0);
    let queue = "{ moderationQueue(first: 10) { nodes { note } } }";
    assert_eq!(world.data(&moderator(), queue, json!({})).await["moderationQueue"]["nodes"], json!([{ "note": null }]));

    // A token that is still good writes nothing, and nobody follows nobody.
    let input = json!({ "body": "Still here", "idempotencyKey": world.key() });
    let write = "mutation ($input: PostPublishInput!) { postPublish(input: $input) { post { id } } }";
    let refused = world.ask(&user(ANNA), write, json!({ "input": input })).await;
    assert_eq!(text(&refused, "/errors/0/extensions/code"), "UNAUTHENTICATED");
    for mutation in ["userFollow", "userBlock"] {
        let refused = world.codes(&user(BEN), mutation, json!({ "userId": user_id(ANNA) })).await;
        assert_eq!(refused, ["NOT_FOUND"], "{mutation}");
    }
    // Told again when its key is forgotten: nothing is there to do.
    world.services.clock.advance(chrono::TimeDelta::hours(80));
    publish_foreign(&world.services.bus, "identity", event).await;
    running.drained().await;
    running.stop().await;
    assert_eq!(world.social.core.stores.documents().letters(LettersWanted::default()).await.unwrap(), []);
    let profile = world.social.core.stores.get::<Profile>(&profile_id(ANNA)).await.unwrap().unwrap();
    assert_eq!((profile.username.as_str(), profile.display_name, profile.bio), ("", None, None));
    assert!(profile.version > 4, "it took several steps: {}", profile.version);
}

#[tokio::test]
async fn everything_of_an_erased_user_goes() {
    everything_goes(&World::new().await).await;
}

#[tokio::test]
async fn everything_of_an_erased_user_goes_on_mongo() {
    if let Some((world, _server)) = World::on_mongo().await {
        everything_goes(&world).await;
    }
}

#[tokio::test]
async fn what_is_left_is_hidden_before_it_is_removed() {
    let world = World::new().await;
    let post = world.post(ANNA, "Mine").await;
    let review = world.review(ANNA, 7, 5).await;
    let command = world.command("erasures");
    world.social.core.erase_profile(&command, user_id(ANNA).parse().unwrap()).await.unwrap();
    let seen = "query ($post: ID!, $review: ID!) { post(id: $post) { id } review(id: $review) { id } }";
    let seen = world.data(&Caller::visitor(), seen, json!({ "post": post, "review": review })).await;
    assert_eq!(seen, json!({ "post": null, "review": null }));
}

#[tokio::test]
async fn who_never_wrote_anything_is_erased_too() {
    let world = World::new().await;
    let running = TestWorkers::run(world.social.workers());
    publish_foreign(&world.services.bus, "identity", erased(BEN)).await;
    running.drained().await;
    running.stop().await;
    let input = json!({ "input": { "bio": "Here I am" } });
    let write = "mutation ($input: ProfileUpdateInput!) { profileUpdate(input: $input) { profile { id } } }";
    let refused = world.ask(&user(BEN), write, input).await;
    assert_eq!(text(&refused, "/errors/0/extensions/code"), "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_is_no_erasure_is_a_dead_letter() {
    let world = World::new().await;
    let running = TestWorkers::run(world.social.workers());
    let event = RecordedEvent { content: json!({ "userId": "nobody" }), ..erased(ANNA) };
    publish_foreign(&world.services.bus, "identity", event).await;
    running.drained().await;
    running.stop().await;
    let letters = world.social.core.stores.documents().letters(LettersWanted::default()).await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
}

#[test]
fn the_examples_are_understood() {
    assert_eq!(LISTENING.len(), 2);
    UserErased::deserialize(&consumed("identity.user.erased.v1").content).unwrap();
    ProfileErased::deserialize(&consumed("social.profile.erased.v1").content).unwrap();
}

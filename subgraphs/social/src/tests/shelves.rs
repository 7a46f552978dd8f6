//! Products that are archived: nothing new is said of them, and what was said stays.

use super::world::{ANNA, BEN, World, product_id, text};
use crate::shelves::{LISTENING, ProductTold};
use hansa_event_sourcing::{CheckpointStore as _, LettersWanted, RecordedEvent, testing::consumed};
use hansa_messaging::testing::{TestWorkers, publish_foreign};
use hansa_subgraph_host::{Caller, testing::user};
use serde::Deserialize as _;
use serde_json::json;

fn told(event_type: &str, product: u128, version: i64) -> RecordedEvent {
    let mut event = consumed(&format!("catalog.product.{event_type}.v1"));
    event.stream_id = product_id(product);
    event.stream_version = version;
    event.event_id = uuid::Uuid::now_v7();
    event.content["productId"] = json!(product_id(product));
    event
}

impl World {
    pub(super) async fn archive(&self, product: u128) {
        let running = TestWorkers::run(self.social.workers());
        publish_foreign(&self.services.bus, "catalog", told("archived", product, 2)).await;
        running.drained().await;
        running.stop().await;
    }
}

async fn an_archived_product(world: &World) {
    let running = TestWorkers::run(world.social.workers());
    let hear = async |events: &[RecordedEvent]| {
        for event in events {
            publish_foreign(&world.services.bus, "catalog", event.clone()).await;
        }
        running.drained().await;
    };
    let review = world.review(ANNA, 7, 5).await;
    let post = world.post_about(ANNA, "Look at this", &[product_id(7)]).await;
    let archived = told("archived", 7, 3);
    // Twice, and what was before it after it.
    hear(&[told("published", 8, 2), archived.clone(), archived, told("published", 7, 2)]).await;
    assert_eq!(world.codes(&user(BEN), "reviewSubmit", world.review_input(7, 1)).await, ["PRODUCT_ARCHIVED"]);
    world.review(BEN, 8, 4).await;
    let seen = "query ($r: [_Any!]!, $review: ID!, $post: ID!) { review(id: $review) { title } post(id: $post) { body }
        _entities(representations: $r) { ... on Product { rating { count } reviews(first: 9) { nodes { id } } posts(first: 9) { nodes { id } } } } }";
    let variables = json!({
        "r": [{ "__typename": "Product", "id": product_id(7) }], "review": review, "post": post,
    });
    let seen = world.data(&Caller::visitor(), seen, variables).await;
    assert_eq!(seen["_entities"][0]["rating"]["count"], 1);
    assert_eq!(text(&seen, "/_entities/0/reviews/nodes/0/id"), review);
    assert_eq!(text(&seen, "/_entities/0/posts/nodes/0/id"), post);
    assert_eq!(
        (text(&seen, "/review/title"), text(&seen, "/post/body")),
        ("As described".into(), "Look at this".into())
    );
    let change =
        json!({ "reviewId": review, "rating": 2, "title": "On second thoughts", "body": "No.", "expectedVersion": 1 });
    world.done(&user(ANNA), ("reviewUpdate", change), "").await;
    // Published again, and told much later of what was long before.
    hear(&[told("published", 7, 4)]).await;
    world.review(BEN, 7, 1).await;
    world.services.clock.advance(chrono::TimeDelta::hours(80));
    hear(&[told("archived", 7, 3)]).await;
    world.review(super::world::CARA, 7, 1).await;
    running.stop().await;
    assert_eq!(
        world
            .social
            .core
            .stores
            .documents()
            .letters(LettersWanted { consumer: Some("archived-products"), ..LettersWanted::default() })
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn an_archived_product_gets_no_new_reviews_and_keeps_its_old_ones() {
    an_archived_product(&World::new().await).await;
}

#[tokio::test]
async fn an_archived_product_gets_no_new_reviews_on_mongo() {
    if let Some((world, _server)) = World::on_mongo().await {
        an_archived_product(&world).await;
    }
}

#[tokio::test]
async fn what_is_no_product_is_a_dead_letter() {
    let world = World::new().await;
    let running = TestWorkers::run(world.social.workers());
    let event = RecordedEvent { content: json!({ "productId": "nothing" }), ..told("archived", 7, 3) };
    publish_foreign(&world.services.bus, "catalog", event).await;
    running.drained().await;
    running.stop().await;
    let letters = world
        .social
        .core
        .stores
        .documents()
        .letters(LettersWanted { consumer: Some("archived-products"), ..LettersWanted::default() })
        .await
        .unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
}

#[test]
fn the_catalogs_examples_are_understood() {
    for (event, version) in LISTENING[0].events {
        ProductTold::deserialize(&consumed(&format!("catalog.product.{event}.v{version}")).content).unwrap();
    }
}

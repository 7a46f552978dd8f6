//! Reviews of verified purchases: shipping's events come before the review, after it, twice, or are no events.

use super::world::{ANNA, BEN, CARA, World, product_id, text, user_id};
use crate::deliveries::{Delivered, LISTENING};
use hansa_event_sourcing::{CheckpointStore as _, LettersWanted, RecordedEvent, testing::consumed};
use hansa_messaging::testing::{TestWorkers, publish_foreign};
use hansa_subgraph_host::{Caller, testing::user};
use serde::Deserialize as _;
use serde_json::{Value, json};

const REVIEWS: &str = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product {
    reviews(first: 10, orderBy: OLDEST) { nodes { author { id } isVerifiedPurchase } }
} } }";

/// `shipment.delivered` to a buyer, with these products.
fn delivered(shipment: u128, buyer: u128, products: &[u128]) -> RecordedEvent {
    let mut event = consumed("shipping.shipment.delivered.v1");
    let line =
        |product: &u128| json!({ "lineId": "l", "variantId": "v", "productId": product_id(*product), "quantity": 1 });
    event.stream_id = user_id(shipment).replace("user_", "shipment_");
    event.event_id = uuid::Uuid::now_v7();
    event.content = json!({
        "shipmentId": event.stream_id, "orderId": "o", "tenantId": "t", "buyerId": user_id(buyer),
        "lines": products.iter().map(line).collect::<Vec<_>>(),
    });
    event
}

impl World {
    async fn hear(&self, event: RecordedEvent) {
        publish_foreign(&self.services.bus, "shipping", event).await;
    }

    /// Authors of the reviews of a product whose purchase is verified.
    async fn verified(&self, product: u128) -> Vec<String> {
        let products = json!({ "r": [{ "__typename": "Product", "id": product_id(product) }] });
        let seen = self.data(&Caller::visitor(), REVIEWS, products).await;
        let nodes = seen["_entities"][0]["reviews"]["nodes"].as_array().unwrap().clone();
        nodes.iter().filter(|node| node["isVerifiedPurchase"] == true).map(|node| text(node, "/author/id")).collect()
    }
}

async fn whoever_got_it_has_bought_it(world: &World) {
    let running = TestWorkers::run(world.social.workers());
    world.review(ANNA, 7, 5).await;
    world.review(CARA, 7, 1).await;
    assert_eq!(world.verified(7).await, [""; 0]);
    // Reviewed first, and delivered first; of several things in a shipment, several shipments, and the same again.
    world.hear(delivered(1, ANNA, &[7, 8])).await;
    world.hear(delivered(2, BEN, &[7, 7])).await;
    world.hear(delivered(3, BEN, &[7])).await;
    running.drained().await;
    world.review(BEN, 7, 4).await;
    assert_eq!(world.verified(7).await, [user_id(ANNA), user_id(BEN)]);
    let review = world.review(ANNA, 8, 5).await;
    let one = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Review { isVerifiedPurchase } } }";
    let answer = world.data(&user(BEN), one, json!({ "r": [{ "__typename": "Review", "id": review }] })).await;
    assert_eq!(answer["_entities"][0]["isVerifiedPurchase"], true);
    // A product that nobody got.
    world.review(ANNA, 9, 5).await;
    assert_eq!(world.verified(9).await, [""; 0]);
    running.stop().await;
}

async fn everything_may_come_again(world: &World) {
    let running = TestWorkers::run(world.social.workers());
    let first = delivered(1, ANNA, &[7]);
    // The same event, and the same shipment in another event, at once and after the keys are forgotten.
    let again = delivered(1, ANNA, &[7]);
    for event in [first.clone(), first, again.clone()] {
        world.hear(event).await;
    }
    running.drained().await;
    world.services.clock.advance(chrono::TimeDelta::hours(80));
    world.hear(again).await;
    running.drained().await;
    running.stop().await;
    assert_eq!(world.social.core.stores.documents().letters(LettersWanted::default()).await.unwrap(), []);
    world.review(ANNA, 7, 5).await;
    assert_eq!(world.verified(7).await, [user_id(ANNA)]);
}

#[tokio::test]
async fn whoever_got_a_product_has_bought_it() {
    whoever_got_it_has_bought_it(&World::new().await).await;
}

#[tokio::test]
async fn whoever_got_a_product_has_bought_it_on_mongo() {
    if let Some((world, _server)) = World::on_mongo().await {
        whoever_got_it_has_bought_it(&world).await;
    }
}

#[tokio::test]
async fn deliveries_may_come_again() {
    everything_may_come_again(&World::new().await).await;
}

#[tokio::test]
async fn deliveries_may_come_again_on_mongo() {
    if let Some((world, _server)) = World::on_mongo().await {
        everything_may_come_again(&world).await;
    }
}

#[tokio::test]
async fn what_is_no_delivery_is_a_dead_letter_and_others_go_on() {
    let world = World::new().await;
    let running = TestWorkers::run(world.social.workers());
    for content in [json!({}), json!({ "shipmentId": "s", "buyerId": "nobody", "lines": [] })] {
        let number = uuid::Uuid::now_v7().as_u128();
        world.hear(RecordedEvent { content, ..delivered(number, ANNA, &[7]) }).await;
    }
    // Older events do not say who bought it: they verify nothing, and are no mistake.
    let mut silent = delivered(5, ANNA, &[7]);
    silent.content.as_object_mut().unwrap().remove("buyerId");
    world.hear(silent).await;
    world.hear(delivered(6, BEN, &[7])).await;
    running.drained().await;
    world.review(ANNA, 7, 5).await;
    world.review(BEN, 7, 5).await;
    assert_eq!(world.verified(7).await, [user_id(BEN)]);
    let letters = world.social.core.stores.documents().letters(LettersWanted::default()).await.unwrap();
    let reasons: Vec<&str> = letters.iter().map(|letter| letter.reason.as_str()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons.iter().all(|reason| reason.contains("has another form")), "{reasons:?}");
}

#[test]
fn shippings_examples_are_understood() {
    for listening in LISTENING {
        for (event, version) in listening.events {
            let name = format!("{}.{}.{event}.v{version}", listening.context, listening.aggregate);
            let content: Value = consumed(&name).content;
            Delivered::deserialize(&content).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

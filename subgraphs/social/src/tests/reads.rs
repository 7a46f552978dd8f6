//! What pages cost: reads of the stores are counted, and must not grow with the rows of a page.

use super::world::{ANNA, World, product_id, user_id};
use crate::{
    domain::{
        ids::{PostId, ProductId},
        reaction::ReactionKind,
    },
    viewer::Viewer,
};
use hansa_subgraph_host::{Caller, testing::user};
use hansa_values::UserId;
use serde_json::{Value, json};

const FEED: &str = "query ($first: Int!) { homeFeed(first: $first) { nodes {
    id body author { id username profile { displayName followerCount } isFollowedByViewer }
    reactionCounts { kind count } viewerReaction
    comments(first: 2) { nodes { body author { id username profile { bio } } } }
    products { id rating { average count } }
} } }";

async fn reads(world: &World, caller: &Caller, query: &str, variables: Value) -> (u64, Value) {
    let before = world.social.store_reads();
    let data = world.data(caller, query, variables).await;
    (world.social.store_reads() - before, data)
}

#[tokio::test]
async fn a_page_of_the_feed_costs_the_same_reads_whatever_its_size() {
    let world = World::new().await;
    for number in 10..14 {
        world.relate(ANNA, "userFollow", number).await;
        world.review(number, number, 4).await;
    }
    for number in 0..24 {
        let author = 10 + number % 4;
        let products = [product_id(author), product_id(author + 1)];
        let post = world.post_about(author, &format!("post {number}"), &products).await;
        for commenter in [20, 21, 22] {
            world.comment(commenter, &post, &format!("comment of {commenter}")).await;
        }
        world.react(ANNA, &post, "LIKE").await;
        world.react(author, &post, "LOVE").await;
    }
    let (of_one, _) = reads(&world, &user(ANNA), FEED, json!({ "first": 1 })).await;
    let (of_twenty, page) = reads(&world, &user(ANNA), FEED, json!({ "first": 20 })).await;
    let nodes = page["homeFeed"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 20);
    for node in nodes {
        let comments: Vec<&str> =
            node["comments"]["nodes"].as_array().unwrap().iter().filter_map(|node| node["body"].as_str()).collect();
        assert_eq!(comments, ["comment of 20", "comment of 21"]);
        assert_eq!(node["reactionCounts"], json!([{ "kind": "LIKE", "count": 1 }, { "kind": "LOVE", "count": 1 }]));
        assert_eq!((&node["viewerReaction"], &node["author"]["isFollowedByViewer"]), (&json!("LIKE"), &json!(true)));
        assert_eq!(node["products"].as_array().unwrap().len(), 2);
    }
    // Two of the feed's three windows are needed for a page that the last week fills; two reads say what the caller may
    // see of it, and each field below it costs at most three.
    assert_eq!(of_twenty, of_one, "reads grow with the page");
    assert!(of_twenty <= 20, "{of_twenty} reads");
}

#[tokio::test]
async fn reviews_and_ratings_of_twenty_products_cost_few_reads() {
    let world = World::new().await;
    for product in 0..20 {
        for author in [30, 31, 32] {
            world.review(author, product, 3).await;
        }
    }
    let query = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Product {
        id rating { average count } reviews(first: 2) { nodes { title author { id username } } }
    } } }";
    let products = |count: u128| -> Value {
        json!({ "r": (0..count).map(|number| json!({ "__typename": "Product", "id": product_id(number) })).collect::<Vec<_>>() })
    };
    for caller in [Caller::visitor(), user(ANNA)] {
        let (of_one, _) = reads(&world, &caller, query, products(1)).await;
        let (of_twenty, data) = reads(&world, &caller, query, products(20)).await;
        for (number, product) in (0..20).zip(data["_entities"].as_array().unwrap()) {
            assert_eq!(product["id"], json!(product_id(number)), "representations keep their order");
            assert_eq!(product["rating"], json!({ "average": 3.0, "count": 3 }));
            assert_eq!(product["reviews"]["nodes"].as_array().unwrap().len(), 2);
        }
        assert_eq!(of_twenty, of_one);
        assert!(of_twenty <= 4, "{of_twenty} reads");
    }
}

#[tokio::test]
async fn a_thousand_representations_of_all_types_cost_few_reads() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    let comment = world.comment(ANNA, &post, "First").await;
    let review = world.review(ANNA, 1, 5).await;
    let kinds = [("Post", post), ("Comment", comment), ("Review", review), ("User", user_id(ANNA))];
    let representations: Vec<Value> = (0..1000)
        .map(|index| {
            let (type_name, id) = &kinds[index % 4];
            json!({ "__typename": type_name, "id": id })
        })
        .collect();
    let query = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }";
    let (count, data) = reads(&world, &user(ANNA), query, json!({ "r": representations })).await;
    assert!(data["_entities"].as_array().unwrap().iter().all(|entity| !entity.is_null()));
    assert!(count <= 10, "{count} reads");
}

#[tokio::test]
async fn counts_below_as_many_rows_as_a_page_may_have_are_read() {
    let world = World::new().await;
    let post = world.post(ANNA, "Hello").await;
    world.react(ANNA, &post, "LIKE").await;
    world.review(ANNA, 3, 4).await;
    let caller = user(ANNA);
    let viewer = Viewer::new(&world.social.core, &caller);
    let mut posts: Vec<PostId> =
        (0..3_999).map(|number| product_id(number).replace("product_", "post_").parse().unwrap()).collect();
    posts.push(post.parse().unwrap());
    let reactions = viewer.reaction_counts(&posts).await.unwrap();
    assert_eq!(reactions.into_values().collect::<Vec<_>>(), [[(ReactionKind::Like, 1)]]);
    let products: Vec<ProductId> = (0..4_000).map(|number| product_id(number).parse().unwrap()).collect();
    assert_eq!(viewer.ratings(&products).await.unwrap().len(), 1);
    let users: Vec<UserId> = (0..4_000).map(|number| user_id(number).parse().unwrap()).collect();
    assert_eq!(viewer.post_counts(&users).await.unwrap().into_values().collect::<Vec<_>>(), [1]);
}

//! Feeds: whose posts are in them, in which order, and that paging loses and repeats none.

use super::world::{ANNA, BEN, CARA, DORA, World, text};
use chrono::TimeDelta;
use hansa_subgraph_host::{Caller, testing::user};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const HOME: &str = "query ($first: Int, $after: String, $last: Int, $before: String) {
    feed: homeFeed(first: $first, after: $after, last: $last, before: $before) {
        nodes { id body author { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

fn discovery() -> String {
    HOME.replace("homeFeed", "discoveryFeed")
}

fn bodies(feed: &Value) -> Vec<String> {
    feed["nodes"].as_array().unwrap().iter().map(|node| text(node, "/body")).collect()
}

/// Every page of a feed, forward.
async fn pages(world: &World, caller: &Caller, query: &str, first: i32) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut after = json!(null);
    loop {
        let variables = json!({ "first": first, "after": after });
        let feed = world.data(caller, query, variables).await["feed"].clone();
        after = feed["pageInfo"]["endCursor"].clone();
        let has_more = feed["pageInfo"]["hasNextPage"] == json!(true);
        pages.push(feed);
        assert!(pages.len() < 100, "paging does not end");
        if !has_more {
            return pages;
        }
    }
}

#[tokio::test]
async fn the_home_feed_has_own_posts_and_those_of_followed_users() {
    let world = World::new().await;
    for (number, other) in [(ANNA, BEN), (ANNA, CARA), (DORA, ANNA)] {
        world.relate(number, "userFollow", other).await;
    }
    for (number, body) in [(BEN, "one"), (DORA, "not followed"), (ANNA, "two"), (CARA, "three"), (BEN, "four")] {
        world.services.clock.advance(TimeDelta::seconds(1));
        world.post(number, body).await;
    }
    let feed = world.data(&user(ANNA), HOME, json!({ "first": 10 })).await["feed"].clone();
    assert_eq!(bodies(&feed), ["four", "three", "two", "one"]);
    world.make_private(CARA).await;
    world.relate(BEN, "userBlock", ANNA).await;
    let feed = world.data(&user(ANNA), HOME, json!({ "first": 10 })).await["feed"].clone();
    assert_eq!(bodies(&feed), ["three", "two"], "followers of a private profile see it, blocked ones nothing");
    world.relate(ANNA, "userUnfollow", CARA).await;
    let feed = world.data(&user(ANNA), HOME, json!({ "last": 10 })).await["feed"].clone();
    assert_eq!(bodies(&feed), ["two"]);
    let feed = world.data(&user(20), HOME, json!({ "first": 10 })).await["feed"].clone();
    assert_eq!(bodies(&feed), Vec::<String>::new());
}

#[tokio::test]
async fn the_home_feed_looks_further_back_where_the_last_week_is_short() {
    let world = World::new().await;
    world.relate(ANNA, "userFollow", BEN).await;
    for (days, body) in [(400, "long ago"), (60, "last quarter"), (30, "last month"), (0, "today")] {
        world.services.clock.advance(TimeDelta::days(-days));
        world.post(BEN, body).await;
        world.services.clock.advance(TimeDelta::days(days));
    }
    let whole = world.data(&user(ANNA), HOME, json!({ "first": 10 })).await["feed"].clone();
    assert_eq!(bodies(&whole), ["today", "last month", "last quarter", "long ago"]);
    let single: Vec<String> = pages(&world, &user(ANNA), HOME, 1).await.iter().flat_map(bodies).collect();
    assert_eq!(single, bodies(&whole));
}

#[tokio::test]
async fn one_author_has_ten_posts_on_a_page_and_loses_none() {
    let world = World::new().await;
    world.relate(ANNA, "userFollow", BEN).await;
    world.relate(ANNA, "userFollow", CARA).await;
    for number in 0..23 {
        world.services.clock.advance(TimeDelta::seconds(1));
        world.post(if number == 3 { CARA } else { BEN }, &format!("post {number}")).await;
    }
    let pages = pages(&world, &user(ANNA), HOME, 20).await;
    for page in &pages {
        let mut of_author: BTreeMap<String, usize> = BTreeMap::new();
        page["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .for_each(|node| *of_author.entry(text(node, "/author/id")).or_default() += 1);
        assert!(of_author.values().all(|count| *count <= 10), "{of_author:?}");
    }
    let all: Vec<String> = pages.iter().flat_map(bodies).collect();
    let expected: Vec<String> = (0..23).rev().map(|number| format!("post {number}")).collect();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn paging_yields_each_post_once_while_others_write() {
    let world = World::new().await;
    let authors = [BEN, CARA, DORA];
    for author in authors {
        world.relate(ANNA, "userFollow", author).await;
    }
    let mut before = BTreeSet::new();
    for number in 0..40 {
        // Two of three have the same time, so that ids decide.
        if number % 3 == 0 {
            world.services.clock.advance(TimeDelta::seconds(1));
        }
        before.insert(world.post(authors[number % 3], &format!("post {number}")).await);
    }
    let mut seen = Vec::new();
    let mut after = json!(null);
    loop {
        let variables = json!({ "first": 7, "after": after });
        let caller = user(ANNA);
        let asking = world.data(&caller, HOME, variables);
        let (answer, ..) = tokio::join!(asking, world.post(BEN, "meanwhile"), world.post(CARA, "meanwhile"));
        let feed = &answer["feed"];
        seen.extend(feed["nodes"].as_array().unwrap().iter().map(|node| text(node, "/id")));
        after = feed["pageInfo"]["endCursor"].clone();
        if feed["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    let distinct: BTreeSet<String> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len(), "no post comes twice");
    assert!(before.is_subset(&distinct), "no post is lost");
}

#[tokio::test]
async fn feeds_are_read_backwards_too() {
    let world = World::new().await;
    for number in 0..5 {
        world.services.clock.advance(TimeDelta::seconds(1));
        world.post(ANNA, &format!("post {number}")).await;
    }
    let oldest = world.data(&Caller::visitor(), &discovery(), json!({ "last": 2 })).await["feed"].clone();
    assert_eq!(bodies(&oldest), ["post 1", "post 0"]);
    assert_eq!(oldest["pageInfo"]["hasPreviousPage"], true);
    let before = text(&oldest, "/pageInfo/startCursor");
    let newer =
        world.data(&Caller::visitor(), &discovery(), json!({ "last": 3, "before": before })).await["feed"].clone();
    assert_eq!(bodies(&newer), ["post 4", "post 3", "post 2"]);
    assert_eq!(
        (&newer["pageInfo"]["hasPreviousPage"], &newer["pageInfo"]["hasNextPage"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn the_discovery_feed_has_what_everybody_may_see() {
    let world = World::new().await;
    for number in 0..30 {
        world.services.clock.advance(TimeDelta::seconds(1));
        world.post(if number % 3 == 0 { ANNA } else { BEN }, &format!("post {number}")).await;
    }
    world.make_private(BEN).await;
    let pages = pages(&world, &Caller::visitor(), &discovery(), 4).await;
    let all: Vec<String> = pages.iter().flat_map(bodies).collect();
    let expected: Vec<String> =
        (0..30).rev().filter(|number| number % 3 == 0).map(|number| format!("post {number}")).collect();
    assert_eq!(all, expected);
    assert_eq!(bodies(&pages[0]).len(), 4, "pages are filled although posts are passed over");
    world.relate(ANNA, "userBlock", CARA).await;
    let feed = world.data(&user(CARA), &discovery(), json!({ "first": 10 })).await["feed"].clone();
    assert_eq!(bodies(&feed), Vec::<String>::new());
}

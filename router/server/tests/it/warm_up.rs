//! A changed supergraph serves with the plans that the old one was asked for most.

use crate::{
    override_labels::supergraph as supergraph_with_labels,
    running::{Running, SUPERGRAPH, settings},
};
use hansa_mock_subgraph::Knobs;
use hansa_server::{Config, Router, Span, SupergraphSwap};
use serde_json::json;
use std::time::Duration;
use tokio::{
    task::{JoinSet, spawn_blocking},
    time::timeout,
};

/// The same for requests, with another text.
fn changed() -> String {
    SUPERGRAPH.replacen("type Query ", "\"Everything.\"\ntype Query ", 1)
}

fn without_friends() -> String {
    SUPERGRAPH.replace("  friend: User @join__field(graph: ACCOUNTS)\n", "")
}

async fn start(config: Config, knobs: Knobs) -> (Running, SupergraphSwap) {
    let (mut router, config) = Running::subgraphs(config, knobs).await;
    let swap = router.run(Router::new(config).supergraph_sdl(SUPERGRAPH)).await;
    (router, swap)
}

async fn replace(swap: &SupergraphSwap, sdl: String) {
    let swap = swap.clone();
    spawn_blocking(move || swap.replace(&sdl, "changed.graphql")).await.unwrap().unwrap();
}

async fn lookups(router: &Running) -> (u32, u32) {
    let count = async |outcome: &str| {
        let line = format!("hansa_plan_cache_lookups_total{{outcome=\"{outcome}\"}}");
        router.metric(&line).await.parse().unwrap_or(0)
    };
    (count("hit").await, count("miss").await)
}

async fn plans(router: &Running, outcome: &str) -> String {
    router.metric(&format!("hansa_warm_up_plans_total{{outcome=\"{outcome}\"}}")).await
}

const WELL_KNOWN: &str = "query A($all: Boolean!) { user(id: 1) { id name @include(if: $all) posts { title } } }";

#[tokio::test]
async fn the_first_request_after_a_change_finds_its_plan() {
    let (router, swap) = start(settings(), Knobs::default()).await;
    // A document with two operations, of which one was asked for, and one that is asked for in two ways.
    let two = "query B { user(id: 1) { friend { id } } } query C { user(id: 1) { id } }";
    let body = json!({ "query": two, "operationName": "C" }).to_string();
    for all in [true, false] {
        assert_eq!(router.ask_with(WELL_KNOWN, json!({ "all": all })).await.code(), "");
    }
    assert_eq!(router.send(router.post(), body.clone()).await.code(), "");
    let friend = "{ user(id: 1) { friend { id } } }";
    assert_eq!(router.ask(friend).await.code(), "");
    assert_eq!(lookups(&router).await, (0, 4));

    replace(&swap, changed()).await;
    assert_eq!((plans(&router, "planned").await, plans(&router, "dropped").await), ("4".into(), "0".into()));
    assert_eq!(router.metric("hansa_plan_cache_entries").await, "4");
    for all in [true, false] {
        let answer = router.ask_with(WELL_KNOWN, json!({ "all": all })).await;
        assert_eq!(answer.json()["data"]["user"].get("name").is_some(), all, "{}", answer.text());
    }
    assert_eq!(router.send(router.post(), body.clone()).await.code(), "");
    assert_eq!(router.ask(friend).await.code(), "");
    assert_eq!(lookups(&router).await, (4, 4), "nothing was planned for these requests");

    // What is not valid any more is refused, and what has nothing to do with it is planned again.
    replace(&swap, without_friends()).await;
    assert_eq!((plans(&router, "planned").await, plans(&router, "dropped").await), ("6".into(), "2".into()));
    assert_eq!(router.ask(friend).await.code(), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(router.send(router.post(), body).await.code(), "GRAPHQL_VALIDATION_FAILED", "its other operation");
    assert_eq!(router.ask_with(WELL_KNOWN, json!({ "all": true })).await.code(), "");
    assert_eq!(lookups(&router).await, (5, 4));
}

#[tokio::test]
async fn those_used_most_come_first_and_the_rest_is_left() {
    let mut config = settings();
    config.plan_cache.warm_up.operations_max = 2;
    let (router, swap) = start(config, Knobs::default()).await;
    for (query, times) in [("{ user(id: 1) { id } }", 1), ("{ user(id: 2) { id } }", 4), ("{ user(id: 3) { id } }", 3)]
    {
        for _ in 0..times {
            assert_eq!(router.ask(query).await.code(), "");
        }
    }
    replace(&swap, changed()).await;
    assert_eq!(router.metric("hansa_plan_cache_entries").await, "2");
    let before = lookups(&router).await;
    router.ask("{ user(id: 2) { id } }").await;
    router.ask("{ user(id: 3) { id } }").await;
    assert_eq!(lookups(&router).await, (before.0 + 2, before.1));
    router.ask("{ user(id: 1) { id } }").await;
    assert_eq!(lookups(&router).await, (before.0 + 2, before.1 + 1));
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let mut config = settings();
    config.plan_cache.warm_up.operations_max = 0;
    let (router, swap) = start(config, Knobs::default()).await;
    router.ask("{ user(id: 1) { id } }").await;
    replace(&swap, changed()).await;
    assert_eq!(router.metric("hansa_plan_cache_entries").await, "0");
    assert_eq!(plans(&router, "planned").await, "", "nothing is said of it");
    assert_eq!(router.ask("{ user(id: 1) { id } }").await.code(), "");
}

/// So many that planning them takes a while.
async fn with_many_plans(config: Config) -> (Running, SupergraphSwap) {
    let (router, swap) = start(config, Knobs::default()).await;
    for user in 0..150 {
        let posts = "a: author { id name friend { name posts { title } } } ".repeat(5);
        let query = format!("{{ user(id: {user}) {{ id name posts {{ id title {posts} }} }} }}");
        assert_eq!(router.ask(&query).await.code(), "");
    }
    (router, swap)
}

#[tokio::test]
async fn it_ends_with_its_time() {
    let mut config = settings();
    config.plan_cache.warm_up.duration_max = Span::from_millis(20);
    let (router, swap) = with_many_plans(config).await;
    replace(&swap, without_friends().replace("title", "heading")).await;
    let left: u32 = plans(&router, "left").await.parse().unwrap();
    let planned: u32 = plans(&router, "planned").await.parse().unwrap();
    assert!(left > 0 && planned < 150, "{left} left, {planned} planned");
    let answer = router.ask("{ posts { heading } }").await;
    assert_ne!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "the new one serves");
}

/// Eight changes, one soon after the other. How many came to serve, and how many were overtaken.
async fn storm(router: &Running, swap: &SupergraphSwap) -> (u32, u32) {
    let mut storm = JoinSet::new();
    for index in 0..8 {
        let (swap, sdl) = (swap.clone(), SUPERGRAPH.replace("rename(", &format!("rename{index}(")));
        storm.spawn_blocking(move || swap.replace(&sdl, "changed.graphql").unwrap());
        tokio::time::sleep(Duration::from_millis(25)).await;
        assert_eq!(router.ask("{ user(id: 1) { id } }").await.code(), "", "requests are answered meanwhile");
    }
    timeout(Duration::from_secs(20), storm.join_all()).await.unwrap();
    let answer = router.ask("mutation { rename7(id: 1, name: \"Ada\") { id } }").await;
    assert_ne!(answer.code(), "GRAPHQL_VALIDATION_FAILED", "the newest serves");
    let count = async |outcome: &str| {
        let line = format!("hansa_supergraph_reloads_total{{outcome=\"{outcome}\"}}");
        router.metric(&line).await.parse().unwrap_or(0)
    };
    (count("accepted").await, count("superseded").await)
}

/// A newer supergraph ends the work for the one before, which never serves.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_changes_ends_with_the_newest() {
    let (router, swap) = with_many_plans(settings()).await;
    let (accepted, superseded) = storm(&router, &swap).await;
    assert!(accepted + superseded == 8 && superseded > 3, "{accepted} served, {superseded} were overtaken");
}

/// All changes of a storm together have the time of one, so that it does not keep them from serving.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_changes_does_not_hold_up_the_newest() {
    let mut config = settings();
    config.plan_cache.warm_up.duration_max = Span::from_millis(50);
    let (router, swap) = with_many_plans(config).await;
    let (accepted, superseded) = storm(&router, &swap).await;
    assert!(accepted + superseded == 8 && accepted > 1, "{accepted} served, {superseded} were overtaken");
}

#[tokio::test]
async fn requests_under_way_finish_on_the_old_one() {
    let (router, swap) = start(settings(), Knobs { delay_ms: 300, ..Knobs::default() }).await;
    let renamed = "{ user(id: 1) { friend { id } } }";
    let change = async {
        router.until_in_flight(1).await;
        replace(&swap, without_friends()).await;
        assert_eq!(router.ask(renamed).await.code(), "GRAPHQL_VALIDATION_FAILED");
    };
    let (answer, ()) = tokio::join!(router.ask(renamed), change);
    assert_eq!(answer.code(), "", "{}", answer.text());
}

#[tokio::test]
async fn changed_labels_find_their_plans_too() {
    let folder = crate::issuer::Folder::new();
    let file = folder.file().with_file_name("hansa.yaml");
    std::fs::write(&file, "").unwrap();
    let (mut router, mut config) = Running::subgraphs(settings(), Knobs::default()).await;
    config.reload.interval = Span::from_millis(20);
    let (read_file, base) = (file.clone(), config.clone());
    let read = move || {
        let config = Config::load(Some(&read_file), [], &[]).map_err(|error| error.to_string())?;
        Ok(Config { override_labels: config.override_labels, ..base.clone() })
    };
    let router_settings = Router::new(config).supergraph_sdl(supergraph_with_labels("next", "other"));
    let swap = router.run(router_settings.settings_file(file.clone(), read)).await;
    let query = "{ user(id: 1) { name } }";
    assert_eq!(router.ask(query).await.code(), "");
    assert_eq!(router.ask("{ posts { title } }").await.code(), "", "depends on no label");
    std::fs::write(&file, "override_labels: { next: on }\n").unwrap();
    let line = "hansa_warm_up_plans_total{outcome=\"planned\"}";
    router.until_metric(line, "1").await;
    let before = lookups(&router).await;
    assert_eq!(router.ask(query).await.code(), "");
    assert_eq!(lookups(&router).await, (before.0 + 1, before.1), "planned when the rules changed");
    // With a share of requests there are two plans, of which one is there already.
    std::fs::write(&file, "override_labels: { next: { percent: 50 } }\n").unwrap();
    router.until_metric(line, "3").await;
    assert_eq!(router.metric("hansa_plan_cache_entries").await, "3");

    // Labels keep their meaning in another supergraph, where their numbers differ.
    replace(&swap, supergraph_with_labels("next", "another")).await;
    assert_eq!(router.metric("hansa_plan_cache_entries").await, "3");
    let before = lookups(&router).await;
    for _ in 0..20 {
        assert_eq!(router.ask(query).await.code(), "");
    }
    assert_eq!(lookups(&router).await, (before.0 + 20, before.1));
}

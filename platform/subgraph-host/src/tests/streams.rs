//! In process: each event is answered like a request of its own.

use super::small_subgraph::{Calls, builder, small_services, small_subgraph, small_subgraph_of};
use crate::{
    Caller, Subgraph,
    testing::{subscribe, user},
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

async fn all(subgraph: &Subgraph, query: &str) -> Vec<Value> {
    subscribe(subgraph, &user(1), query, json!({})).collect().await
}

fn code_of(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn each_event_is_one_answer() {
    let answers = all(&small_subgraph(), "subscription { thing: counts(to: 3) { number } }").await;
    let event = |number: i32| json!({ "data": { "thing": { "number": number } } });
    assert_eq!(answers, [event(1), event(2), event(3)]);
    assert_eq!(all(&small_subgraph(), "{ viewerName }").await, [json!({ "data": { "viewerName": "user1" } })]);
}

#[tokio::test]
async fn each_event_has_loaders_of_its_own() {
    let calls: Arc<Calls> = Arc::default();
    let subgraph = small_subgraph_of(&calls);
    let answers = all(&subgraph, "subscription { counts(to: 3) { colour neighbours(count: 2) { colour } } }").await;
    assert_eq!(answers[2]["data"]["counts"]["colour"], "colour 3 for user1");
    assert_eq!(answers[2]["data"]["counts"]["neighbours"][1]["colour"], "colour 1 for user1");
    assert_eq!(calls.colours.load(Ordering::Relaxed), 3, "one batch for each event");
}

#[tokio::test]
async fn each_event_has_a_budget_and_a_time_of_its_own() {
    let services = small_services();
    let subgraph = builder(&services, &Arc::default()).values_max(30).finish(&services);
    let answers = all(&subgraph, "subscription { counts(to: 5) { neighbours(count: 10) { number } } }").await;
    assert_eq!(answers.len(), 5);
    assert!(answers.iter().all(|answer| answer["errors"].is_null()), "22 values are no more than 30: {answers:?}");
    let answers = all(&subgraph, "subscription { counts(to: 2) { neighbours(count: 50) { number } } }").await;
    assert_eq!(answers.iter().map(code_of).collect::<Vec<_>>(), ["BAD_USER_INPUT", "BAD_USER_INPUT"]);
    let subgraph = builder(&services, &Arc::default()).time_max(Duration::from_millis(20)).finish(&services);
    let answers = all(&subgraph, "subscription { counts(to: 2) { sleeps(ms: 5000) } }").await;
    assert_eq!(answers.iter().map(code_of).collect::<Vec<_>>(), ["TIMEOUT", "TIMEOUT"]);
}

#[tokio::test]
async fn an_event_that_fails_is_an_answer_with_errors() {
    let answers = all(&small_subgraph(), "subscription { stumbles { number } }").await;
    assert_eq!(answers[0]["data"]["stumbles"]["number"], 1);
    assert_eq!((code_of(&answers[1]), &answers[1]["errors"][0]["path"]), ("INTERNAL", &json!(["stumbles"])));
    assert!(!answers[1].to_string().contains("secret"), "{}", answers[1]);
    assert_eq!(answers[2]["data"]["stumbles"]["number"], 2);
    assert_eq!(answers.len(), 3);
}

#[tokio::test]
async fn a_source_that_refuses_or_panics_is_the_end() {
    let subgraph = small_subgraph();
    let answers = all(&subgraph, "subscription { refuses { number } }").await;
    assert_eq!(answers.iter().map(code_of).collect::<Vec<_>>(), ["FORBIDDEN"]);
    let answers = all(&subgraph, "subscription { counts(to: -1) { number } }").await;
    assert_eq!(answers.iter().map(code_of).collect::<Vec<_>>(), ["BAD_USER_INPUT"]);
    let answers = all(&subgraph, "subscription { panics { number } }").await;
    assert_eq!(answers.iter().map(code_of).collect::<Vec<_>>(), ["", "INTERNAL"]);
}

#[tokio::test]
async fn refuses_what_it_would_execute_in_another_way_than_it_says() {
    let subgraph = small_subgraph();
    let bad = [
        "subscription { counts(to: 1) { number } waits { number } }",
        "subscription { ... on Subscription { counts(to: 1) { number } } }",
        "subscription { ...F } fragment F on Subscription { counts(to: 1) { number } }",
        "subscription { counts(to: 1) @skip(if: true) { number } }",
        "subscription { nothing { number } }",
        "subscription { counts(to: 1) }",
        "subscription {",
        "",
    ];
    for query in bad {
        let answers = all(&subgraph, query).await;
        assert_eq!(answers.len(), 1, "{query}: {answers:?}");
        assert_eq!(code_of(&answers[0]), "GRAPHQL_VALIDATION_FAILED", "{query}: {answers:?}");
        assert!(answers[0].get("data").is_none(), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_does_not_last_for_ever() {
    let calls: Arc<Calls> = Arc::default();
    let mut answers =
        subscribe(&small_subgraph_of(&calls), &Caller::visitor(), "subscription { waits { number } }", json!({}));
    assert_eq!(answers.next().await.unwrap()["data"]["waits"]["number"], 1);
    let last = answers.next().await.unwrap();
    assert_eq!((code_of(&last), &last["data"]), ("TIMEOUT", &Value::Null));
    assert!(answers.next().await.is_none());
    assert_eq!(calls.waiting.load(Ordering::Relaxed), 0);
}

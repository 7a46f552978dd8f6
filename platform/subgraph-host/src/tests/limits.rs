//! Operations that are too much, and cost next to nothing.

use super::small_subgraph::{builder, small_services, small_subgraph};
use crate::{Caller, Mode, testing::execute};
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};

async fn ask(query: &str) -> Value {
    execute(&small_subgraph(), &Caller::visitor(), query, json!({})).await
}

#[tokio::test]
async fn refuses_operations_that_are_too_much() {
    let brackets = |open: &str, count: usize| format!("{{ echo(decimal: {}) }}", open.repeat(count));
    let doubling: String = (0..60)
        .map(|level| format!("fragment F{level} on Query {{ ...F{next} ...F{next} }}\n", next = level + 1))
        .collect();
    let cases = [
        ("deep braces", "{a".repeat(100_000)),
        ("deep lists", brackets("[", 100_000)),
        ("deep objects", brackets("{a:", 100_000)),
        ("deep parentheses", "{a(".repeat(100_000)),
        ("deep fields", format!("{{ node {}{} }}", "{ ... on Thing ".repeat(62), "}".repeat(62))),
        ("a fragment in itself", "{ ...F } fragment F on Query { ...F now }".to_owned()),
        ("fragments in a circle", "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }".to_owned()),
        ("doubling fragments", format!("{{ ...F0 }} {doubling} fragment F60 on Query {{ now }}")),
        ("many selections", format!("{{ {} }}", "now ".repeat(30_000))),
        ("many aliases", format!("{{ {} }}", (0..30_000).map(|n| format!("a{n}: now ")).collect::<String>())),
        ("many directives", format!("{{ now {} }}", "@include(if: true) ".repeat(1000))),
    ];
    for (name, query) in cases {
        let started = Instant::now();
        let answer = ask(&query).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{name}: {answer}");
        assert_eq!(answer.get("data"), None, "{name}");
        assert!(started.elapsed().as_secs() < 5, "{name} took {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn introspection_is_for_development() {
    let query = "{ __schema { queryType { name } } }";
    let services = crate::Services { mode: Mode::Development, ..small_services() };
    let subgraph = builder(&services, &Arc::default()).finish(&services);
    let answer = execute(&subgraph, &Caller::visitor(), query, json!({})).await;
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query", "{answer}");
    assert_eq!(ask(query).await.get("data"), None);
    assert_eq!(ask("{ __typename }").await["data"]["__typename"], "Query");
}

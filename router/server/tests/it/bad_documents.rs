//! Operations that would cost too much, or are wrong: refused quickly, each with its code, and never planned.

use crate::running::{Running, settings};
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

/// Generous for a shared machine and an unoptimised build; what it guards against takes minutes.
const TIME_MAX: Duration = Duration::from_secs(5);

fn nested(levels: usize) -> String {
    format!("{{ user(id: 1) {} }}", "{ friend ".repeat(levels) + "{ id }" + &"}".repeat(levels))
}

fn fragment_bomb(levels: usize) -> String {
    let mut text = "{ user(id: 1) { ...F0 } }".to_owned();
    for level in 0..levels {
        let _ = write!(text, " fragment F{level} on User {{ friend {{ ...F{0} }} name ...F{0} }}", level + 1);
    }
    text + &format!(" fragment F{levels} on User {{ id }}")
}

#[tokio::test]
async fn bombs_are_refused_by_their_limits() {
    let router = Running::start(settings()).await;
    let aliases: String = (0..31).map(|index| format!("a{index}: id ")).collect();
    let roots: String = (0..21).map(|index| format!("r{index}: posts {{ id }} ")).collect();
    let chain: String = (0..1_200).map(|index| format!("fragment F{index} on User{{...F{}}}", index + 1)).collect();
    let cases = [
        ("depth", nested(60), "DEPTH_LIMIT_EXCEEDED"),
        ("syntax depth", nested(300), "RECURSION_LIMIT_EXCEEDED"),
        ("braces", "{".repeat(10_000), "GRAPHQL_PARSE_FAILED"),
        (
            "value depth",
            format!("{{ echo(text: {}1{}) }}", "[".repeat(3_000), "]".repeat(3_000)),
            "RECURSION_LIMIT_EXCEEDED",
        ),
        ("tokens", format!("{{ {} }}", "posts ".repeat(20_000)), "TOKEN_LIMIT_EXCEEDED"),
        ("a million tokens", format!("{{ {} }}", "id ".repeat(600_000)), "TOKEN_LIMIT_EXCEEDED"),
        ("aliases", format!("{{ user(id: 1) {{ {aliases} }} }}"), "ALIAS_LIMIT_EXCEEDED"),
        ("root fields", format!("{{ {} }}", roots.replace("r0: ", "")), "ROOT_FIELD_LIMIT_EXCEEDED"),
        ("expansion", fragment_bomb(20), "FIELD_LIMIT_EXCEEDED"),
        ("expansion to the moon", fragment_bomb(49), "FIELD_LIMIT_EXCEEDED"),
        ("directives", format!("{{ __typename {} }}", "@a ".repeat(10_000)), "TOKEN_LIMIT_EXCEEDED"),
        ("fewer directives", format!("{{ __typename {} }}", "@a ".repeat(4_000)), "DIRECTIVE_LIMIT_EXCEEDED"),
        ("chain", format!("{{ user(id: 1) {{ ...F0 }} }} {chain}"), "GRAPHQL_VALIDATION_FAILED"),
    ];
    for (name, query, code) in cases {
        let started = Instant::now();
        let answer = router.ask(&query).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.text());
        assert_eq!(answer.status, 400, "{name}");
        println!("{name}: {:?}", started.elapsed());
        assert!(started.elapsed() < TIME_MAX, "{name}: {:?}", started.elapsed());
    }
    assert!(router.accounts.requests().is_empty());
}

#[tokio::test]
async fn hostile_validation_stays_fast() {
    let mut config = settings();
    config.limits.tokens_max = 100_000;
    let router = Running::start(config).await;
    let duplicates = format!("{{ user(id: 1) {{ {} }} }}", "name ".repeat(9_900));
    let chain = format!("{} id {}", "friend { ".repeat(40), "}".repeat(40));
    let chains = format!("{{ user(id: 1) {{ {} }} }}", format!("{chain} ").repeat(200));
    let inline = format!("{{ user(id: 1) {{ {} }} }}", "... on User { friend { id } } ".repeat(1_500));
    let cases = [
        ("10,000 duplicate fields", duplicates, ""),
        ("deep chains that overlap", chains, ""),
        ("overlapping fragments", inline, ""),
    ];
    for (name, query, code) in cases {
        let started = Instant::now();
        let answer = router.ask(&query).await;
        assert_eq!(answer.code(), code, "{name}: {}", answer.text());
        println!("{name}: {:?}", started.elapsed());
        assert!(started.elapsed() < TIME_MAX, "{name}: {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn wrong_documents_say_where() {
    let router = Running::start(settings()).await;
    let cases = [
        ("{ user(id: 1) { nothing } }", "GRAPHQL_VALIDATION_FAILED", "nothing"),
        ("{ user { id } }", "GRAPHQL_VALIDATION_FAILED", "id"),
        ("{ user(id: 1) }", "GRAPHQL_VALIDATION_FAILED", "subselection"),
        ("query($unused: ID) { __typename }", "GRAPHQL_VALIDATION_FAILED", "unused"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "GRAPHQL_VALIDATION_FAILED", "A"),
        ("{ user(id: 1) { id @defer } }", "GRAPHQL_VALIDATION_FAILED", "defer"),
        ("{ _service { sdl } }", "GRAPHQL_VALIDATION_FAILED", "_service"),
        ("{ _entities(representations: []) { __typename } }", "GRAPHQL_VALIDATION_FAILED", "_entities"),
        ("{ posts { id } ", "GRAPHQL_PARSE_FAILED", ""),
        ("type A { b: ID }", "GRAPHQL_VALIDATION_FAILED", ""),
        ("fragment A on Query { __typename }", "GRAPHQL_VALIDATION_FAILED", "A"),
    ];
    for (query, code, word) in cases {
        let answer = router.ask(query).await;
        let json = answer.json();
        assert_eq!(answer.code(), code, "{query}: {json}");
        let message = json["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(word), "{query}: {message}");
        assert!(!message.to_lowercase().contains("did you mean"), "{query}: {message}");
        assert!(json["errors"][0]["locations"][0]["line"].is_u64(), "{query}: {json}");
    }
}

#[tokio::test]
async fn lists_of_errors_are_short() {
    let router = Running::start(settings()).await;
    let unknown: String = (0..500).map(|index| format!("unknown{index} ")).collect();
    let answer = router.ask(&format!("{{ user(id: 1) {{ {unknown} }} }}")).await;
    assert_eq!(answer.json()["errors"].as_array().unwrap().len(), 10);

    let answer = router.ask(&format!("{{ __typename {} }}", "@unknown ".repeat(50))).await;
    let json = answer.json();
    assert_eq!(json["errors"].as_array().unwrap().len(), 1, "one mistake is one error: {json}");
    assert_eq!(json["errors"][0]["locations"].as_array().unwrap().len(), 10);
}

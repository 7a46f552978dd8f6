//! Subgraphs that are down, slow, enormous or wrong: an error with its code, the rest of the data, no hanging.

use crate::running::{Running, settings};
use hansa_mock_subgraph::{BodyKind, Knobs};
use hansa_server::{ByteSize, Span, SubgraphConfig};
use std::time::{Duration, Instant};

const QUERY: &str = "{ users { name } posts { id title } }";

async fn check(knobs: Knobs, code: &str) {
    let mut config = settings();
    config.subgraph_defaults.timeout = Span::from_millis(1_000);
    config.subgraph_defaults.connect_timeout = Span::from_millis(500);
    config.subgraph_defaults.body_bytes_max = ByteSize::from_mib(1);
    let router = Running::with_knobs(config, knobs.clone()).await;
    let started = Instant::now();
    let answer = router.ask(QUERY).await;
    let json = answer.json();
    assert_eq!(answer.status, 200, "{knobs:?}");
    assert_eq!(answer.code(), code, "{knobs:?}: {json}");
    assert_eq!(json["data"]["users"], serde_json::Value::Null, "{knobs:?}: {json}");
    assert!(json["data"]["posts"][0]["title"].is_string(), "the rest is kept: {json}");
    assert_eq!(json["errors"][0]["extensions"]["traceId"].as_str().map(str::len), Some(32), "{json}");
    assert!(!answer.text().contains("127.0.0.1"), "no address is shown: {json}");
    assert!(started.elapsed() < Duration::from_secs(5), "{knobs:?}");
}

#[tokio::test]
async fn slow_subgraphs_time_out() {
    let delay = Knobs { delay_ms: 60_000, ..Knobs::default() };
    check(delay, "TIMEOUT").await;
}

#[tokio::test]
async fn enormous_and_endless_answers_are_cut() {
    let enormous = Knobs { pad_bytes: Some(3 << 20), ..Knobs::default() };
    check(enormous, "RESPONSE_TOO_LARGE").await;
    let endless = Knobs { body: Some(BodyKind::Endless), ..Knobs::default() };
    check(endless, "RESPONSE_TOO_LARGE").await;
}

#[tokio::test]
async fn broken_answers_are_unavailable_or_invalid() {
    let broken = Knobs { break_off_bytes: Some(10), ..Knobs::default() };
    check(broken, "DOWNSTREAM_UNAVAILABLE").await;
    let truncated = Knobs { truncate_bytes: Some(20), ..Knobs::default() };
    check(truncated, "DOWNSTREAM_INVALID_RESPONSE").await;
    for body in [BodyKind::Html, BodyKind::Empty, BodyKind::Deep, BodyKind::InvalidUtf8, BodyKind::NoData] {
        let knobs = Knobs { body: Some(body), ..Knobs::default() };
        check(knobs, "DOWNSTREAM_INVALID_RESPONSE").await;
    }
}

#[tokio::test]
async fn a_subgraph_that_is_down_costs_its_fields_only() {
    let mut config = settings();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/graphql", nobody.local_addr().unwrap());
    drop(nobody);
    let own = SubgraphConfig { url: Some(url), ..SubgraphConfig::default() };
    config.subgraphs.insert("accounts".to_owned(), own);
    let router = Running::start(config).await;
    let answer = router.ask(QUERY).await;
    assert_eq!(answer.code(), "DOWNSTREAM_UNAVAILABLE", "{}", answer.text());
    assert!(answer.json()["data"]["posts"][0]["id"].is_string());
}

#[tokio::test]
async fn the_whole_request_has_a_timeout() {
    let mut config = settings();
    config.request_timeout = Span::from_millis(300);
    let knobs = Knobs { delay_ms: 60_000, ..Knobs::default() };
    let router = Running::with_knobs(config, knobs).await;
    let answer = router.ask(QUERY).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (504, "REQUEST_TIMEOUT"));
}

#[tokio::test]
async fn wrong_entities_and_types_are_errors_of_their_own() {
    let body = |body| Knobs { body: Some(body), ..Knobs::default() };
    for knobs in [body(BodyKind::ExtraEntities), body(BodyKind::FewerEntities), body(BodyKind::WrongTypes)] {
        let router = Running::with_knobs(settings(), knobs.clone()).await;
        let answer = router.ask("{ posts { id author { name } } }").await;
        let json = answer.json();
        assert_eq!(answer.code(), "DOWNSTREAM_INVALID_RESPONSE", "{knobs:?}: {json}");
        assert!(json["data"]["posts"][0]["id"].is_string(), "{knobs:?}: {json}");
    }
    let router = Running::with_knobs(settings(), body(BodyKind::DuplicateKeys)).await;
    let answer = router.ask("{ users { id } }").await;
    assert_eq!(answer.text(), "{\"data\":{\"users\":null}}", "the last of two keys counts");
}

#[tokio::test]
async fn errors_of_subgraphs_are_passed_on_or_replaced() {
    let knobs = || Knobs { error: Some("the cellar is on fire".to_owned()), ..Knobs::default() };
    let router = Running::with_knobs(settings(), knobs()).await;
    let answer = router.ask("{ users { id } }").await;
    assert_eq!(answer.json()["errors"][0]["message"], "the cellar is on fire", "{}", answer.text());

    let mut config = settings();
    config.subgraph_errors.messages = false;
    config.subgraph_errors.service_name = false;
    let router = Running::with_knobs(config, knobs()).await;
    let answer = router.ask("{ users { id } }").await;
    assert!(!answer.text().contains("fire"), "{}", answer.text());
    assert!(!answer.text().contains("accounts"), "{}", answer.text());
}

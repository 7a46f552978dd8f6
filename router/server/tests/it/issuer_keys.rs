//! Where an issuer's keys come from, how often they are fetched, and what happens when they cannot be.

use crate::{
    issuer::{self, Folder, Key, KeyAnswer, KeyServer, claims, header, key_set},
    running::{Answer, Running},
};
use hansa_server::{Algorithm, Config, JwksConfig, Router, ServeError, Span};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const QUERY: &str = "{\"query\":\"{ user(id: 1) { id } }\"}";

fn settings(jwks: JwksConfig) -> Config {
    issuer::settings(&[Algorithm::EdDSA], jwks)
}

async fn ask(router: &Running, key: &Key, kid: &str) -> Answer {
    let token = key.token(&header("EdDSA", kid), &claims());
    router.send(router.post().header("authorization", format!("Bearer {token}")), QUERY).await
}

async fn until_status(router: &Running, (key, kid): (&Key, &str), status: u16) {
    let reached = async {
        while ask(router, key, kid).await.status != status {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
    reached.unwrap_or_else(|_| panic!("never {status}"));
}

#[tokio::test]
async fn keys_come_from_a_url_before_the_first_token_is_judged() {
    let key = Key::ed();
    let slow = KeyAnswer { delay: Duration::from_millis(300), ..KeyAnswer::keys(&[key.jwk("1")]) };
    let server = KeyServer::start(slow).await;
    let router = Running::start(settings(server.jwks())).await;
    let not_yet = router.get("/ready").await;
    assert_eq!(not_yet.status, 503);
    assert_eq!(not_yet.json(), json!({ "status": "waiting for keys", "issuer": issuer::ISSUER }));
    assert_eq!(router.get("/health").await.status, 200);
    assert_eq!(router.ask("{ user(id: 1) { id } }").await.status, 200, "visitors need no keys");
    assert_eq!(ask(&router, &key, "1").await.status, 200);
    assert_eq!(router.get("/ready").await.json(), json!({ "status": "ready" }));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_storm_of_unknown_keys_causes_one_fetch() {
    let (key, stranger) = (Key::ed(), Key::ed());
    let server = KeyServer::start(KeyAnswer::keys(&[key.jwk("1")])).await;
    let router = Running::start(settings(server.jwks())).await;
    assert_eq!(ask(&router, &key, "1").await.status, 200);
    assert_eq!(server.count(), 1);
    server.set(KeyAnswer { delay: Duration::from_millis(100), ..KeyAnswer::keys(&[key.jwk("1")]) });
    let storm = (0..1_000).map(|number| {
        let (router, stranger) = (&router, &stranger);
        async move { ask(router, stranger, &format!("unknown-{number}")).await.status }
    });
    let statuses = futures_util::future::join_all(storm).await;
    assert!(statuses.iter().all(|status| *status == 401));
    assert_eq!(server.count(), 2, "one for all of them");
    assert_eq!(ask(&router, &key, "1").await.status, 200);
    assert_eq!(router.metric("hansa_token_refusals_total{reason=\"unknown_key\"}").await, "1000");
}

#[tokio::test]
async fn rotation_loses_no_valid_token() {
    let (old, new) = (Key::ed(), Key::ed());
    let server = KeyServer::start(KeyAnswer::keys(&[old.jwk("old")])).await;
    let router = Running::start(settings(server.jwks())).await;
    assert_eq!(ask(&router, &old, "old").await.status, 200);
    server.set(KeyAnswer { delay: Duration::from_millis(100), ..KeyAnswer::keys(&[new.jwk("new"), old.jwk("old")]) });
    // All at once: the first of them fetches, the others wait for it.
    let asked = (0..50).map(|number| {
        let (key, kid) = if number % 2 == 0 { (&old, "old") } else { (&new, "new") };
        ask(&router, key, kid)
    });
    let answers = futures_util::future::join_all(asked).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_believed_no_longer_than_until_the_refresh() {
    let (old, new) = (Key::ed(), Key::ed());
    let server = KeyServer::start(KeyAnswer::keys(&[old.jwk("old")])).await;
    let router = Running::start(settings(JwksConfig { refresh: Span::from_secs(1), ..server.jwks() })).await;
    let token = old.token(&header("EdDSA", "old"), &claims());
    let same_token = || router.send(router.post().header("authorization", format!("Bearer {token}")), QUERY);
    assert_eq!(same_token().await.status, 200);
    server.set(KeyAnswer::keys(&[new.jwk("new")]));
    until_status(&router, (&old, "old"), 401).await;
    assert_eq!(same_token().await.status, 401, "though it was verified before");
    assert_eq!(ask(&router, &new, "new").await.status, 200);
}

#[tokio::test]
async fn known_keys_stay_while_the_issuer_is_down_or_talks_nonsense() {
    let (key, new) = (Key::ed(), Key::ed());
    let good = KeyAnswer::keys(&[key.jwk("1")]);
    let elsewhere = KeyServer::start(KeyAnswer::keys(&[new.jwk("new")])).await;
    let redirect = format!("location: http://{}/jwks.json\r\n", elsewhere.address);
    let server = KeyServer::start(good.clone()).await;
    let jwks = JwksConfig { refresh: Span::from_secs(1), timeout: Span::from_millis(500), ..server.jwks() };
    let router = Running::start(settings(jwks)).await;
    assert_eq!(ask(&router, &key, "1").await.status, 200);
    let answer = |body: &str| KeyAnswer { body: body.to_owned(), ..good.clone() };
    let bad = [
        KeyAnswer::failure(),
        KeyAnswer { status: 302, headers: redirect, ..good.clone() },
        answer(""),
        answer("{\"keys\":[]}"),
        answer("{\"keys\":{}}"),
        answer("<html>"),
        answer(&key_set(&[Key::p256().jwk("1")])),
        answer(&" ".repeat(300 * 1024)),
        KeyAnswer { headers: "content-encoding: gzip\r\n".to_owned(), ..good.clone() },
    ];
    for bad in bad {
        let shown = format!("{} {:.40}", bad.status, bad.body);
        server.set(bad);
        let line = "hansa_issuer_key_fetches_total{outcome=\"refused\"}";
        let before: u32 = router.metric(line).await.parse().unwrap_or_default();
        router.until_metric_above(line, before).await;
        assert_eq!(ask(&router, &key, "1").await.status, 200, "{shown}");
        assert_eq!(router.get("/ready").await.status, 200, "{shown}");
        assert_eq!(ask(&router, &new, "new").await.status, 401, "{shown}");
    }
    assert_eq!(elsewhere.count(), 0, "redirects are not followed");
}

#[tokio::test]
async fn without_keys_tokens_get_503_and_the_router_is_not_ready() {
    let key = Key::ed();
    let server = KeyServer::start(KeyAnswer::failure()).await;
    let jwks = JwksConfig { refresh: Span::from_secs(1), ..server.jwks() };
    let router = Running::start(settings(jwks)).await;
    let answer = ask(&router, &key, "1").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "AUTHENTICATION_UNAVAILABLE"));
    assert_eq!(answer.headers["retry-after"], "1");
    assert!(answer.headers.get("www-authenticate").is_none());
    assert!(!answer.text().contains("127.0.0.1"), "{}", answer.text());
    assert_eq!(router.get("/ready").await.status, 503);
    assert_eq!(router.ask("{ user(id: 1) { id } }").await.status, 200, "visitors are answered");
    server.set(KeyAnswer::keys(&[key.jwk("1")]));
    until_status(&router, (&key, "1"), 200).await;
    assert_eq!(router.get("/ready").await.status, 200);
}

#[tokio::test]
async fn an_issuer_that_never_answers_holds_nobody_up_for_long() {
    let server = KeyServer::start(KeyAnswer { delay: Duration::from_secs(600), ..KeyAnswer::failure() }).await;
    let router = Running::start(settings(JwksConfig { timeout: Span::from_millis(300), ..server.jwks() })).await;
    let started = Instant::now();
    assert_eq!(ask(&router, &Key::ed(), "1").await.status, 503);
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_changed_file_is_taken_and_a_broken_one_is_not() {
    let (folder, old, new) = (Folder::new(), Key::ed(), Key::ed());
    let router = Running::start(settings(folder.write(&key_set(&[old.jwk("old")])))).await;
    assert_eq!(ask(&router, &old, "old").await.status, 200);
    folder.write("{");
    router.until_metric_above("hansa_issuer_key_fetches_total{outcome=\"refused\"}", 0).await;
    assert_eq!(ask(&router, &old, "old").await.status, 200);
    folder.write(&key_set(&[new.jwk("new")]));
    until_status(&router, (&new, "new"), 200).await;
    until_status(&router, (&old, "old"), 401).await;
}

async fn start_error(jwks: JwksConfig) -> ServeError {
    let (_running, config) = Running::subgraphs(settings(jwks), Default::default()).await;
    Router::new(config).supergraph_sdl(crate::running::SUPERGRAPH).bind().await.unwrap_err()
}

fn whole(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", whole(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_found_at_the_start() {
    let folder = Folder::new();
    let missing = JwksConfig { file: Some(folder.file()), ..JwksConfig::default() };
    let error = whole(&start_error(missing).await);
    assert!(error.contains("keys of issuer `https://issuer.example/` in"), "{error}");
    assert!(error.contains("No such file"), "{error}");
    for (text, reason) in [
        ("", "not JSON"),
        ("[]", "it has no list `keys`"),
        ("{\"keys\":[]}", "none of its 0 keys fits a pinned algorithm"),
        (&key_set(&[Key::p256().jwk("1")]), "none of its 1 keys fits a pinned algorithm"),
        (&" ".repeat(300 * 1024), "it has more than 262144 bytes"),
    ] {
        let error = whole(&start_error(folder.write(text)).await);
        assert!(error.contains(reason), "{error}");
    }
    let directory = JwksConfig { file: folder.file().parent().map(Into::into), ..JwksConfig::default() };
    let error = whole(&start_error(directory).await);
    assert!(error.contains("not a regular file"), "{error}");
}

#[tokio::test]
async fn claims_can_be_elsewhere() {
    let (folder, key) = (Folder::new(), Key::ed());
    let mut config = settings(folder.write(&key_set(&[key.jwk("1")])));
    config.authentication.issuers[0].claims.roles = "/realm_access/roles".to_owned();
    config.authentication.issuers[0].claims.tenant = "https://shop.example/tenant".to_owned();
    let router = Running::start(config).await;
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        key.token(&header("EdDSA", "1"), &claims)
    };
    let status = async |token: String| {
        let request = router.post().header("authorization", format!("Bearer {token}"));
        router.send(request, QUERY).await.status.as_u16()
    };
    assert_eq!(status(with("realm_access", json!({"roles": ["a"]}))).await, 200);
    assert_eq!(status(with("realm_access", json!({"roles": 1}))).await, 401);
    assert_eq!(status(with("realm_access", json!([]))).await, 200, "there are none");
    assert_eq!(status(with("https://shop.example/tenant", json!(1))).await, 401);
    assert_eq!(status(with("roles", json!(1))).await, 200, "nobody reads it");
}

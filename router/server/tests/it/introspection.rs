//! The schema's answers about itself: local, off in production, bounded.

use crate::running::{Running, SUPERGRAPH, settings};
use hansa_server::{Mode, Router, Switch};
use serde_json::{Value, json};

#[tokio::test]
async fn is_answered_without_any_subgraph() {
    let router = Running::start(settings()).await;
    let answer = router.ask("{ __schema { queryType { name } } a: __type(name: \"User\") { name } __typename }").await;
    let expected =
        json!({ "__schema": { "queryType": { "name": "Query" } }, "a": { "name": "User" }, "__typename": "Query" });
    assert_eq!(answer.json()["data"], expected, "{}", answer.text());

    let with_variable = "query($name: String!) { __type(name: $name) { kind } }";
    for (name, expected) in [
        ("Rank", json!({ "kind": "ENUM" })),
        ("Run🏃Swim🏊", Value::Null),
        ("Filter", json!({ "kind": "INPUT_OBJECT" })),
    ] {
        let answer = router.ask_with(with_variable, json!({ "name": name })).await;
        assert_eq!(answer.json(), json!({ "data": { "__type": expected } }), "{name}");
    }
    assert!(router.accounts.requests().is_empty());
}

#[tokio::test]
async fn shows_the_api_and_not_the_machinery() {
    let router = Running::start(settings()).await;
    let answer = router.ask("{ __schema { types { name } directives { name } } }").await;
    assert!(!answer.text().contains("join__"), "{}", answer.text());
    assert!(!answer.text().contains("link__"), "{}", answer.text());
}

#[tokio::test]
async fn comes_beside_data() {
    let router = Running::start(settings()).await;
    let answer =
        router.ask("{ user(id: 1) { id } ...A } fragment A on Query { __type(name: \"Post\") { name } }").await;
    assert_eq!(answer.json()["data"], json!({ "user": { "id": "1" }, "__type": { "name": "Post" } }));
}

#[tokio::test]
async fn is_off_in_production_unless_switched_on() {
    let mut config = settings();
    config.mode = Mode::Production;
    let router = Running::start(config.clone()).await;
    for query in ["{ __schema { queryType { name } } }", "{ a: __type(name: \"User\") { name } }"] {
        let answer = router.ask(query).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "INTROSPECTION_DISABLED"), "{query}");
    }
    assert_eq!(router.ask("{ __typename }").await.json(), json!({ "data": { "__typename": "Query" } }));
    config.introspection = Switch::On;
    let router = Running::start(config).await;
    assert_eq!(router.ask("{ __schema { queryType { name } } }").await.code(), "");
}

#[tokio::test]
async fn circles_are_refused() {
    let router = Running::start(settings()).await;
    let query = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    let answer = router.ask(query).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "INTROSPECTION_TOO_DEEP"));
}

#[tokio::test]
async fn below_the_root_is_refused() {
    let sdl = SUPERGRAPH.replacen(
        "type Query @join__type(graph: ACCOUNTS) @join__type(graph: BLOG) {",
        "type Query @join__type(graph: ACCOUNTS) @join__type(graph: BLOG) { again: Query @join__field(graph: BLOG)",
        1,
    );
    let (mut router, config) = Running::subgraphs(settings(), Default::default()).await;
    router.run(Router::new(config).supergraph_sdl(sdl)).await;
    let answer = router.ask("{ again { a: __schema { queryType { name } } } }").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (400, "INTROSPECTION_BELOW_ROOT"),
        "{}",
        answer.text()
    );
    assert!(answer.text().contains("`again.a` cannot be answered"), "{}", answer.text());
}

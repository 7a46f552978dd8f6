//! The playground is served by the router alone, off in production, and shows query plans.

use crate::running::{Running, SUPERGRAPH, settings};
use hansa_mock_subgraph::Knobs;
use hansa_server::{Mode, PreparedOperation, Router, Switch};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn loads_nothing_from_elsewhere() {
    let router = Running::start(settings()).await;
    let page = router.get("/").await;
    assert_eq!(page.content_type(), "text/html; charset=utf-8");
    let text = page.text();
    let mut files: Vec<&str> = text.split('"').filter(|part| part.contains('/') && !part.contains(' ')).collect();
    files.retain(|file| *file != "image/svg+xml");
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(router.get(file).await.status, 200, "{file}");
    }
    let etag = page.headers["etag"].clone();
    let again = router.send(router.request(Method::GET, "/").header("if-none-match", etag), "").await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn a_browser_that_opens_the_endpoint_is_sent_there() {
    let router = Running::start(settings()).await;
    let browser =
        || router.request(Method::GET, "/graphql").header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let answer = router.send(browser(), "").await;
    assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, "/"));
}

#[tokio::test]
async fn offers_the_prepared_operations() {
    let (mut router, config) = Running::subgraphs(settings(), Knobs::default()).await;
    let operation = PreparedOperation {
        name: "A user".to_owned(),
        query: "query($id: ID!) { user(id: $id) { name } }".to_owned(),
        variables: Some(json!({ "id": 1 })),
    };
    let prepared = Router::new(config).supergraph_sdl(SUPERGRAPH).prepared_operations(vec![operation]);
    router.run(prepared).await;
    let answer = router.get("/playground/operations.json").await;
    assert_eq!(answer.json()[0]["name"], "A user");
}

#[tokio::test]
async fn is_off_in_production() {
    let mut config = settings();
    config.mode = Mode::Production;
    let router = Running::start(config).await;
    for path in ["/", "/playground/playground.js", "/playground/operations.json"] {
        assert_eq!(router.get(path).await.status, 404, "{path}");
    }
    let request = router.post().header("hansa-query-plan", "1");
    let answer = router.send(request, "{\"query\":\"{ user(id: 1) { id } }\"}").await;
    assert!(answer.json().get("extensions").is_none());
}

#[tokio::test]
async fn plans_are_shown_on_request() {
    let mut config = settings();
    config.mode = Mode::Production;
    config.query_plan = Switch::On;
    let router = Running::start(config).await;
    let body = json!({ "query": "{ user(id: 1) { id posts { title } } }" }).to_string();
    assert!(router.send(router.post(), body.clone()).await.json().get("extensions").is_none());
    let answer = router.send(router.post().header("hansa-query-plan", "1"), body).await;
    let report = answer.json()["extensions"]["queryPlan"].clone();
    assert!(report["text"].as_str().unwrap().contains("accounts"), "{report}");
    let fetches = report["fetches"].as_array().unwrap();
    assert_eq!(fetches.len(), 2, "{report}");
    assert_eq!(fetches[1]["subgraph"], "blog");
    assert_eq!(fetches[1]["dependsOn"], json!([fetches[0]["id"]]));
    assert_eq!(fetches[1]["kind"], "entities");
    assert_eq!(fetches[1]["status"], 200);
    assert_eq!(fetches[1]["requests"], 1);
    assert!(fetches[1]["durationUs"].as_u64().unwrap() > 0);
}

//! The pages for those who operate the router.

use crate::running::{Running, settings};

#[tokio::test]
async fn health_and_ready_say_so() {
    let router = Running::start(settings()).await;
    assert_eq!(router.get("/health").await.json(), serde_json::json!({ "status": "alive" }));
    assert_eq!(router.get("/ready").await.json(), serde_json::json!({ "status": "ready" }));
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let router = Running::start(settings()).await;
    router.ask("{ user(id: 1) { name } }").await;
    router.ask("{ user(id: 1) { name } }").await;
    router.ask("{ nothing }").await;
    let metrics = router.get("/metrics").await;
    assert!(metrics.content_type().starts_with("application/openmetrics-text"));
    let text = metrics.text();
    let expected = [
        "hansa_requests_total{status=\"2xx\",code=\"\"} 2",
        "hansa_requests_total{status=\"4xx\",code=\"GRAPHQL_VALIDATION_FAILED\"} 1",
        "hansa_request_duration_seconds_count 3",
        "hansa_fetch_duration_seconds_count{subgraph=\"accounts\"} 2",
        "hansa_plan_cache_lookups_total{outcome=\"hit\"} 1",
        "hansa_plan_cache_lookups_total{outcome=\"miss\"} 1",
        "hansa_requests_in_flight 0",
        "hansa_plan_cache_entries 1",
    ];
    for line in expected {
        assert!(text.lines().any(|known| known == line), "{line} is missing in\n{text}");
    }
}

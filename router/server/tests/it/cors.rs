//! Pages of other origins: nothing is allowed unless it is named.

use crate::running::{JSON, Running, settings};
use http::Method;

#[tokio::test]
async fn nothing_is_allowed_by_default() {
    let router = Running::start(settings()).await;
    let request = router.post().header("origin", "https://elsewhere.example");
    let answer = router.send(request, "{\"query\":\"{__typename}\"}").await;
    assert_eq!(answer.status, 200);
    assert!(answer.headers.get("access-control-allow-origin").is_none());
    let preflight = router.request(Method::OPTIONS, "/graphql").header("origin", "https://elsewhere.example");
    assert_eq!(router.send(preflight, "").await.status, 405);
}

#[tokio::test]
async fn named_origins_are_allowed() {
    let mut config = settings();
    config.cors.origins = vec!["https://app.example".to_owned()];
    config.cors.credentials = true;
    let router = Running::start(config).await;
    for (origin, is_allowed) in [("https://app.example", true), ("https://elsewhere.example", false)] {
        let preflight = router
            .request(Method::OPTIONS, "/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let answer = router.send(preflight, "").await;
        let allowed = answer.headers.get("access-control-allow-origin").map(|value| value == origin);
        assert_eq!(allowed, is_allowed.then_some(true), "{origin}");
        let request = router.request(Method::POST, "/graphql").header("content-type", JSON).header("origin", origin);
        let answer = router.send(request, "{\"query\":\"{__typename}\"}").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers.contains_key("access-control-allow-origin"), is_allowed, "{origin}");
    }
}

//! What subgraphs see of a client's request: the trace, and the headers that rules name. Nothing else.

use crate::running::{Running, settings};
use hansa_server::{Config, HeaderRule, InsertRule, PropagateRule, RemoveRule};

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn seen_by_subgraph(config: Config, headers: &[(&str, &str)]) -> Vec<(String, String)> {
    let router = Running::start(config).await;
    let mut request = router.post();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = router.send(request, "{\"query\":\"{ user(id: 1) { id } }\"}").await;
    assert_eq!(answer.code(), "", "{}", answer.text());
    router.accounts.requests().pop().unwrap().headers
}

fn values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
}

#[tokio::test]
async fn nothing_but_the_trace_by_default() {
    let headers = [
        ("authorization", "Bearer secret"),
        ("cookie", "a=b"),
        ("x-forwarded-for", "1.2.3.4"),
        ("traceparent", TRACEPARENT),
        ("tracestate", "vendor=1"),
    ];
    let seen = seen_by_subgraph(settings(), &headers).await;
    let mut names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-length", "content-type", "host", "traceparent", "tracestate"]);
    assert_eq!(values(&seen, "content-type"), ["application/json"]);
    assert_eq!(values(&seen, "accept"), ["application/graphql-response+json, application/json;q=0.9"]);
    let traceparent = values(&seen, "traceparent")[0];
    assert_eq!(traceparent[..36], TRACEPARENT[..36], "the trace goes on");
    assert_ne!(traceparent, TRACEPARENT, "with a span of our own");
    assert_eq!(values(&seen, "tracestate"), ["vendor=1"]);
}

#[tokio::test]
async fn rules_are_applied_in_order() {
    let propagate = |named: &str, rename: Option<&str>, default: Option<&str>| {
        HeaderRule::Propagate(PropagateRule {
            named: Some(named.to_owned()),
            rename: rename.map(str::to_owned),
            default: default.map(str::to_owned),
            ..PropagateRule::default()
        })
    };
    let mut config = settings();
    config.headers.all = vec![
        propagate("authorization", None, None),
        propagate("x-old", Some("x-new"), None),
        propagate("x-absent", None, Some("default")),
        propagate("x-missing", None, None),
        HeaderRule::Propagate(PropagateRule { matching: Some("x-shop-*".to_owned()), ..PropagateRule::default() }),
        HeaderRule::Insert(InsertRule { name: "x-router".to_owned(), value: "hansa".to_owned() }),
    ];
    let own = vec![HeaderRule::Remove(RemoveRule { named: "x-shop-secret".to_owned() })];
    config.headers.subgraphs.insert("accounts".to_owned(), own);
    let headers = [
        ("authorization", "Bearer token"),
        ("x-old", "1"),
        ("x-shop-a", "1"),
        ("x-shop-a", "2"),
        ("x-shop-secret", "1"),
        ("x-shop-hop", "1"),
        ("connection", "x-shop-hop"),
    ];
    let seen = seen_by_subgraph(config, &headers).await;
    assert_eq!(values(&seen, "authorization"), ["Bearer token"]);
    assert_eq!(values(&seen, "x-new"), ["1"]);
    assert_eq!(values(&seen, "x-old"), [""; 0]);
    assert_eq!(values(&seen, "x-absent"), ["default"]);
    assert_eq!(values(&seen, "x-missing"), [""; 0]);
    assert_eq!(values(&seen, "x-shop-a"), ["1", "2"]);
    assert_eq!(values(&seen, "x-shop-secret"), [""; 0]);
    assert_eq!(values(&seen, "x-shop-hop"), [""; 0], "the client named it as its connection's own");
    assert_eq!(values(&seen, "x-router"), ["hansa"]);
}

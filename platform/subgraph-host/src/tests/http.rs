//! Over real HTTP: who is refused, with what, and how a subgraph stops.

use super::small_subgraph::small_subgraph;
use crate::{
    Caller,
    testing::{NOW, RunningSubgraph, member, tenant_id, user},
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hansa_passport::{HEADER, LIFETIME, Minter, SigningKeys};
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const QUERY: &str = r#"{"query":"{ viewerName }"}"#;

async fn start() -> RunningSubgraph {
    RunningSubgraph::start(small_subgraph()).await
}

/// A request with a body and these headers beside what a good one has; an empty value leaves a header out.
async fn send(running: &RunningSubgraph, body: impl Into<Bytes>, headers: &[(&str, &str)]) -> Response<Bytes> {
    let passport = running.passport(&user(1));
    let usual = [("content-type", "application/json"), (HEADER, &passport)];
    let mut request = Request::post(format!("{}/graphql", running.url));
    for (name, value) in usual {
        if !headers.iter().any(|(other, _)| *other == name) {
            request = request.header(name, value);
        }
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    running.send(request.body(Full::from(body.into())).unwrap()).await
}

async fn get(running: &RunningSubgraph, path: &str) -> Response<Bytes> {
    running.send(Request::get(format!("{}{path}", running.url)).body(Full::default()).unwrap()).await
}

fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

fn code_of(response: &Response<Bytes>) -> String {
    json_of(response)["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn answers_who_has_a_passport() {
    let running = start().await;
    let (status, answer) = running.ask(&user(4), "{ viewerName }", json!({})).await;
    assert_eq!((status, &answer), (StatusCode::OK, &json!({ "data": { "viewerName": "user4" } })));
    let (status, answer) = running.ask(&Caller::visitor(), "{ viewerName now }", json!({})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["data"], json!({ "viewerName": null, "now": NOW }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    running.stopped().await;
}

#[tokio::test]
async fn refuses_whoever_has_no_good_passport_with_one_text() {
    let running = start().await;
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let keys = SigningKeys::in_memory(LIFETIME, now - TimeDelta::hours(1)).unwrap();
    let claims = user(1).claims();
    let mint = |minter: &Minter, audience: &str, minutes: i64| {
        minter.mint(&claims, &[audience], now + TimeDelta::minutes(minutes)).unwrap()
    };
    let good = mint(&running.minter, "things", 0);
    let unsigned = good.rsplit_once('.').unwrap().0.to_owned() + ".";
    let bad = [
        ("none", String::new()),
        ("not a token", "hello".to_owned()),
        ("not a text", "é".to_owned()),
        ("very long", "a".repeat(20_000)),
        ("expired", mint(&running.minter, "things", -10)),
        ("not valid yet", mint(&running.minter, "things", 10)),
        ("for others", mint(&running.minter, "catalog", 0)),
        ("unknown key", mint(&Minter::new(keys), "things", 0)),
        ("without a signature", unsigned),
        ("changed", good.replace(".ey", ".eX")),
    ];
    let mut texts = Vec::new();
    for (name, passport) in &bad {
        let response = send(&running, QUERY, &[(HEADER, passport)]).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{name}");
        assert_eq!(code_of(&response), "UNAUTHENTICATED", "{name}");
        texts.push(json_of(&response)["errors"][0]["message"].clone());
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    let twice = send(&running, QUERY, &[(HEADER, &good), (HEADER, &good)]).await;
    assert_eq!(twice.status(), StatusCode::UNAUTHORIZED, "two passports");
    assert_eq!(send(&running, QUERY, &[(HEADER, &good)]).await.status(), StatusCode::OK);
    running.stopped().await;
}

#[tokio::test]
async fn asks_for_a_passport_on_every_path_but_the_open_ones() {
    let running = start().await;
    for path in ["/graphql", "/", "/graphql/", "/nothing", "/health/", "/.well-known/other", "/sdl"] {
        assert_eq!(get(&running, path).await.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    for (path, text) in [("/health", "ok\n"), ("/ready", "ready\n"), ("/.well-known/keys", "public")] {
        let response = get(&running, path).await;
        assert_eq!((response.status(), &response.body()[..]), (StatusCode::OK, text.as_bytes()), "{path}");
    }
    let sdl = send(&running, r#"{"query":"{ _service { sdl } }"}"#, &[(HEADER, "")]).await;
    assert_eq!(sdl.status(), StatusCode::UNAUTHORIZED);
    running.stopped().await;
}

#[tokio::test]
async fn a_body_is_not_read_before_the_passport() {
    let running = start().await;
    let response = send(&running, vec![b'x'; 3 << 20], &[(HEADER, "")]).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    running.stopped().await;
}

#[tokio::test]
async fn identity_comes_from_the_passport_alone() {
    let running = start().await;
    let spoofed = [
        ("authorization", "Bearer eyJhbGciOiJub25lIn0.e30."),
        ("x-user", "root"),
        ("x-user-id", "user_00000000000000000000000009"),
        ("x-tenant-id", "tenant_00000000000000000000000009"),
        ("hansa-user", "root"),
    ];
    let response = send(&running, QUERY, &spoofed).await;
    assert_eq!(json_of(&response), json!({ "data": { "viewerName": "user1" } }));
    let visitor = running.passport(&Caller::visitor());
    let headers: Vec<(&str, &str)> = spoofed.into_iter().chain([(HEADER, visitor.as_str())]).collect();
    assert_eq!(code_of(&send(&running, QUERY, &headers).await), "UNAUTHENTICATED");
    running.stopped().await;
}

#[tokio::test]
async fn the_passport_says_everything_about_the_caller() {
    let caller = member(2, tenant_id(3), &["EDITOR"], &["tenant:read", "catalog:write"]);
    assert_eq!(Caller::of_passport(&caller.claims()), caller);
    let key = Caller { subject: Some("apikey_00000000000000000000000001".to_owned()), ..Caller::visitor() };
    let read = Caller::of_passport(&key.claims());
    assert!(read.is_authenticated() && read.user.is_none());
}

#[tokio::test]
async fn refuses_what_is_no_graphql_over_http() {
    let running = start().await;
    let types = [
        "",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/graphql",
    ];
    for content_type in types {
        let response = send(&running, QUERY, &[("content-type", content_type)]).await;
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        assert_eq!(code_of(&response), "BAD_USER_INPUT");
    }
    let too_large = vec![b' '; (2 << 20) + 1];
    let bodies: [(&str, &[u8], u16); 6] = [
        ("too large", &too_large, 413),
        ("nothing", b"", 400),
        ("no JSON", b"{", 400),
        ("no UTF-8", b"{\"query\":\"\xff\"}", 400),
        ("a batch", br#"[{"query":"{ now }"}]"#, 400),
        ("no query", br#"{"variables":{}}"#, 400),
    ];
    for (name, body, status) in bodies {
        let response = send(&running, body.to_vec(), &[]).await;
        assert_eq!(response.status().as_u16(), status, "{name}");
        assert_eq!(code_of(&response), "BAD_USER_INPUT", "{name}");
    }
    let deep = format!(r#"{{"query":"{{ now }}","variables":{}{}}}"#, "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(send(&running, deep, &[]).await.status(), StatusCode::BAD_REQUEST);
    let passport = running.passport(&user(1));
    for method in ["GET", "PUT", "DELETE", "HEAD"] {
        let request = Request::builder().method(method).uri(format!("{}/graphql?query={{now}}", running.url));
        let response = running.send(request.header(HEADER, &passport).body(Full::default()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(response.headers()[header::ALLOW], "POST");
    }
    running.stopped().await;
}

#[tokio::test]
async fn answers_in_the_media_type_that_is_accepted() {
    let running = start().await;
    let wrong = r#"{"query":"{ nothing }"}"#;
    let newer = ("accept", "application/graphql-response+json, application/json;q=0.9");
    let cases = [
        (QUERY, newer, 200, "application/graphql-response+json; charset=utf-8"),
        (wrong, newer, 400, "application/graphql-response+json; charset=utf-8"),
        (QUERY, ("accept", "application/json"), 200, "application/json; charset=utf-8"),
        (wrong, ("accept", "application/json"), 200, "application/json; charset=utf-8"),
        (wrong, ("accept", ""), 200, "application/json; charset=utf-8"),
    ];
    for (body, accept, status, content_type) in cases {
        let response = send(&running, body, &[accept, ("content-type", "Application/JSON; charset=\"UTF-8\"")]).await;
        assert_eq!(response.status().as_u16(), status, "{accept:?}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], content_type);
    }
    running.stopped().await;
}

#[tokio::test]
async fn a_panic_is_one_error_and_the_process_lives() {
    let running = start().await;
    for _ in 0..3 {
        let (status, answer) = running.ask(&user(1), "{ now panics }", json!({})).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
        assert!(!answer.to_string().contains("panic"), "{answer}");
    }
    assert_eq!(running.ask(&user(1), "{ now }", json!({})).await.1["data"]["now"], NOW);
    running.stopped().await;
}

#[tokio::test]
async fn a_trace_goes_on() {
    let running = start().await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let response = send(&running, r#"{"query":"{ trace sqlError }"}"#, &[("traceparent", parent)]).await;
    let answer = json_of(&response);
    let trace = answer["data"]["trace"].as_str().unwrap();
    assert!(trace.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && trace != parent, "{trace}");
    assert_eq!(answer["errors"][0]["extensions"]["traceId"], "0af7651916cd43dd8448eb211c80319c");
    let refused = send(&running, QUERY, &[("traceparent", parent), (HEADER, "")]).await;
    assert_eq!(json_of(&refused)["errors"][0]["extensions"]["traceId"], "0af7651916cd43dd8448eb211c80319c");
    let broken = send(&running, r#"{"query":"{ trace }"}"#, &[("traceparent", "00-zz")]).await;
    assert!(json_of(&broken)["data"]["trace"].as_str().unwrap().starts_with("00-"));
    running.stopped().await;
}

#[tokio::test]
async fn counts_what_it_does() {
    let running = start().await;
    running.ask(&user(1), "{ now }", json!({})).await;
    running.ask(&user(1), "{ sqlError }", json!({})).await;
    running.ask(&user(1), "{ nothing }", json!({})).await;
    send(&running, QUERY, &[(HEADER, "")]).await;
    let response = get(&running, "/metrics").await;
    assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = String::from_utf8(response.into_body().to_vec()).unwrap();
    for outcome in ["answered", "partial", "400", "401"] {
        let line = format!("hansa_subgraph_requests_total{{subgraph=\"things\",outcome=\"{outcome}\"}} 1");
        assert!(text.contains(&line), "{line} in {text}");
    }
    assert!(text.contains("hansa_subgraph_request_duration_seconds_count{subgraph=\"things\"} 3"), "{text}");
    assert!(text.contains("process_resident_memory_bytes"), "{text}");
    running.stopped().await;
}

#[tokio::test]
async fn finishes_what_is_under_way_and_stops() {
    let (mut running, started) = (start().await, Instant::now());
    let passport = running.passport(&user(1));
    let request = Request::post(format!("{}/graphql", running.url))
        .header(HEADER, passport)
        .header(header::CONTENT_TYPE, "application/json");
    let slow = running.send(request.body(Full::from(r#"{"query":"{ sleeps(ms: 300) }"}"#)).unwrap());
    let mut slow = std::pin::pin!(slow);
    assert!(tokio::time::timeout(Duration::from_millis(100), slow.as_mut()).await.is_err(), "it is under way");
    running.begin_to_stop();
    let (response, ()) = tokio::join!(slow, running.stopped());
    assert_eq!(json_of(&response), json!({ "data": { "sleeps": 300 } }));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_body_without_a_length_is_limited_too() {
    let running = start().await;
    let address = running.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\n{HEADER}: {}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
        running.passport(&user(1))
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024));
    for _ in 0..33 {
        // The subgraph may answer and close before everything is sent.
        if connection.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    running.stopped().await;
}

//! Responses in parts: what is sent when, and what becomes of it when something goes wrong.

use crate::{
    puppet_subgraph::{AskedPuppet, PuppetSubgraph},
    running::{GRAPHQL_RESPONSE, JSON, Running, SUPERGRAPH, settings},
};
use bytes::Bytes;
use hansa_mock_subgraph::Knobs;
use hansa_server::{Config, Router, Span, SubgraphConfig};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::timeout,
};

const QUERY: &str = r#"{ user(id: 1) { id ... @defer(label: "later") { posts { title } } } }"#;
const USER: &str = r#"{"data":{"user":{"id":"1"}}}"#;
const POSTS: &str = r#"{"data":{"_entities":[{"posts":[{"title":"A"}]}]}}"#;

const FIRST: &str =
    r#"{"data":{"user":{"id":"1"}},"pending":[{"id":"0","path":["user"],"label":"later"}],"hasNext":true}"#;
const LAST: &str =
    r#"{"incremental":[{"id":"0","data":{"posts":[{"title":"A"}]}}],"completed":[{"id":"0"}],"hasNext":false}"#;
const WHOLE: &str = r#"{"data":{"user":{"id":"1","posts":[{"title":"A"}]}}}"#;

const PATIENCE: Duration = Duration::from_secs(10);

/// A router in front of two subgraphs that answer when they are told to.
struct Puppets {
    router: Running,
    accounts: PuppetSubgraph,
    blog: PuppetSubgraph,
}

impl Puppets {
    async fn start(config: Config) -> Puppets {
        Puppets::with_supergraph(config, SUPERGRAPH).await
    }

    async fn with_supergraph(mut config: Config, sdl: &str) -> Puppets {
        let (accounts, blog) = (PuppetSubgraph::start().await, PuppetSubgraph::start().await);
        for (name, puppet) in [("accounts", &accounts), ("blog", &blog)] {
            let own: &mut SubgraphConfig = config.subgraphs.entry(name.to_owned()).or_default();
            own.url = Some(puppet.url.clone());
        }
        let (mut router, config) = Running::subgraphs(config, Knobs::default()).await;
        router.run(Router::new(config).supergraph_sdl(sdl)).await;
        Puppets { router, accounts, blog }
    }

    /// The response to [`QUERY`] up to the first part; `blog` has been asked and not answered.
    async fn begun(config: Config, accept: &str) -> (Puppets, Response<Incoming>, AskedPuppet) {
        let mut puppets = Puppets::start(config).await;
        let Puppets { router, accounts, blog } = &mut puppets;
        let (mut response, (), asked) =
            tokio::join!(router.open(accept, QUERY), accounts.answer(USER), async { blog.asked().await });
        let first = frame(&mut response).await.unwrap();
        assert!(first.windows(FIRST.len()).any(|window| window == FIRST.as_bytes()), "{first:?}");
        (puppets, response, asked)
    }
}

/// What comes next of a body; `None` at its end.
async fn frame(response: &mut Response<Incoming>) -> Option<Bytes> {
    let frame = timeout(PATIENCE, response.body_mut().frame()).await.expect("something comes");
    frame.map(|frame| frame.unwrap().into_data().unwrap())
}

fn text(bytes: Option<Bytes>) -> String {
    String::from_utf8(bytes.expect("the body goes on").to_vec()).unwrap()
}

fn content_type(response: &Response<Incoming>) -> &str {
    response.headers()["content-type"].to_str().unwrap()
}

#[tokio::test]
async fn the_first_part_does_not_wait_for_what_is_deferred() {
    let cases = [
        (
            "multipart/mixed",
            "multipart/mixed; boundary=\"-\"",
            format!("\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{FIRST}\r\n---"),
            format!("\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{LAST}\r\n-----\r\n"),
        ),
        (
            "text/event-stream",
            "text/event-stream; charset=utf-8",
            format!("event: next\ndata: {FIRST}\n\n"),
            format!("event: next\ndata: {LAST}\n\nevent: complete\ndata:\n\n"),
        ),
    ];
    for (accept, expected, first, last) in cases {
        let mut puppets = Puppets::start(settings()).await;
        let (mut response, ()) = tokio::join!(puppets.router.open(accept, QUERY), puppets.accounts.answer(USER));
        assert_eq!(content_type(&response), expected);
        assert_eq!(response.headers()["cache-control"], "no-cache");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers().get("content-length"), None);
        assert_eq!(text(frame(&mut response).await), first);
        // Only now is the slow subgraph answered.
        puppets.blog.answer(POSTS).await;
        assert_eq!(text(frame(&mut response).await), last);
        assert_eq!(frame(&mut response).await, None);
        assert_eq!(puppets.router.metric("hansa_requests_total{status=\"2xx\",code=\"\"}").await, "1");
        assert_eq!(puppets.router.metric("hansa_first_payload_seconds_count").await, "1");
        puppets.router.until_in_flight(0).await;
    }
}

#[tokio::test]
async fn the_first_items_do_not_wait_for_what_the_others_need() {
    let mut puppets = Puppets::start(settings()).await;
    let Puppets { router, accounts, blog } = &mut puppets;
    let query = r#"{ posts @stream(initialCount: 1) { title author { name } } }"#;
    let posts = r#"{"data":{"posts":[{"title":"A","author":{"id":"1"}},{"title":"B","author":{"id":"2"}}]}}"#;
    let of_first = |asked: &AskedPuppet| asked.body["variables"]["representations"][0]["id"] == "1";
    let asked = async {
        blog.answer(posts).await;
        let mut asked = [accounts.asked().await, accounts.asked().await];
        asked.sort_by_key(|asked| !of_first(asked));
        let [first, others] = asked;
        first.answer(r#"{"data":{"_entities":[{"name":"Ada"}]}}"#);
        others
    };
    let (mut response, others) = tokio::join!(router.open("text/event-stream", query), asked);
    assert_eq!(
        text(frame(&mut response).await),
        "event: next\ndata: {\"data\":{\"posts\":[{\"title\":\"A\",\"author\":{\"name\":\"Ada\"}}]},\
         \"pending\":[{\"id\":\"0\",\"path\":[\"posts\"]}],\"hasNext\":true}\n\n"
    );
    others.answer(r#"{"data":{"_entities":[{"name":"Bo"}]}}"#);
    assert_eq!(
        text(frame(&mut response).await),
        "event: next\ndata: {\"incremental\":[{\"id\":\"0\",\"items\":[{\"title\":\"B\",\"author\":{\"name\":\"Bo\"}}]}],\
         \"completed\":[{\"id\":\"0\"}],\"hasNext\":false}\n\nevent: complete\ndata:\n\n"
    );
}

#[tokio::test]
async fn clients_get_the_form_that_they_accept() {
    const APOLLO: &str =
        "multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9";
    const OLD_APOLLO: &str =
        "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9";
    const URQL: &str = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, \
                        multipart/mixed";
    let multipart = "multipart/mixed; boundary=\"-\"";
    let named = "multipart/mixed; boundary=\"-\"; incrementalSpec=v0.2";
    let events = "text/event-stream; charset=utf-8";
    let json = "application/json; charset=utf-8";
    let graphql = "application/graphql-response+json; charset=utf-8";
    let cases = [
        (APOLLO, named),
        (OLD_APOLLO, graphql),
        (URQL, events),
        ("multipart/mixed", multipart),
        ("Multipart/Mixed; incrementalSpec=\"v0.2\"", named),
        ("multipart/mixed;q=0.5, multipart/mixed;incrementalSpec=v0.2;q=0.4", named),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json", json),
        ("multipart/mixed;incrementalSpec=v0.3, application/json", json),
        ("multipart/*, application/json", json),
        ("text/*, application/json", json),
        ("*/*", json),
        ("multipart/mixed, */*", multipart),
        ("multipart/mixed;q=0.9, application/json", json),
        ("multipart/mixed;q=0.9, application/json;q=0.8", multipart),
        ("multipart/mixed;q=0, application/json", json),
        ("text/event-stream, multipart/mixed", events),
        ("multipart/mixed, text/event-stream", multipart),
        ("multipart/mixed;q=0.5, text/event-stream", events),
        ("application/json, text/event-stream;q=0.3, multipart/mixed", multipart),
    ];
    let mut puppets = Puppets::start(settings()).await;
    for (accept, expected) in cases {
        let Puppets { router, accounts, blog } = &mut puppets;
        let (response, (), ()) = tokio::join!(router.open(accept, QUERY), accounts.answer(USER), blog.answer(POSTS));
        assert_eq!(content_type(&response), expected, "{accept}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let is_whole = body == WHOLE.as_bytes();
        assert_eq!(is_whole, [json, graphql].contains(&expected), "{accept}: {body:?}");
    }
}

#[tokio::test]
async fn what_is_not_deferred_comes_as_a_whole() {
    let multipart = "\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n\
                     {\"data\":{\"__typename\":\"Query\"},\"hasNext\":false}\r\n-----\r\n";
    let event = "event: next\ndata: {\"data\":{\"__typename\":\"Query\"}}\n\nevent: complete\ndata:\n\n";
    let cases = [
        ("multipart/mixed, application/json", "{\"data\":{\"__typename\":\"Query\"}}"),
        ("multipart/mixed;q=0.9, application/json;q=0.5", "{\"data\":{\"__typename\":\"Query\"}}"),
        ("multipart/mixed", multipart),
        ("text/event-stream", event),
        ("text/event-stream;q=0.1, multipart/mixed;q=0.2", multipart),
    ];
    let router = Running::start(settings()).await;
    for (accept, expected) in cases {
        for query in ["{ __typename }", "{ ... @defer(if: false) { __typename } }"] {
            let response = router.open(accept, query).await;
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected.as_bytes(), "{accept} {query}");
        }
    }
}

#[tokio::test]
async fn refusals_keep_their_status_except_in_events() {
    let router = Running::start(settings()).await;
    let refused = "{ nothing }";
    let cases = [
        ("multipart/mixed, application/json", refused, 200, "application/json; charset=utf-8"),
        ("multipart/mixed", refused, 400, "application/graphql-response+json; charset=utf-8"),
        (
            "text/event-stream, application/graphql-response+json",
            refused,
            400,
            "application/graphql-response+json; charset=utf-8",
        ),
        ("text/event-stream", refused, 200, "text/event-stream; charset=utf-8"),
        ("text/event-stream", "", 400, "application/graphql-response+json; charset=utf-8"),
        ("multipart/mixed;deferSpec=20220824", "{ __typename }", 406, "application/json; charset=utf-8"),
        ("text/event-stream;q=0", "{ __typename }", 406, "application/json; charset=utf-8"),
    ];
    for (accept, query, status, expected) in cases {
        let response = router.open(accept, query).await;
        assert_eq!((response.status().as_u16(), content_type(&response)), (status, expected), "{accept} {query}");
    }
    let event = router.open("text/event-stream", refused).await.into_body().collect().await.unwrap().to_bytes();
    let event = String::from_utf8(event.to_vec()).unwrap();
    let (start, end) = ("event: next\ndata: ", "\n\nevent: complete\ndata:\n\n");
    let json: Value = serde_json::from_str(&event[start.len()..event.len() - end.len()]).unwrap();
    assert!(event.starts_with(start) && event.ends_with(end), "{event}");
    assert_eq!(json["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn event_sources_ask_by_get() {
    let mut puppets = Puppets::start(settings()).await;
    let path = format!(
        "/graphql?query={}",
        QUERY.replace(' ', "%20").replace('"', "%22").replace('{', "%7B").replace('}', "%7D")
    );
    let request = puppets.router.request(Method::GET, &path).header("accept", "text/event-stream");
    let Puppets { router, accounts, blog } = &mut puppets;
    let (answer, (), ()) = tokio::join!(router.send(request, ""), accounts.answer(USER), blog.answer(POSTS));
    let expected = format!("event: next\ndata: {FIRST}\n\nevent: next\ndata: {LAST}\n\nevent: complete\ndata:\n\n");
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn parts_are_not_an_answer_where_they_are_switched_off() {
    let mut config = settings();
    config.incremental_delivery.enabled = false;
    // A client of event streams could have its one answer as an event otherwise.
    config.subscriptions.enabled = false;
    let router = Running::start(config).await;
    for (accept, status) in [("multipart/mixed", 406), ("text/event-stream", 406), ("multipart/mixed, */*", 200)] {
        let response = router.open(accept, "{ __typename }").await;
        assert_eq!((response.status().as_u16(), content_type(&response)), (status, "application/json; charset=utf-8"));
    }
}

#[tokio::test]
async fn silent_event_streams_are_kept_alive() {
    let mut config = settings();
    config.incremental_delivery.keep_alive = Span::from_millis(20);
    config.connections.idle_timeout = Span::from_millis(100);
    let (_puppets, mut response, asked) = Puppets::begun(config, "text/event-stream").await;
    // Far longer than a connection may be idle: it is the router that is waited for.
    for _ in 0..20 {
        assert_eq!(text(frame(&mut response).await), ":\n\n");
    }
    asked.answer(POSTS);
    let mut rest = text(frame(&mut response).await);
    while rest == ":\n\n" {
        rest = text(frame(&mut response).await);
    }
    assert!(rest.contains(LAST), "{rest}");
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_fetches() {
    let (puppets, response, asked) = Puppets::begun(settings(), "multipart/mixed").await;
    puppets.router.until_in_flight(1).await;
    drop(response);
    asked.until_dropped().await;
    puppets.router.until_in_flight(0).await;
    puppets.router.until_metric("hansa_requests_total{status=\"cancelled\"", "1").await;
}

#[tokio::test]
async fn mutations_are_done_before_a_client_can_leave() {
    let mut puppets = Puppets::start(settings()).await;
    let mutation = r#"mutation { rename(id: 1, name: "a") { id ... @defer { posts { title } } } }"#;
    let body = json!({ "query": mutation }).to_string();
    let request = puppets.router.request(Method::POST, "/graphql").header("content-type", JSON);
    let request = request.header("accept", "multipart/mixed").body(Full::new(Bytes::from(body))).unwrap();
    let asked = {
        let stream = TcpStream::connect(puppets.router.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let _ = connection.await;
        });
        let sent = sender.send_request(request);
        tokio::select! {
            _ = sent => unreachable!("nothing has been answered"),
            asked = puppets.accounts.asked() => asked,
        }
        // Here the client hangs up.
    };
    puppets.router.until_metric("hansa_requests_total{status=\"cancelled\"", "1").await;
    puppets.router.until_in_flight(1).await;
    asked.answer(r#"{"data":{"rename":{"id":"1"}}}"#);
    puppets.router.until_in_flight(0).await;
    puppets.router.until_metric("hansa_fetch_duration_seconds_count{subgraph=\"accounts\"}", "1").await;
    assert_eq!(puppets.router.metric("hansa_fetch_errors_total").await, "");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_given_up() {
    let mut config = settings();
    config.connections.idle_timeout = Span::from_millis(300);
    let mut puppets = Puppets::start(config).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    let stream = socket.connect(puppets.router.address).await.unwrap();
    let body = json!({ "query": QUERY }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\naccept: multipart/mixed\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let (_reader, mut writer) = stream.into_split();
    tokio::io::AsyncWriteExt::write_all(&mut writer, (head + &body).as_bytes()).await.unwrap();
    // More than the buffers between the two can hold.
    let id = "1".repeat(6 << 20);
    puppets.accounts.answer(&USER.replace("\"1\"", &format!("{id:?}"))).await;
    // Both have been asked, so the request is under way; it may be given up before anything else can be seen of it.
    puppets.blog.asked().await.until_dropped().await;
    puppets.router.until_in_flight(0).await;
    puppets.router.until_metric("hansa_requests_total{status=\"cancelled\"", "1").await;
}

#[tokio::test]
async fn a_drain_waits_for_the_last_part() {
    let (mut puppets, mut response, asked) = Puppets::begun(settings(), "multipart/mixed").await;
    let _ = puppets.router.stop_handle().send(());
    while TcpStream::connect(puppets.router.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    asked.answer(POSTS);
    assert!(text(frame(&mut response).await).contains(LAST));
    assert_eq!(frame(&mut response).await, None);
    timeout(PATIENCE, puppets.router.ended()).await.unwrap();
}

#[tokio::test]
async fn a_drain_does_not_wait_for_ever() {
    let mut config = settings();
    config.connections.drain_timeout = Span::from_millis(200);
    let (mut puppets, mut response, asked) = Puppets::begun(config, "multipart/mixed").await;
    let _ = puppets.router.stop_handle().send(());
    timeout(PATIENCE, puppets.router.ended()).await.unwrap();
    asked.until_dropped().await;
    let rest = timeout(PATIENCE, response.body_mut().frame()).await.unwrap();
    assert!(rest.is_none_or(|frame| frame.is_err()), "the body ends without its last part");
}

#[tokio::test]
async fn errors_come_with_the_part_that_they_are_in() {
    let (puppets, mut response, asked) = Puppets::begun(settings(), "multipart/mixed").await;
    asked.answer(r#"{"data":null,"errors":[{"message":"the cellar is on fire"}]}"#);
    let last = text(frame(&mut response).await);
    let start = last.find('{').unwrap();
    let end = last.rfind('}').unwrap();
    let payload: Value = serde_json::from_str(&last[start..=end]).unwrap();
    let incremental = &payload["incremental"][0];
    assert_eq!(incremental["data"], json!({ "posts": null }), "{payload}");
    assert_eq!(incremental["errors"][0]["message"], "the cellar is on fire", "{payload}");
    assert_eq!(incremental["errors"][0]["path"], json!(["user", "posts"]), "{payload}");
    assert_eq!(payload["completed"], json!([{ "id": "0" }]), "{payload}");
    assert_eq!(puppets.router.metric("hansa_requests_total{status=\"2xx\",code=\"EXECUTION\"}").await, "1");
}

#[tokio::test]
async fn the_timeout_is_for_all_parts_together() {
    let mut config = settings();
    config.request_timeout = Span::from_millis(400);
    let (puppets, mut response, asked) = Puppets::begun(config, "multipart/mixed").await;
    let last = text(frame(&mut response).await);
    assert!(last.ends_with("\r\n-----\r\n"), "{last}");
    let payload: Value = serde_json::from_str(&last[last.find('{').unwrap()..=last.rfind('}').unwrap()]).unwrap();
    let error = &payload["completed"][0]["errors"][0];
    assert_eq!((&payload["completed"][0]["id"], &payload["hasNext"]), (&json!("0"), &json!(false)), "{payload}");
    assert_eq!(error["extensions"]["code"], "REQUEST_TIMEOUT", "{payload}");
    assert_eq!(error["extensions"]["traceId"].as_str().map(str::len), Some(32), "{payload}");
    assert_eq!(frame(&mut response).await, None);
    asked.until_dropped().await;
    puppets.router.until_in_flight(0).await;
    assert_eq!(puppets.router.metric("hansa_requests_total{status=\"2xx\",code=\"REQUEST_TIMEOUT\"}").await, "1");
}

#[tokio::test]
async fn a_request_without_a_first_part_in_time_is_refused() {
    let mut config = settings();
    config.request_timeout = Span::from_millis(200);
    let mut puppets = Puppets::start(config).await;
    let Puppets { router, accounts, .. } = &mut puppets;
    let (response, asked) = tokio::join!(router.open("multipart/mixed", QUERY), accounts.asked());
    assert_eq!(
        (response.status().as_u16(), content_type(&response)),
        (504, "application/graphql-response+json; charset=utf-8")
    );
    asked.until_dropped().await;
    puppets.router.until_in_flight(0).await;
}

#[tokio::test]
async fn parts_are_sent_as_they_are_where_others_are_compressed() {
    let mut config = settings();
    config.compression.enabled = true;
    config.compression.bytes_min = hansa_server::ByteSize(1);
    config.cors.origins = vec!["https://app.example.com".to_owned()];
    let mut puppets = Puppets::start(config).await;
    for accept in ["multipart/mixed", "text/event-stream"] {
        let Puppets { router, accounts, blog } = &mut puppets;
        let body = json!({ "query": QUERY }).to_string();
        let request = router.request(Method::POST, "/graphql").header("content-type", JSON);
        let request = request.header("accept", accept).header("accept-encoding", "gzip, br");
        let (answer, (), ()) = tokio::join!(router.send(request, body), accounts.answer(USER), blog.answer(POSTS));
        assert_eq!(answer.headers.get("content-encoding"), None, "{accept}");
        assert!(answer.text().contains(LAST), "{accept}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_query_plan_comes_with_the_last_part() {
    let mut puppets = Puppets::start(settings()).await;
    let Puppets { router, accounts, blog } = &mut puppets;
    let body = json!({ "query": QUERY }).to_string();
    let request = router.request(Method::POST, "/graphql").header("content-type", JSON);
    let request = request.header("accept", "text/event-stream").header("hansa-query-plan", "1");
    let (answer, (), ()) = tokio::join!(router.send(request, body), accounts.answer(USER), blog.answer(POSTS));
    let answer = answer.text();
    let payloads: Vec<Value> =
        answer.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok()).collect();
    assert_eq!(payloads[0].get("extensions"), None);
    let fetches = payloads[1]["extensions"]["queryPlan"]["fetches"].as_array().unwrap();
    let asked: Vec<_> = fetches.iter().map(|fetch| (fetch["subgraph"].as_str().unwrap(), &fetch["requests"])).collect();
    assert_eq!(asked, [("accounts", &json!(1)), ("blog", &json!(1))]);
}

#[tokio::test]
async fn line_breaks_of_subgraphs_do_not_break_events() {
    let sdl = SUPERGRAPH.replace("text: String): String", "text: String): Long");
    let mut puppets = Puppets::with_supergraph(settings(), &sdl).await;
    let Puppets { router, accounts, blog } = &mut puppets;
    let query = "{ user(id: 1) { id ... @defer { posts { title } } } echo }";
    let broken = "{\"data\":{\"user\":{\"id\":\"1\"},\"echo\":[1,\r\n\"a\\nb\"]}}";
    let (response, (), ()) =
        tokio::join!(router.open("text/event-stream", query), accounts.answer(broken), blog.answer(POSTS));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains("\"echo\":[1,  \"a\\nb\"]"), "{body}");
    assert_eq!(body.lines().count(), 9, "{body}");
}

#[tokio::test]
async fn parts_come_over_http_2_too() {
    let mut puppets = Puppets::start(settings()).await;
    let stream = TcpStream::connect(puppets.router.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let _ = connection.await;
    });
    let body = Full::new(Bytes::from(json!({ "query": QUERY }).to_string()));
    let request = Request::post("http://localhost/graphql").header("content-type", JSON);
    let request = request.header("accept", format!("multipart/mixed, {GRAPHQL_RESPONSE}")).body(body).unwrap();
    let (response, ()) = tokio::join!(sender.send_request(request), puppets.accounts.answer(USER));
    let mut response = response.unwrap();
    assert!(text(frame(&mut response).await).contains(FIRST));
    puppets.blog.answer(POSTS).await;
    assert!(text(frame(&mut response).await).contains(LAST));
    assert_eq!(frame(&mut response).await, None);
}

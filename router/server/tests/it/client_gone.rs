//! Clients that hang up: their queries are cancelled, their mutations finish.

use crate::running::{Running, settings};
use hansa_mock_subgraph::Knobs;
use http::Request;
use http_body_util::Full;
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

const PATIENCE: Duration = Duration::from_secs(5);

/// Sends an operation on a connection of its own and hangs up once the subgraph has been asked.
async fn ask_and_go(router: &Running, query: &str) {
    let body = serde_json::json!({ "query": query }).to_string();
    let mut stream = TcpStream::connect(router.address).await.unwrap();
    let length = body.len();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    router.until_in_flight(1).await;
}

fn slow(delay_ms: u64) -> Knobs {
    Knobs { delay_ms, ..Knobs::default() }
}

#[tokio::test]
async fn queries_are_cancelled() {
    let router = Running::with_knobs(settings(), slow(60_000)).await;
    ask_and_go(&router, "{ user(id: 1) { name } }").await;
    router.until_in_flight(0).await;
    assert_eq!(router.metric("hansa_requests_total{status=\"cancelled\"").await, "1");
}

#[tokio::test]
async fn mutations_finish() {
    let router = Running::with_knobs(settings(), slow(300)).await;
    let mutation = "mutation { rename(id: 1, name: \"x\") { name } }";
    // Once in peace, so that the second time nothing comes between the request and its fetch.
    assert_eq!(router.ask(mutation).await.code(), "");
    ask_and_go(&router, mutation).await;
    router.until_in_flight(0).await;
    router.until_metric("hansa_fetch_duration_seconds_count{subgraph=\"accounts\"}", "2").await;
    assert_eq!(router.metric("hansa_fetch_errors_total").await, "");
}

#[tokio::test]
async fn abandoned_mutations_count_until_their_end() {
    let mut config = settings();
    config.requests_max = 1;
    let router = Running::with_knobs(config, slow(2_000)).await;
    let mutation = "mutation { rename(id: 1, name: \"x\") { name } }";
    // Once in peace, so that the second time nothing comes between the request and its fetch.
    assert_eq!(router.ask(mutation).await.code(), "");
    ask_and_go(&router, mutation).await;
    router.until_metric("hansa_requests_total{status=\"cancelled\"", "1").await;
    assert_eq!(router.ask("{ __typename }").await.code(), "OVERLOADED");
}

#[tokio::test]
async fn a_drain_answers_what_is_under_way() {
    let mut router = Running::with_knobs(settings(), slow(500)).await;
    let body = serde_json::json!({ "query": "{ user(id: 1) { id } }" }).to_string();
    let request: Request<Full<bytes::Bytes>> = router.post().body(Full::new(body.into())).unwrap();
    let mut kept = TcpStream::connect(router.address).await.unwrap();
    kept.write_all(b"GET /ready HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let stop = router.stop_handle();
    let (asked, ()) = tokio::join!(router.try_send(request), async {
        router.until_in_flight(1).await;
        let _ = stop.send(());
    });
    let asked = asked.unwrap();
    assert_eq!((asked.status.as_u16(), asked.code().as_str()), (200, ""));
    timeout(PATIENCE, router.ended()).await.unwrap();
    assert!(TcpStream::connect(router.address).await.is_err(), "nobody listens any more");
}

//! What requests hold is counted, bounded, and given back, however they end.

use crate::running::{Running, SUPERGRAPH, settings};
use hansa_mock_subgraph::Knobs;
use hansa_server::{ByteSize, Config, Router, Span};
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

const PATIENCE: Duration = Duration::from_secs(20);
const HELD: &str = "hansa_request_memory_bytes";
const QUERY: &str = "{ user(id: 1) { name } }";

/// A subgraph that sends most of a large answer, and the rest when it is told to.
struct SlowSubgraph {
    url: String,
    finish: watch::Sender<bool>,
    _tasks: JoinSet<()>,
}

impl SlowSubgraph {
    async fn start(name_bytes: usize) -> SlowSubgraph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let (finish, finished) = watch::channel(false);
        let body: Arc<str> = format!(r#"{{"data":{{"user":{{"name":"{}"}}}}}}"#, "x".repeat(name_bytes)).into();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (body, finished) = (body.clone(), finished.clone());
                connections.spawn(async move {
                    let _ = answer(stream, &body, finished).await;
                });
            }
        });
        SlowSubgraph { url, finish, _tasks: tasks }
    }

    async fn with_router(&self, mut config: Config) -> Running {
        config.subgraphs.entry("accounts".to_owned()).or_default().url = Some(self.url.clone());
        Running::start(config).await
    }
}

async fn answer(mut stream: TcpStream, body: &str, mut finished: watch::Receiver<bool>) -> std::io::Result<()> {
    let mut request = vec![0; 64 << 10];
    while stream.read(&mut request).await? > 0 {
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        let (most, rest) = body.split_at(body.len() - 10);
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(most.as_bytes()).await?;
        let _ = finished.wait_for(|finished| *finished).await;
        stream.write_all(rest.as_bytes()).await?;
    }
    Ok(())
}

async fn held(router: &Running) -> u64 {
    router.metric(HELD).await.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn large_answers_that_come_slowly_shed_others_until_they_are_complete() {
    let subgraph = SlowSubgraph::start(400_000).await;
    let mut config = settings();
    config.memory.bytes_max = Some(ByteSize::from_mib(2));
    let router = Arc::new(subgraph.with_router(config).await);
    assert_eq!(router.metric("hansa_request_memory_max_bytes").await, (2 << 20).to_string());
    let mut clients = JoinSet::new();
    for _ in 0..12 {
        let router = router.clone();
        clients.spawn(async move { router.ask(QUERY).await });
    }
    // Those that were refused more than they hold are given up, and what they held is the others' then.
    let shed = clients.join_next().await.unwrap().unwrap();
    assert_eq!((shed.status.as_u16(), shed.code().as_str()), (503, "OVERLOADED"));
    assert_eq!(shed.headers["retry-after"], "1");
    assert!(router.metric("hansa_requests_shed_total{reason=\"memory\"}").await.parse::<u32>().unwrap() >= 1);
    assert!(held(&router).await <= (2 << 20));
    subgraph.finish.send(true).unwrap();
    let mut answered = 0;
    while let Some(answer) = timeout(PATIENCE, clients.join_next()).await.unwrap() {
        let answer = answer.unwrap();
        assert!(matches!(answer.status.as_u16(), 200 | 503), "{}", answer.status);
        answered += u32::from(answer.status == 200);
    }
    assert!(answered >= 1, "what fits is answered");
    router.until_metric(HELD, "0").await;
    assert_eq!(router.ask(QUERY).await.status, 200, "the router has recovered");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_holds_no_more_than_it_may() {
    let subgraph = SlowSubgraph::start(400_000).await;
    subgraph.finish.send(true).unwrap();
    let mut config = settings();
    config.memory.request_bytes_max = ByteSize::from_kib(256);
    let router = subgraph.with_router(config).await;
    let answer = router.ask(QUERY).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (200, "RESPONSE_TOO_LARGE"));
    let body = json!({ "query": "{ __typename }", "variables": { "x": "y".repeat(300_000) } }).to_string();
    let answer = router.send(router.post(), body).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "BODY_TOO_LARGE"));
    router.until_metric(HELD, "0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_slow_client_has_not_taken_counts() {
    let subgraph = SlowSubgraph::start(24 << 20).await;
    subgraph.finish.send(true).unwrap();
    let mut config = settings();
    config.memory.bytes_max = Some(ByteSize::from_mib(96));
    let router = subgraph.with_router(config).await;
    let body = json!({ "query": QUERY }).to_string();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    let mut stream = socket.connect(router.address).await.unwrap();
    let length = body.len();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut first = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut first)).await.unwrap().unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    router.until_in_flight(0).await;
    // The answer and its rows have gone, and the response is there to be taken.
    let held = held(&router).await;
    assert!((16 << 20..40 << 20).contains(&held), "{held}");
    drop(stream);
    router.until_metric(HELD, "0").await;
}

#[tokio::test]
async fn requests_that_wait_for_subgraphs_keep_nobody_from_beginning() {
    let mut config = settings();
    config.memory.pacing_bytes = ByteSize(1);
    config.memory.pacing_wait_max = Span::from_secs(30);
    let router = Arc::new(Running::with_knobs(config, Knobs { delay_ms: 400, ..Knobs::default() }).await);
    let began = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..20 {
        let router = router.clone();
        clients.spawn(async move { router.ask(QUERY).await.code() });
    }
    while let Some(code) = clients.join_next().await {
        assert_eq!(code.unwrap(), "");
    }
    // One after another they would take eight seconds.
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert!(router.metric("hansa_requests_paced_total").await.parse::<u32>().unwrap() >= 10);
}

/// A generator of numbers that is the same on each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Clients that leave, subgraphs that fail, hang or are late, responses in parts: whatever ends a request, it gives all back.
#[tokio::test(flavor = "multi_thread")]
async fn all_is_given_back_however_requests_end() {
    let mut config = settings();
    config.memory.bytes_max = Some(ByteSize::from_mib(1));
    config.request_timeout = Span::from_millis(400);
    config.subgraph_defaults.timeout = Span::from_millis(200);
    config.headers.all = vec![hansa_server::HeaderRule::Propagate(hansa_server::PropagateRule {
        matching: Some("x-mock-*".to_owned()),
        ..Default::default()
    })];
    let router = Arc::new(Running::with_knobs(config, Knobs { allow_headers: true, ..Knobs::default() }).await);
    let dice = Arc::new(Mutex::new(Dice(1)));
    let mut clients = JoinSet::new();
    for _ in 0..24 {
        let (router, dice) = (router.clone(), dice.clone());
        clients.spawn(async move {
            for _ in 0..20 {
                let rolls: Vec<u64> = (0..5).map(|_| dice.lock().unwrap().roll(1_000)).collect();
                end_somehow(&router, &rolls).await;
            }
        });
    }
    while let Some(client) = timeout(PATIENCE * 3, clients.join_next()).await.unwrap() {
        client.unwrap();
    }
    router.until_in_flight(0).await;
    router.until_metric(HELD, "0").await;
    assert_eq!(router.ask("{ users { id } }").await.code(), "");
}

async fn end_somehow(router: &Running, rolls: &[u64]) {
    const OPERATIONS: [&str; 5] = [
        "{ users { id name posts { title author { name } } } }",
        "{ user(id: 1) { id ... @defer { posts { title } } } }",
        "{ posts @stream(initialCount: 1) { title author { name } } }",
        "mutation { rename(id: 1, name: \"x\") { name posts { id } } }",
        "{ user(id: 1) { nothing } }",
    ];
    const KNOBS: [(&str, &str); 5] = [
        ("x-mock-delay-ms", "150"),
        ("x-mock-delay-ms", "500"),
        ("x-mock-status", "500"),
        ("x-mock-pad-bytes", "300000"),
        ("x-mock-truncate-bytes", "20"),
    ];
    let body = json!({ "query": OPERATIONS[rolls[0] as usize % 5] }).to_string();
    let accept =
        if rolls[1].is_multiple_of(2) { "multipart/mixed, application/json;q=0.5" } else { "application/json" };
    let mut request = Request::post("/graphql")
        .header("host", "x")
        .header("content-type", "application/json")
        .header("accept", accept);
    if rolls[2].is_multiple_of(2) {
        let (name, value) = KNOBS[rolls[2] as usize / 2 % 5];
        request = request.header(name, value);
    }
    let patience = match rolls[3] % 3 {
        0 => Duration::from_millis(rolls[4] % 60),
        _ => PATIENCE,
    };
    let exchange = async {
        let stream = TcpStream::connect(router.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let asked = async {
            let response = sender.send_request(request.body(Full::new(bytes::Bytes::from(body))).unwrap()).await;
            if let Ok(response) = response {
                let _ = response.into_body().collect().await;
            }
        };
        tokio::select! {
            () = asked => {}
            _ = connection => sleep(Duration::from_millis(1)).await,
        }
    };
    // Whoever runs out of patience hangs up.
    let _ = timeout(patience, exchange).await;
}

#[tokio::test]
async fn a_supergraph_that_is_swapped_leaves_nothing_held() {
    let (mut router, config) = Running::subgraphs(settings(), Knobs::default()).await;
    let bound = Router::new(config).supergraph_sdl(SUPERGRAPH).bind().await.unwrap();
    let swap = bound.supergraph_swap();
    router.address = bound.local_addr();
    let running = bound.run(std::future::pending());
    let asking = async {
        for _ in 0..10 {
            assert_eq!(router.ask(QUERY).await.code(), "");
            swap.replace(SUPERGRAPH, "the same").unwrap();
        }
        router.until_metric(HELD, "0").await;
    };
    tokio::select! {
        () = running => {}
        () = asking => {}
    }
}

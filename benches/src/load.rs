//! A closed loop of clients: each connection has one request under way, and holds every answer against the expected bytes.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, task::JoinSet};

use crate::{
    process_usage::{self, Usage},
    scenario,
};

/// No answer takes longer than this without the run being worthless.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How hard and how long to ask, and whose resources to count meanwhile.
#[derive(Debug, Clone)]
pub struct Load {
    pub address: SocketAddr,
    pub connections: usize,
    pub warm_up: Duration,
    pub duration: Duration,
    pub watched_process: Option<u32>,
}

/// What happened between the end of the warm-up and the end of the run.
#[derive(Debug)]
pub struct Measured {
    pub requests: u64,
    pub elapsed: Duration,
    /// CPU time of the watched process and of this one, which is also the stubs.
    pub watched: Option<Usage>,
    pub own_cpu: Duration,
    /// Sorted.
    pub latencies: Vec<Duration>,
    pub response_bytes: usize,
    /// Of the whole run, warm-up and first request included.
    pub sent: u64,
    pub token_sum: u64,
}

struct Clients {
    load: Load,
    body: Bytes,
    expected: Bytes,
    next_token: AtomicU64,
    answered: AtomicU64,
    end: Instant,
}

/// Checks one answer against `expected_json`, then asks for the same bytes from all connections until time is up.
pub async fn run(load: Load, expected_json: &[u8]) -> Result<Measured> {
    let body = Bytes::from(scenario::request_body());
    let expected = first_answer(&load, &body, expected_json).await?;
    let end = Instant::now() + load.warm_up + load.duration;
    let clients = Arc::new(Clients {
        load,
        body,
        expected,
        // The first answer used up token 1.
        next_token: AtomicU64::new(2),
        answered: AtomicU64::new(0),
        end,
    });
    let mut connections = JoinSet::new();
    for _ in 0..clients.load.connections {
        connections.spawn(connection(clients.clone()));
    }

    tokio::time::sleep(clients.load.warm_up).await;
    let start = Snapshot::take(&clients)?;
    tokio::time::sleep(clients.end.saturating_duration_since(Instant::now())).await;
    let stop = Snapshot::take(&clients)?;

    let mut latencies = Vec::new();
    while let Some(finished) = connections.join_next().await {
        let answers: Vec<(Instant, Duration)> = finished??;
        let measured = answers.into_iter().filter(|(at, _)| (start.at..=stop.at).contains(at));
        latencies.extend(measured.map(|(_, latency)| latency));
    }
    latencies.sort_unstable();
    let sent = clients.next_token.load(Ordering::Relaxed) - 1;
    Ok(Measured {
        requests: stop.answered - start.answered,
        elapsed: stop.at - start.at,
        watched: stop.watched.zip(start.watched).map(|(stop, start)| stop.since(start)),
        own_cpu: stop.own.since(start.own).cpu,
        latencies,
        response_bytes: clients.expected.len(),
        sent,
        token_sum: sent * (sent + 1) / 2,
    })
}

struct Snapshot {
    at: Instant,
    answered: u64,
    watched: Option<Usage>,
    own: Usage,
}

impl Snapshot {
    fn take(clients: &Clients) -> Result<Snapshot> {
        Ok(Snapshot {
            at: Instant::now(),
            answered: clients.answered.load(Ordering::Relaxed),
            watched: clients.load.watched_process.map(process_usage::read).transpose()?,
            own: process_usage::read(std::process::id())?,
        })
    }
}

/// The first answer is compared as JSON, so that the order of members and the spelling of strings are the server's choice.
async fn first_answer(load: &Load, body: &Bytes, expected_json: &[u8]) -> Result<Bytes> {
    let mut drivers = JoinSet::new();
    let mut sender = connect(load.address, &mut drivers).await?;
    let answer = async {
        let response = sender.send_request(request(load, body, 1)?).await?;
        let status = response.status();
        anyhow::Ok((status, response.into_body().collect().await?.to_bytes()))
    };
    let (status, answer) = tokio::time::timeout(TIMEOUT, answer).await.context("the first answer did not come")??;
    let received: Value = serde_json::from_slice(&answer).context("the first answer is no JSON")?;
    let expected: Value = serde_json::from_slice(expected_json)?;
    if status != StatusCode::OK || received != expected {
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(600)]).into_owned();
        bail!("the first answer is wrong (status {status}): {shown}");
    }
    Ok(answer)
}

async fn connection(clients: Arc<Clients>) -> Result<Vec<(Instant, Duration)>> {
    let mut drivers = JoinSet::new();
    let mut sender = connect(clients.load.address, &mut drivers).await?;
    let mut answers = Vec::new();
    loop {
        let asked = Instant::now();
        if asked >= clients.end {
            return Ok(answers);
        }
        let token = clients.next_token.fetch_add(1, Ordering::Relaxed);
        let exchange = async {
            let response = sender.send_request(request(&clients.load, &clients.body, token)?).await?;
            check(response, &clients.expected).await
        };
        tokio::time::timeout(TIMEOUT, exchange).await.context("an answer did not come")??;
        let answered = Instant::now();
        clients.answered.fetch_add(1, Ordering::Relaxed);
        answers.push((answered, answered - asked));
    }
}

async fn connect(address: SocketAddr, drivers: &mut JoinSet<()>) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    let (sender, driver) = handshake(TokioIo::new(stream)).await?;
    drivers.spawn(async move {
        // A broken connection shows as a failed request.
        let _ = driver.await;
    });
    Ok(sender)
}

fn request(load: &Load, body: &Bytes, token: u64) -> Result<Request<Full<Bytes>>> {
    let request = Request::post("/graphql")
        .header(header::HOST, load.address.to_string())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token:010}"))
        .body(Full::new(body.clone()));
    Ok(request?)
}

/// Compares as the bytes arrive: an answer is never held whole.
async fn check(response: Response<Incoming>, expected: &[u8]) -> Result<()> {
    ensure!(response.status() == StatusCode::OK, "status {}", response.status());
    let mut body = response.into_body();
    let mut rest = expected;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        rest = rest.strip_prefix(data.as_ref()).context("an answer differs from the first one")?;
    }
    ensure!(rest.is_empty(), "an answer ends {} bytes early", rest.len());
    Ok(())
}

//! Clients: patient ones that check what they get, and those that leave, dawdle, or send nonsense.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{
    Scene,
    operations::{self, FIELD_OF_ONE_VERSION, Operation},
};
use crate::{graph::Graph, interpreter::Interpreter};

/// Longer than any timeout of the router.
const PATIENCE: Duration = Duration::from_secs(20);

/// Requests on one connection before a client opens another one.
const REQUESTS_PER_CONNECTION: u32 = 50;

/// Operations that are asked again and again.
const KNOWN_OPERATIONS: u64 = 200;

const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// What a client is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Checks its answers.
    Patient,
    /// Takes responses in parts.
    InParts,
    /// Hangs up at any moment.
    Leaving,
    /// Takes its answer little by little.
    Dawdling,
    /// Sends what is no operation.
    Confused,
    /// Many heavy requests at once, now and then.
    Bursting,
}

/// What has happened.
#[derive(Debug, Default)]
pub struct Counts {
    pub answered: AtomicU64,
    /// Of them, without errors and equal to what the data says.
    pub right: AtomicU64,
    pub with_errors: AtomicU64,
    pub shed: AtomicU64,
    pub in_parts: AtomicU64,
    pub left: AtomicU64,
    pub refused: AtomicU64,
    /// Answers that are wrong, and requests without one.
    failures: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    count: u64,
    first: Vec<String>,
}

impl Counts {
    fn failed(&self, what: String) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.count += 1;
        if failures.first.len() < 10 {
            failures.first.push(what);
        }
    }

    /// How many, and what the first of them were.
    pub fn failures(&self) -> (u64, Vec<String>) {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        (failures.count, failures.first.clone())
    }
}

impl Role {
    pub fn of(number: usize) -> Role {
        const ROLES: [Role; 12] = [
            Role::Patient,
            Role::Leaving,
            Role::InParts,
            Role::Patient,
            Role::Dawdling,
            Role::Confused,
            Role::Patient,
            Role::Bursting,
            Role::InParts,
            Role::Patient,
            Role::Leaving,
            Role::Patient,
        ];
        ROLES[number % ROLES.len()]
    }
}

/// A client with a connection that it keeps for some requests.
#[derive(Debug)]
pub struct Client {
    graph: Arc<Graph>,
    counts: Arc<Counts>,
    goes_on: Arc<AtomicBool>,
    address: SocketAddr,
    rng: Rng,
    stream: Option<TcpStream>,
    requests_left: u32,
}

/// Status and body, whole or with the framing of its chunks taken away.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Client {
    pub fn new(scene: &Scene, address: SocketAddr, seed: u64) -> Client {
        Client {
            graph: scene.graph.clone(),
            counts: scene.counts.clone(),
            goes_on: scene.goes_on.clone(),
            address,
            rng: Rng::with_seed(seed),
            stream: None,
            requests_left: 0,
        }
    }

    pub async fn run(mut self, role: Role) {
        while self.goes_on.load(Relaxed) {
            let outcome = match role {
                Role::Patient => self.ask(false).await,
                Role::InParts => self.ask(true).await,
                Role::Leaving => self.leave().await,
                Role::Dawdling => self.dawdle().await,
                Role::Confused => self.confuse().await,
                Role::Bursting => self.burst().await,
            };
            if let Err(error) = outcome {
                self.stream = None;
                self.counts.failed(format!("{role:?}: {error:#}"));
                sleep(Duration::from_millis(100)).await;
            }
            sleep(Duration::from_millis(self.rng.u64(..20))).await;
        }
    }

    /// How many of these requests were not answered rightly, now that nothing is in the way.
    pub async fn ask_undisturbed(&mut self, requests: u32) -> u32 {
        let mut wrong = 0;
        for _ in 0..requests {
            let right_before = self.counts.right.load(Relaxed);
            let operation = operations::valid(&mut self.rng, false);
            let outcome = self.exchange(&operation).await;
            if outcome.is_err() || self.counts.right.load(Relaxed) == right_before {
                let is_unknown = is_about(&operation, FIELD_OF_ONE_VERSION);
                wrong += u32::from(!is_unknown);
            }
        }
        wrong
    }

    async fn ask(&mut self, is_in_parts: bool) -> Result<()> {
        // Some operations come again, and most are new to the router.
        let operation = match self.rng.u8(..10) {
            0 => operations::heavy(),
            1..4 => operations::valid(&mut Rng::with_seed(self.rng.u64(..KNOWN_OPERATIONS)), is_in_parts),
            _ => operations::valid(&mut self.rng, is_in_parts),
        };
        self.exchange(&operation).await
    }

    async fn exchange(&mut self, operation: &Operation) -> Result<()> {
        let answer = self.request(&operation.body, operation.is_in_parts).await?;
        self.counts.answered.fetch_add(1, Relaxed);
        if answer.status == 503 {
            self.counts.shed.fetch_add(1, Relaxed);
            return Ok(());
        }
        if operation.is_in_parts && answer.body.starts_with(b"\r\n--") {
            self.counts.in_parts.fetch_add(1, Relaxed);
            let text = String::from_utf8_lossy(&answer.body);
            ensure!(text.contains("\"hasNext\":false"), "a response in parts has no last part: {}", cut(&text));
            return Ok(());
        }
        let received: Value = serde_json::from_slice(&answer.body)
            .with_context(|| format!("status {}, no JSON: {}", answer.status, cut_bytes(&answer.body)))?;
        if received.get("errors").is_some() {
            self.counts.with_errors.fetch_add(1, Relaxed);
            return Ok(());
        }
        ensure!(answer.status == 200, "status {}: {}", answer.status, cut_bytes(&answer.body));
        let expected = Interpreter::merged(&self.graph).answer(&operation.body)?;
        let expected: Value = serde_json::from_slice(&expected)?;
        if received != expected && !operation.is_in_parts {
            bail!("wrong: {} for {}", cut_bytes(&answer.body), cut_bytes(&operation.body));
        }
        self.counts.right.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn leave(&mut self) -> Result<()> {
        let mut stream = TcpStream::connect(self.address).await?;
        let operation = if self.rng.bool() { operations::heavy() } else { operations::valid(&mut self.rng, true) };
        let request = self.http(&operation.body, operation.is_in_parts);
        // Some go before they have said what they want.
        let sent = if self.rng.u8(..4) == 0 { self.rng.usize(..request.len()) } else { request.len() };
        let _ = stream.write_all(&request[..sent]).await;
        sleep(Duration::from_millis(self.rng.u64(..60))).await;
        self.counts.left.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn dawdle(&mut self) -> Result<()> {
        let mut stream = TcpStream::connect(self.address).await?;
        let is_in_parts = self.rng.bool();
        let operation = if is_in_parts { operations::valid(&mut self.rng, true) } else { operations::heavy() };
        stream.write_all(&self.http(&operation.body, is_in_parts)).await?;
        let mut piece = [0; 2048];
        for _ in 0..self.rng.u8(1..60) {
            // At the end of the answer nothing more comes.
            if !matches!(timeout(PATIENCE / 4, stream.read(&mut piece)).await, Ok(Ok(1..))) {
                break;
            }
            sleep(Duration::from_millis(30)).await;
        }
        self.counts.left.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn confuse(&mut self) -> Result<()> {
        let body = operations::invalid(&mut self.rng);
        let answer = self.request(&body, false).await?;
        ensure!(answer.status < 500 || answer.status == 503, "nonsense got status {}", answer.status);
        self.counts.refused.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn burst(&mut self) -> Result<()> {
        let mut streams = Vec::new();
        for _ in 0..self.rng.u8(20..200) {
            let mut stream = TcpStream::connect(self.address).await?;
            stream.write_all(&self.http(&operations::heavy().body, false)).await?;
            streams.push(stream);
        }
        for mut stream in streams {
            let answer = timeout(PATIENCE, read_answer(&mut stream)).await.context("no answer in a burst")??;
            self.counts.answered.fetch_add(1, Relaxed);
            self.counts.shed.fetch_add(u64::from(answer.status == 503), Relaxed);
            ensure!(matches!(answer.status, 200 | 503 | 504), "status {} in a burst", answer.status);
        }
        sleep(Duration::from_millis(self.rng.u64(2_000..8_000))).await;
        Ok(())
    }

    async fn request(&mut self, body: &[u8], is_in_parts: bool) -> Result<Answer> {
        let request = self.http(body, is_in_parts);
        let mut stream = match self.stream.take().filter(|_| self.requests_left > 0) {
            Some(stream) => stream,
            None => {
                self.requests_left = REQUESTS_PER_CONNECTION;
                let connecting = timeout(PATIENCE, TcpStream::connect(self.address));
                connecting.await.context("cannot connect in time")?.context("cannot connect")?
            }
        };
        self.requests_left -= 1;
        let exchange = async {
            stream.write_all(&request).await?;
            read_answer(&mut stream).await
        };
        let answer = timeout(PATIENCE, exchange).await.context("no answer in time")?.context("no answer")?;
        self.stream = Some(stream);
        Ok(answer)
    }

    fn http(&mut self, body: &[u8], is_in_parts: bool) -> Vec<u8> {
        let accept = if is_in_parts { "multipart/mixed, application/json;q=0.5" } else { "application/json" };
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\naccept: {accept}\r\n\
             authorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
            self.address,
            self.rng.u64(..),
            body.len(),
        );
        [head.as_bytes(), body].concat()
    }
}

fn is_about(operation: &Operation, field: &str) -> bool {
    let text = String::from_utf8_lossy(&operation.body);
    text.contains(&format!(" {field}")) || text.contains(&format!("{{{field}"))
}

async fn read_answer(stream: &mut TcpStream) -> Result<Answer> {
    let mut bytes = Vec::with_capacity(16 << 10);
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        read_more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
    bytes.drain(..head_end);
    match length {
        Some(length) => {
            while bytes.len() < length {
                read_more(stream, &mut bytes).await?;
            }
            Ok(Answer { status, body: bytes })
        }
        None => Ok(Answer { status, body: read_chunks(stream, bytes).await? }),
    }
}

/// RFC 9112, "Chunked Transfer Coding".
async fn read_chunks(stream: &mut TcpStream, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let line_end = loop {
            if let Some(end) = bytes[at..].windows(2).position(|window| window == b"\r\n") {
                break at + end;
            }
            read_more(stream, &mut bytes).await?;
        };
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[at..line_end])?.trim(), 16)?;
        let end = line_end + 2 + length + 2;
        while bytes.len() < end {
            read_more(stream, &mut bytes).await?;
        }
        body.extend_from_slice(&bytes[line_end + 2..end - 2]);
        at = end;
        if length == 0 {
            return Ok(body);
        }
    }
}

async fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<()> {
    let count = stream.take(ANSWER_BYTES_MAX).read_buf(bytes).await?;
    ensure!(count > 0, "the connection was closed after {} bytes", bytes.len());
    ensure!((bytes.len() as u64) < ANSWER_BYTES_MAX, "an answer without end");
    Ok(())
}

fn cut_bytes(bytes: &[u8]) -> String {
    cut(&String::from_utf8_lossy(bytes))
}

fn cut(text: &str) -> String {
    text.chars().take(300).collect()
}

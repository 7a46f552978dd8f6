//! The clients: each connection has one request under way, and holds every answer against what it must be.

mod connection;

use std::{
    net::SocketAddr,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::process_usage::{self, Usage};
use connection::Connection;

/// No answer takes longer than this without the run being worthless.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a client asks, and the JSON that must come back.
#[derive(Debug, Clone)]
pub struct Question {
    pub body: Bytes,
    pub expected: Bytes,
}

/// How hard and how long to ask, and whose resources to count meanwhile.
#[derive(Debug, Clone)]
pub struct Load {
    pub address: SocketAddr,
    pub connections: usize,
    pub pace: Pace,
    pub tokens: Tokens,
    pub watched_process: Option<u32>,
}

/// When the next request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As soon as the connection's last answer is there: the server is always busy.
    Closed(Phases),
    /// So many a second over all connections. Latency counts from the moment a request was due, so that a stall cannot hide.
    PerSecond(u32, Phases),
    /// Every question once, as in `Closed`. The first so many are warm-up.
    Once { warm_up: usize },
    /// The first request is all.
    FirstOnly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phases {
    pub warm_up: Duration,
    pub duration: Duration,
}

/// Whether requests can be told from each other by their `Authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    Unique,
    Same,
}

/// What happened between the end of the warm-up and the end of the run.
#[derive(Debug)]
pub struct Measured {
    /// Of the very first request, on a connection that was open.
    pub first_request: Duration,
    pub first_answer: Bytes,
    pub requests: u64,
    pub elapsed: Duration,
    /// CPU time of the watched process and of this one, which is also the stubs.
    pub watched: Option<Usage>,
    pub own_cpu: Duration,
    /// Sorted.
    pub latencies: Vec<Duration>,
    /// Of the whole run, warm-up and first request included.
    pub sent: u64,
    pub token_sum: u64,
}

impl Phases {
    /// With a warm-up that suits the duration: connections open, plan cached, stubs' answers remembered.
    pub fn new(duration: Duration) -> Phases {
        Phases { warm_up: (duration / 5).clamp(Duration::from_millis(200), Duration::from_secs(3)), duration }
    }
}

impl Question {
    /// What must come back is for the caller to fill in.
    pub fn new(query: &str, variables: &Value) -> Question {
        let body = json!({"query": query, "variables": variables}).to_string();
        Question { body: Bytes::from(body), expected: Bytes::new() }
    }
}

impl Measured {
    pub fn percentile(&self, part: f64) -> Duration {
        let index = (self.latencies.len() as f64 * part) as usize;
        self.latencies.get(index.min(self.latencies.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

/// What all connections know.
struct Clients {
    load: Load,
    questions: Arc<[Question]>,
    first_answer: Bytes,
    next_token: AtomicU64,
    next_question: AtomicUsize,
    answered: AtomicU64,
}

struct Answer {
    at: Instant,
    latency: Duration,
}

/// Asks the first question and checks its answer as JSON, then keeps to the pace.
pub async fn run(load: Load, questions: Arc<[Question]>) -> Result<Measured> {
    let (first_request, first_answer) = ask_first(&load, questions.first().context("nothing to ask")?).await?;
    let clients = Arc::new(Clients {
        load,
        questions,
        first_answer,
        // The first request used up token 1 and question 0.
        next_token: AtomicU64::new(2),
        next_question: AtomicUsize::new(1),
        answered: AtomicU64::new(0),
    });
    let (start, stop, mut latencies) = match clients.load.pace {
        Pace::Closed(phases) => ask_for(&clients, phases, None).await?,
        Pace::PerSecond(rate, phases) => ask_for(&clients, phases, Some(rate)).await?,
        Pace::Once { warm_up } => ask_each(&clients, warm_up).await?,
        Pace::FirstOnly => {
            let now = Snapshot::take(&clients)?;
            (now, now, vec![first_request])
        }
    };
    latencies.sort_unstable();
    let sent = clients.next_token.load(Ordering::Relaxed) - 1;
    Ok(Measured {
        first_request,
        first_answer: clients.first_answer.clone(),
        requests: stop.answered - start.answered,
        elapsed: stop.at - start.at,
        watched: stop.watched.zip(start.watched).map(|(stop, start)| stop.since(start)),
        own_cpu: stop.own.since(start.own).cpu,
        latencies,
        sent,
        token_sum: match clients.load.tokens {
            Tokens::Unique => sent * (sent + 1) / 2,
            Tokens::Same => sent,
        },
    })
}

/// The first answer is compared as JSON, so that the order of members and the spelling of strings are the server's choice.
async fn ask_first(load: &Load, question: &Question) -> Result<(Duration, Bytes)> {
    let mut connection = Connection::open(load.address).await?;
    let asked = Instant::now();
    let (status, answer) = connection.ask(&question.body, 1).await.context("the first request")?;
    let took = asked.elapsed();
    if status != http::StatusCode::OK || !is_same_json(&answer, &question.expected) {
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(600)]).into_owned();
        bail!("the first answer is wrong (status {status}): {shown}");
    }
    Ok((took, answer))
}

/// The same question over all connections until time is up; every answer must be the bytes of the first.
async fn ask_for(
    clients: &Arc<Clients>,
    phases: Phases,
    rate: Option<u32>,
) -> Result<(Snapshot, Snapshot, Vec<Duration>)> {
    let begin = Instant::now();
    let end = begin + phases.warm_up + phases.duration;
    let interval = rate.map(|rate| Duration::from_secs(1) / rate.max(1));
    let mut connections = JoinSet::new();
    for number in 0..clients.load.connections {
        let due = interval.map(|interval| Due { next: begin + interval * number as u32, interval });
        connections.spawn(keep_asking(clients.clone(), due, end));
    }
    tokio::time::sleep(phases.warm_up).await;
    let start = Snapshot::take(clients)?;
    tokio::time::sleep(end.saturating_duration_since(Instant::now())).await;
    // One that is too slow for the duration still gets its first answer counted.
    while clients.answered.load(Ordering::Relaxed) == start.answered && end.elapsed() < TIMEOUT {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let stop = Snapshot::take(clients)?;
    let mut latencies = Vec::new();
    while let Some(finished) = connections.join_next().await {
        let answers: Vec<Answer> = finished??;
        let measured = answers.into_iter().filter(|answer| (start.at..=stop.at).contains(&answer.at));
        latencies.extend(measured.map(|answer| answer.latency));
    }
    Ok((start, stop, latencies))
}

/// When a connection's next request is due.
struct Due {
    next: Instant,
    interval: Duration,
}

async fn keep_asking(clients: Arc<Clients>, mut due: Option<Due>, end: Instant) -> Result<Vec<Answer>> {
    let mut connection = Connection::open(clients.load.address).await?;
    let body = clients.questions[0].body.clone();
    let mut answers = Vec::new();
    loop {
        let mut asked = Instant::now();
        if let Some(due) = &mut due {
            if due.next >= end {
                return Ok(answers);
            }
            tokio::time::sleep_until(due.next.into()).await;
            // What the timer was late by is no time that the server took.
            asked = if asked > due.next { due.next } else { Instant::now() };
            due.next += due.interval * clients.load.connections as u32;
        }
        if asked >= end {
            return Ok(answers);
        }
        connection.ask_again(&body, clients.token(), &clients.first_answer).await?;
        answers.push(clients.count_answer(asked));
    }
}

/// Every further question once, in two phases.
async fn ask_each(clients: &Arc<Clients>, warm_up: usize) -> Result<(Snapshot, Snapshot, Vec<Duration>)> {
    let all = clients.questions.len();
    let measured_from = (1 + warm_up).min(all);
    ask_range(clients, 1..measured_from).await?;
    let start = Snapshot::take(clients)?;
    let latencies = ask_range(clients, measured_from..all).await?;
    let stop = Snapshot::take(clients)?;
    Ok((start, stop, latencies))
}

async fn ask_range(clients: &Arc<Clients>, range: Range<usize>) -> Result<Vec<Duration>> {
    clients.next_question.store(range.start, Ordering::Relaxed);
    let mut connections = JoinSet::new();
    for _ in 0..clients.load.connections {
        connections.spawn(ask_distinct(clients.clone(), range.end));
    }
    let mut latencies = Vec::new();
    while let Some(finished) = connections.join_next().await {
        latencies.extend(finished??.into_iter().map(|answer: Answer| answer.latency));
    }
    Ok(latencies)
}

async fn ask_distinct(clients: Arc<Clients>, end: usize) -> Result<Vec<Answer>> {
    let mut connection = Connection::open(clients.load.address).await?;
    let mut answers = Vec::new();
    loop {
        let number = clients.next_question.fetch_add(1, Ordering::Relaxed);
        if number >= end {
            return Ok(answers);
        }
        let question = &clients.questions[number];
        let asked = Instant::now();
        let (status, answer) = connection.ask(&question.body, clients.token()).await?;
        answers.push(clients.count_answer(asked));
        if status != http::StatusCode::OK || !is_same_json(&answer, &question.expected) {
            let shown = String::from_utf8_lossy(&answer[..answer.len().min(600)]).into_owned();
            let asked = String::from_utf8_lossy(&question.body);
            bail!("the answer to question {number} is wrong (status {status}): {shown}\nasked: {asked}");
        }
    }
}

/// Regardless of the order of members.
fn is_same_json(one: &[u8], other: &[u8]) -> bool {
    let parse = |text| serde_json::from_slice::<Value>(text).ok();
    one == other || parse(one).is_some_and(|one| Some(one) == parse(other))
}

impl Clients {
    fn token(&self) -> u64 {
        let next = self.next_token.fetch_add(1, Ordering::Relaxed);
        match self.load.tokens {
            Tokens::Unique => next,
            Tokens::Same => 1,
        }
    }

    fn count_answer(&self, asked: Instant) -> Answer {
        let at = Instant::now();
        self.answered.fetch_add(1, Ordering::Relaxed);
        Answer { at, latency: at - asked }
    }
}

#[derive(Debug, Clone, Copy)]
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

//! Subgraphs that answer from a script, each fetch after a given number of turns.

use crate::supergraph::SUPERGRAPH;
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_executor::{
    ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, MemoryLease, Payload, PreparedPlan, SubgraphRequest,
    SubgraphResponse, Transport, TransportError, execute, execute_incrementally,
};
use hansa_query_planner::plan::QueryPlan;
use std::{
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker},
};

#[derive(Clone)]
pub(crate) struct Answer {
    turns: u32,
    result: Result<SubgraphResponse, TransportError>,
}

impl Answer {
    /// The same with a space wherever one may be after a sign.
    fn spaced(&self) -> Answer {
        let mut result = self.result.clone();
        if let Ok(response) = &mut result {
            let (mut spaced, mut is_in_string, mut is_escaped) = (Vec::new(), false, false);
            for &byte in &response.body {
                spaced.push(byte);
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = is_in_string,
                    b'"' => is_in_string = !is_in_string,
                    b'{' | b'[' | b',' | b':' if !is_in_string => spaced.push(b' '),
                    _ => {}
                }
            }
            response.body = Bytes::from(spaced);
        }
        Answer { turns: self.turns, result }
    }
}

pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Answer {
    after(1, body)
}

pub(crate) fn after(turns: u32, body: impl Into<Vec<u8>>) -> Answer {
    with_status(turns, 200, body)
}

pub(crate) fn with_status(turns: u32, status: u16, body: impl Into<Vec<u8>>) -> Answer {
    Answer { turns, result: Ok(SubgraphResponse { status, body: Bytes::from(body.into()) }) }
}

pub(crate) fn unavailable() -> Answer {
    let error = TransportError {
        code: hansa_executor::codes::DOWNSTREAM_UNAVAILABLE,
        message: "a subgraph cannot be reached".to_owned(),
    };
    Answer { turns: 1, result: Err(error) }
}

pub(crate) struct Script {
    /// By fetch.
    answers: Vec<Answer>,
    /// In the order in which they were sent.
    sent: Mutex<Vec<(u32, String)>>,
    long_runs: AtomicU32,
}

impl Transport for Script {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let body = String::from_utf8(request.body.to_vec()).expect("requests are UTF-8");
        self.sent.lock().expect("nobody panics with the lock").push((request.fetch.0, body));
        let answer = self.answers.get(request.fetch.0 as usize).expect("an answer for each fetch that is sent");
        let mut turns = answer.turns;
        std::future::poll_fn(|context| {
            turns = turns.saturating_sub(1);
            if turns == 0 {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        answer.result.clone()
    }

    fn run_long<R>(&self, work: impl FnOnce() -> R) -> R {
        self.long_runs.fetch_add(1, Ordering::Relaxed);
        work()
    }
}

pub(crate) struct Outcome {
    pub(crate) execution: Execution,
    /// `0: {"query":…}`, one request a line.
    pub(crate) requests: String,
    /// The whole response.
    pub(crate) response: String,
    pub(crate) long_runs: u32,
}

#[derive(Default)]
pub(crate) struct Setting {
    pub(crate) variables: Vec<(Name, Bytes)>,
    pub(crate) introspection: Vec<(Name, Bytes)>,
    pub(crate) limits: ExecutionLimits,
    pub(crate) error_policy: ErrorPolicy,
    pub(crate) memory: Arc<MemoryLease>,
}

pub(crate) fn run(plan: QueryPlan, answers: Vec<Answer>) -> Outcome {
    run_with(plan, answers, &Setting::default())
}

pub(crate) fn run_with(plan: QueryPlan, answers: Vec<Answer>, setting: &Setting) -> Outcome {
    let plan = PreparedPlan::new(plan, &SUPERGRAPH);
    run_prepared(&plan, answers, setting)
}

/// What is read in one piece and what is read field by field come to the same: with space in them, answers are never read
/// in one piece. So do responses that are written in one piece and in parts.
pub(crate) fn run_prepared(plan: &PreparedPlan, answers: Vec<Answer>, setting: &Setting) -> Outcome {
    let is_large = |answer: &Answer| answer.result.as_ref().is_ok_and(|response| response.body.len() > 1 << 16);
    if setting.limits != ExecutionLimits::default() || answers.iter().any(is_large) {
        return run_once(plan, answers, setting);
    }
    let spaced = answers.iter().map(Answer::spaced).collect();
    let outcome = run_once(plan, answers.clone(), setting);
    let spaced = run_once(plan, spaced, setting);
    assert_eq!(spaced.requests, outcome.requests, "with space in the answers");
    let [spaced, response] = [&spaced.response, &outcome.response].map(|text| {
        let value: serde_json::Value = serde_json::from_str(text).expect("responses are JSON");
        // Values of custom scalars keep their space.
        value.to_string()
    });
    assert_eq!(spaced, response, "with space in the answers");
    // A text in parts takes less memory, so that there may be enough of it.
    for part_bytes in [1, 24].into_iter().filter(|_| !outcome.response.contains("RESPONSE_TOO_LARGE")) {
        let in_parts = run_once(plan, answers.clone(), &setting.in_parts(part_bytes));
        assert_eq!(in_parts.response, outcome.response, "in parts of {part_bytes} bytes");
    }
    outcome
}

fn run_once(plan: &PreparedPlan, answers: Vec<Answer>, setting: &Setting) -> Outcome {
    let script = Script { answers, sent: Mutex::default(), long_runs: AtomicU32::new(0) };
    let execution = block_on(require_send(execute(plan, &SUPERGRAPH, &script, setting.request())));
    let body = [&execution.parts.concat()[..], &execution.body[..]].concat();
    let response = String::from_utf8(body).expect("responses are UTF-8") + "}";
    let parsed: serde_json::Value = serde_json::from_str(&response).expect("responses are JSON");
    let error_count = parsed.get("errors").map_or(0, |errors| errors.as_array().expect("a list").len());
    assert_eq!(error_count, execution.error_count);
    let sent = script.sent.into_inner().expect("nobody panics with the lock");
    let requests = sent.iter().map(|(fetch, body)| format!("{fetch}: {body}\n")).collect();
    Outcome { execution, requests, response, long_runs: script.long_runs.into_inner() }
}

/// The payloads of a response in pieces, and the requests that were sent.
pub(crate) struct Pieces {
    pub(crate) payloads: Vec<Payload>,
    /// By payload, whole.
    pub(crate) texts: Vec<String>,
    /// `0: {"query":…}`, one request a line.
    pub(crate) requests: String,
}

pub(crate) fn run_in_pieces(plan: QueryPlan, answers: Vec<Answer>, setting: &Setting) -> Pieces {
    let plan = PreparedPlan::new(plan, &SUPERGRAPH);
    let script = Script { answers, sent: Mutex::default(), long_runs: AtomicU32::new(0) };
    let pieces = run_in_pieces_of(&plan, &script, setting);
    let sent = script.sent.into_inner().expect("nobody panics with the lock");
    let requests = sent.iter().map(|(fetch, body)| format!("{fetch}: {body}\n")).collect();
    Pieces { requests, ..pieces }
}

pub(crate) fn run_in_pieces_of(plan: &PreparedPlan, transport: &impl Transport, setting: &Setting) -> Pieces {
    let mut payloads: Vec<Payload> = Vec::new();
    block_on(require_send(async {
        let mut execution = execute_incrementally(plan, &SUPERGRAPH, transport, setting.request());
        while let Some(payload) = execution.next().await {
            payloads.push(payload);
        }
    }));
    let text = |payload: &Payload| String::from_utf8(payload.body.clone()).expect("payloads are UTF-8") + "}";
    let texts: Vec<String> = payloads.iter().map(text).collect();
    Pieces { payloads, texts, requests: String::new() }
}

/// The whole response.
pub(crate) fn run_of(plan: &PreparedPlan, transport: &impl Transport, setting: &Setting) -> String {
    let execution = block_on(require_send(execute(plan, &SUPERGRAPH, transport, setting.request())));
    String::from_utf8(execution.into_whole_body()).expect("responses are UTF-8") + "}"
}

impl Setting {
    /// The same, but that small responses are large.
    fn in_parts(&self, part_bytes: usize) -> Setting {
        Setting {
            variables: self.variables.clone(),
            introspection: self.introspection.clone(),
            limits: ExecutionLimits { part_bytes, ..self.limits },
            error_policy: self.error_policy.clone(),
            memory: Arc::default(),
        }
    }

    pub(crate) fn request(&self) -> ExecutionRequest<'_> {
        ExecutionRequest {
            variables: &self.variables,
            introspection: &self.introspection,
            limits: self.limits,
            memory: &self.memory,
            error_policy: &self.error_policy,
            trace_id: "",
        }
    }
}

/// Servers run executions on threads of their choice.
fn require_send<F: Future + Send>(future: F) -> F {
    future
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

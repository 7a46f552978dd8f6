//! Answers an operation in parts: payloads are made on a task of their own, and whoever writes the response takes them. At
//! most one waits to be taken, so a client that reads slowly slows its own execution down and costs no memory.

use crate::{
    config::Span,
    error_code::ErrorCode,
    graph::Graph,
    http::admission::Admitted,
    pipeline::{self, PipelineSettings, ReadyOperation, RequestContext, query_plan_report},
};
use hansa_executor::{FetchReport, HeldBytes, IncrementalExecution, Transport, execute_incrementally};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

/// Responses in parts, for clients that accept them: `@defer` and `@stream`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IncrementalDeliveryConfig {
    /// Whether operations may use `@defer` and `@stream`. Clients that do not accept responses in parts get the whole at once.
    pub enabled: bool,
    /// How long a `text/event-stream` may be silent; then a comment is sent, so that proxies do not take it for dead.
    pub keep_alive: Span,
}

impl Default for IncrementalDeliveryConfig {
    fn default() -> Self {
        IncrementalDeliveryConfig { enabled: true, keep_alive: Span::from_secs(12) }
    }
}

pub(crate) const TOOK_TOO_LONG: &str = "the request took longer than the router allows";

/// A part of a response, on its way to the client.
#[derive(Debug)]
pub(crate) struct Payload {
    /// JSON.
    pub(crate) body: Vec<u8>,
    pub(crate) held: HeldBytes,
    pub(crate) error_count: usize,
    pub(crate) has_next: bool,
    /// Why the response ends here, where that is not because it is complete.
    pub(crate) failure: Option<ErrorCode>,
    /// With the last payload: the request counts until that has been taken.
    pub(crate) admitted: Option<Admitted>,
}

/// One request whose response is made in parts.
#[derive(Debug)]
pub(crate) struct IncrementalWork {
    pub(crate) graph: Arc<Graph>,
    pub(crate) settings: Arc<PipelineSettings>,
    pub(crate) context: RequestContext,
    pub(crate) ready: ReadyOperation,
    pub(crate) admitted: Admitted,
    /// The last payload leaves before.
    pub(crate) deadline: Instant,
}

/// As long as a timer can wait, where a setting says more.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

pub(crate) fn deadline(started: std::time::Instant, request_timeout: Duration) -> Instant {
    Instant::from_std(started + request_timeout.min(LONGEST_WAIT))
}

/// Makes payloads until the last, until the deadline, or until nobody takes them any more. Before the first it is whoever
/// waits for it that watches the time. What a mutation does is done by its first payload, and that one is made in any case.
pub(crate) async fn run(work: IncrementalWork, payloads: mpsc::Sender<Payload>) {
    let IncrementalWork { graph, settings, context, ready, admitted, deadline } = work;
    let plan = ready.plan.plan();
    let memory = admitted.memory.clone();
    let transport = pipeline::transport(&graph, &settings, &context, (plan, &memory));
    let request = pipeline::execution_request(&settings, &context, (&ready, &memory));
    let mut execution = execute_incrementally(&ready.plan, graph.supergraph(), &transport, request);
    let mut reports: Vec<FetchReport> = Vec::new();
    let mut admitted = Some(admitted);
    let mut has_begun = false;
    let mut has_next = true;
    while has_next {
        let made = if has_begun {
            unless_left(next(&mut execution, deadline), &payloads).await
        } else if ready.is_mutation() {
            Some((execution.next().await, None))
        } else {
            unless_left(async { (execution.next().await, None) }, &payloads).await
        };
        let Some(made) = made else { return };
        has_begun = true;
        let (Some(mut made), failure) = made else { return };
        let failure = failure.or(memory.is_refused().then_some(ErrorCode::Overloaded));
        has_next = made.has_next;
        pipeline::report_failures(&graph, &context, &made.fetches);
        reports.append(&mut made.fetches);
        if !has_next && context.wants_query_plan && settings.is_query_plan_on {
            query_plan_report::append(plan, graph.supergraph(), (&mut made.body, &reports), &transport.shared());
        }
        made.body.push(b'}');
        let payload = Payload {
            body: made.body,
            held: made.held,
            error_count: made.error_count,
            has_next,
            failure,
            admitted: admitted.take_if(|_| !has_next),
        };
        // The last one can wait for its client: the request's work is done.
        let sent = match has_next {
            true => timeout_at(deadline, payloads.send(payload)).await.is_ok_and(|sent| sent.is_ok()),
            false => payloads.send(payload).await.is_ok(),
        };
        if !sent {
            return;
        }
    }
}

/// `None`: the client has gone.
async fn unless_left<R>(work: impl Future<Output = R>, payloads: &mpsc::Sender<Payload>) -> Option<R> {
    tokio::select! {
        done = work => Some(done),
        () = payloads.closed() => None,
    }
}

/// What the client waits for past the deadline is given up, and it is told so.
async fn next<T: Transport>(
    execution: &mut IncrementalExecution<'_, T>,
    deadline: Instant,
) -> (Option<hansa_executor::Payload>, Option<ErrorCode>) {
    if let Ok(made) = timeout_at(deadline, execution.next()).await {
        return (made, None);
    }
    let code = ErrorCode::RequestTimeout;
    (execution.give_up(code.as_str(), TOOK_TOO_LONG), Some(code))
}

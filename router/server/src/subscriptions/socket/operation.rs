//! Operations on a WebSocket: subscriptions, and queries and mutations, which have one answer.

use super::{
    Close, Member,
    message::{complete, error, next},
    writing::Outgoing,
};
use crate::{
    client_address::ClientAddress,
    client_error::ClientError,
    error_code::ErrorCode,
    graph::Graph,
    http::{
        access_log::RequestRecord, admission::Admitted, graphql_endpoint::kind_name, graphql_request::GraphqlRequest,
    },
    memory::pacing::Turn,
    metrics::Outcome,
    pipeline::{self, Answer, ReadyOperation, RequestContext, incremental_delivery::TOOK_TOO_LONG},
    subscriptions::event_stream::{EventStream, KeptRequest, StreamItem},
    wiring::Wiring,
};
use futures_util::FutureExt;
use hansa_telemetry::TraceContext;
use hashbrown::HashMap;
use http::StatusCode;
use serde_json::value::RawValue;
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::{AbortHandle, JoinSet},
    time::timeout,
};

/// What is under way on one socket. Dropping it gives all of it up.
#[derive(Debug, Default)]
pub(super) struct Operations {
    tasks: JoinSet<()>,
    known: Arc<KnownOperations>,
}

/// By the client's id.
#[derive(Debug, Default)]
struct KnownOperations(Mutex<HashMap<String, AbortHandle>>);

/// What a client asks for.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) wiring: Arc<Wiring>,
    pub(super) member: Member,
    pub(super) client: Option<ClientAddress>,
    pub(super) id: String,
    /// A GraphQL request.
    pub(super) payload: Box<RawValue>,
    pub(super) answers: mpsc::Sender<Outgoing>,
}

/// The socket is closed: nobody is left to be answered.
#[derive(Debug)]
struct Unheard;

/// An operation that can run.
struct Prepared {
    graph: Arc<Graph>,
    context: RequestContext,
    ready: ReadyOperation,
    kept: Option<KeptRequest>,
    admitted: Admitted,
}

impl KnownOperations {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, AbortHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By the operation's own task: the id may be another's by now.
    fn forget(&self, id: &str) {
        let mut by_id = self.lock();
        if by_id.get(id).is_some_and(|task| Some(task.id()) == tokio::task::try_id()) {
            by_id.remove(id);
        }
    }
}

impl Operations {
    pub(super) fn has(&self, id: &str) -> bool {
        self.known.lock().contains_key(id)
    }

    pub(super) fn count(&self) -> usize {
        self.known.lock().len()
    }

    pub(super) fn abort(&self, id: &str) {
        if let Some(task) = self.known.lock().remove(id) {
            task.abort();
        }
    }

    pub(super) fn begin(&mut self, operation: Operation) {
        while self.tasks.try_join_next().is_some() {}
        let known = self.known.clone();
        // Held until it is known: it may end at once.
        let mut by_id = self.known.lock();
        let id = operation.id.clone();
        let task = self.tasks.spawn(async move {
            let last = operation.run().await;
            // Before it is told: a client may use the id again then.
            known.forget(&operation.id);
            if let Some(last) = last {
                let _ = operation.say(last).await;
            }
        });
        by_id.insert(id, task);
    }
}

impl Operation {
    pub(super) async fn refuse(&self, code: ErrorCode, description: &str) -> Result<(), Close> {
        let refusal = ClientError::new(code, description);
        let message = error(&self.id, &refusal, TraceContext::new().trace_id());
        self.answers.send(Outgoing::of(message)).await.map_err(|_| Close::GONE)
    }

    async fn say(&self, outgoing: Outgoing) -> Result<(), Unheard> {
        self.answers.send(outgoing).await.map_err(|_| Unheard)
    }

    /// The last message; `None` if nobody is left to hear it.
    async fn run(&self) -> Option<Outgoing> {
        let trace = TraceContext::new();
        let trace_id = trace.trace_id().to_owned();
        let ended = AssertUnwindSafe(self.answer(trace)).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!(trace_id, "answering an operation on a WebSocket ended in a panic");
            Ok(Err(ClientError::internal()))
        });
        match ended {
            Err(Unheard) => None,
            Ok(Ok(())) => Some(Outgoing::of(complete(&self.id))),
            Ok(Err(refusal)) => Some(Outgoing::of(error(&self.id, &refusal, &trace_id))),
        }
    }

    async fn answer(&self, trace: TraceContext) -> Result<Result<(), ClientError>, Unheard> {
        let wiring = &self.wiring;
        let trace_id = trace.trace_id().to_owned();
        let mut record = RequestRecord::start(&wiring.metrics, wiring.are_requests_logged);
        let prepared = match in_time(wiring, self.prepare(trace)).await {
            Ok(prepared) => prepared,
            Err(error) => {
                record.end(&trace_id, (StatusCode::OK, Outcome::Refused(error.code)));
                return Ok(Err(error));
            }
        };
        let facts = prepared.ready.facts();
        record.operation_name = facts.name.clone();
        record.operation_kind = kind_name(facts.kind);
        if prepared.kept.is_some() {
            // What follows is no part of one response.
            record.end(&trace_id, (StatusCode::OK, Outcome::Answered));
            return self.stream(prepared).await;
        }
        match in_time(wiring, self.once(prepared)).await {
            Ok(answer) => {
                record.end(&trace_id, (StatusCode::OK, answer.outcome));
                let Answer { parts, body, held, .. } = answer;
                let pieces: Vec<&[u8]> = parts.iter().map(|part| &part[..]).chain([&body[..]]).collect();
                self.say(Outgoing::holding(next(&self.id, &pieces), held)).await.map(Ok)
            }
            Err(error) => {
                record.end(&trace_id, (StatusCode::OK, Outcome::Refused(error.code)));
                Ok(Err(error))
            }
        }
    }

    async fn prepare(&self, trace: TraceContext) -> Result<Prepared, ClientError> {
        let wiring = &self.wiring;
        let admitted = wiring.admission.admit()?;
        let graph = wiring.graph.get();
        let context = RequestContext {
            trace,
            headers: (*self.member.headers).clone(),
            caller: self.member.caller.clone(),
            client: self.client,
            wants_query_plan: false,
            takes_parts: false,
            takes_events: true,
        };
        let request = GraphqlRequest::from_body(self.payload.get().as_bytes())?;
        let ready = pipeline::prepare(&graph, &wiring.settings, &wiring.metrics, (&request, false), &context).await?;
        let kept = ready.is_subscription().then(|| KeptRequest::of(&request));
        Ok(Prepared { graph, context, ready, kept, admitted })
    }

    async fn stream(&self, prepared: Prepared) -> Result<Result<(), ClientError>, Unheard> {
        let Prepared { graph, context, ready, kept: Some(kept), admitted } = prepared else { return Ok(Ok(())) };
        // It may go on for hours, and is counted as what it is.
        drop(admitted);
        let metrics = &self.wiring.subscriptions.metrics;
        let place = match self.wiring.subscriptions.places.stream() {
            Ok(place) => place,
            Err(error) => return Ok(Err(error)),
        };
        let mut ending = Ending { metrics: Some(metrics) };
        let opened = EventStream::open(&self.wiring, (graph, context), (ready, kept), place).await;
        let mut stream = match opened {
            Ok(stream) => stream,
            Err(error) => return Ok(Err(ending.by(error))),
        };
        loop {
            match stream.next().await {
                StreamItem::Event(response) => {
                    let message = next(&self.id, &[&response.body]);
                    self.say(Outgoing::holding(message, response.held)).await?;
                }
                StreamItem::Complete => {
                    ending.say("completed");
                    return Ok(Ok(()));
                }
                StreamItem::Ended(error) => return Ok(Err(ending.by(error))),
            }
        }
    }

    async fn once(&self, prepared: Prepared) -> Result<Answer, ClientError> {
        let Prepared { graph, context, ready, admitted, .. } = prepared;
        let wiring = &self.wiring;
        let turn = wiring.memory.pacing.turn(ready.plan.expected_bytes()).await;
        let answer = match ready.is_mutation() {
            true => run_to_the_end(wiring, (graph, context), (ready, admitted, turn)).await?,
            false => pipeline::run(&graph, &wiring.settings, &context, (&ready, &admitted.memory)).await,
        };
        match answer.outcome {
            Outcome::Refused(_) => Err(wiring.memory.refuse()),
            _ => Ok(answer),
        }
    }
}

/// A subscription that is dropped before it has said why it ends was ended by its client.
struct Ending<'a> {
    metrics: Option<&'a crate::metrics::subscriptions::SubscriptionMetrics>,
}

impl Ending<'_> {
    fn say(&mut self, reason: &'static str) {
        if let Some(metrics) = self.metrics.take() {
            metrics.ended(reason);
        }
    }

    fn by(&mut self, error: ClientError) -> ClientError {
        self.say(error.code.as_str());
        error
    }
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.say("client");
    }
}

/// A mutation goes on when its client has gone: half of it done would be worse than an answer nobody hears.
async fn run_to_the_end(
    wiring: &Arc<Wiring>,
    (graph, context): (Arc<Graph>, RequestContext),
    (ready, admitted, turn): (ReadyOperation, Admitted, Turn),
) -> Result<Answer, ClientError> {
    let (sender, receiver) = oneshot::channel();
    let settings = wiring.settings.clone();
    wiring.tasks.spawn(async move {
        let answer = pipeline::run(&graph, &settings, &context, (&ready, &admitted.memory)).await;
        drop((turn, admitted));
        let _ = sender.send(answer);
    });
    receiver.await.map_err(|_| ClientError::internal())
}

async fn in_time<T>(wiring: &Wiring, work: impl Future<Output = Result<T, ClientError>>) -> Result<T, ClientError> {
    let late = |_| Err(ClientError::new(ErrorCode::RequestTimeout, TOOK_TOO_LONG));
    timeout(wiring.request_timeout, work).await.unwrap_or_else(late)
}

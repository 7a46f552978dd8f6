//! `/graphql`: reads the request, hands it to the pipeline, and gives the answer its status and media type.

use crate::{
    client_address::ClientAddress,
    client_error::ClientError,
    error_code::ErrorCode,
    graph::Graph,
    http::{
        access_log::RequestRecord,
        admission::Admitted,
        authenticate,
        body::RouterBody,
        graphql_request::{GraphqlRequest, UrlParameters},
        media_type::{self, Accepted, Offered},
        payload_body::{MarkPlace, PayloadBody, Payloads},
        payload_format::PayloadFormat,
        playground, request_body, response,
    },
    memory::pacing::Turn,
    metrics::{Outcome, RouterMetrics},
    pipeline::{
        self, Answer, ReadyOperation, RequestContext,
        incremental_delivery::{self, IncrementalWork, TOOK_TOO_LONG},
        limits::LimitsConfig,
    },
    subgraph_transport::answer_body::{BodyError, read_body},
    subscriptions::{self, event_stream::KeptRequest, socket::handshake},
    wiring::Wiring,
};
use apollo_compiler::executable::OperationType;
use bytes::Bytes;
use futures_util::FutureExt;
use hansa_executor::HeldBytes;
use hansa_telemetry::TraceContext;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, request::Parts};
use hyper::body::Incoming;
use std::{panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration};
use tokio::sync::{mpsc, oneshot};

const QUERY_PLAN_HEADER: &str = "hansa-query-plan";

pub(crate) async fn answer(
    wiring: &Arc<Wiring>,
    request: Request<Incoming>,
    client: Option<ClientAddress>,
) -> Response<RouterBody> {
    let (parts, body) = request.into_parts();
    let trace = trace_context(&parts.headers);
    let trace_id = trace.trace_id().to_owned();
    if parts.method == Method::GET && handshake::is_wanted(&parts.headers) && wiring.subscriptions.config.enabled {
        // Boxed: it is rare.
        return Box::pin(handshake::answer(wiring, (parts, client), trace)).await;
    }
    if wiring.playground.is_some() && wants_playground(&parts) {
        return playground::redirect();
    }
    let mut record = RequestRecord::start(&wiring.metrics, wiring.are_requests_logged);
    let negotiated = media_type::negotiate(&parts.headers, offered(wiring));
    let accepted = *negotiated.as_ref().unwrap_or(&Accepted::JSON);
    let admitted = wiring.admission.admit();
    let result = match (negotiated, admitted) {
        (_, Err(refusal)) | (Err(refusal), _) => Err(refusal),
        (Ok(accepted), Ok(admitted)) => {
            // Pinned here: what is moved into another future takes its room twice.
            let work = pin!(respond(wiring, (parts, body, client), (trace, admitted, accepted), &mut record));
            in_bounds(work, wiring.request_timeout, &trace_id).await
        }
    };
    let (response, outcome) = match result {
        Ok(Reply::Whole(answer)) => {
            let outcome = answer.outcome;
            (response::answer(accepted, answer), outcome)
        }
        Ok(Reply::InParts(format, payloads)) => {
            let record = record.hand_over(wiring.metrics.clone());
            return in_parts((format, wiring.keep_alive), payloads, (Some(record), trace_id));
        }
        Ok(Reply::Events(format, payloads)) => {
            record.end(&trace_id, (StatusCode::OK, Outcome::Answered));
            return in_parts((format, wiring.subscriptions.keep_alive()), payloads, (None, trace_id));
        }
        Err(error) => (response::error(accepted, &error, &trace_id), Outcome::Refused(error.code)),
    };
    record.end(&trace_id, (response.status(), outcome));
    response
}

enum Reply {
    Whole(Answer),
    InParts(PayloadFormat, Payloads),
    Events(PayloadFormat, Payloads),
}

fn in_parts(
    (format, keep_alive): (PayloadFormat, Duration),
    payloads: Payloads,
    record: (Option<RequestRecord<Arc<RouterMetrics>>>, String),
) -> Response<RouterBody> {
    let mark = MarkPlace::default();
    let body = PayloadBody::new(payloads, (format, keep_alive), record, mark.clone());
    let mut response = response::with_payloads(format, RouterBody::Payloads(Box::new(body)));
    response.extensions_mut().insert(mark);
    response
}

/// Neither a request without end nor a panic is more than this request's problem.
async fn in_bounds<T>(
    work: impl Future<Output = Result<T, ClientError>>,
    request_timeout: Duration,
    trace_id: &str,
) -> Result<T, ClientError> {
    match tokio::time::timeout(request_timeout, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => {
            tracing::error!(trace_id, "answering a request ended in a panic");
            Err(ClientError::internal())
        }
        Err(_) => Err(ClientError::new(ErrorCode::RequestTimeout, TOOK_TOO_LONG)),
    }
}

async fn respond(
    wiring: &Arc<Wiring>,
    (parts, body, client): (Parts, Incoming, Option<ClientAddress>),
    (trace, admitted, accepted): (TraceContext, Admitted, Accepted),
    record: &mut RequestRecord<&RouterMetrics>,
) -> Result<Reply, ClientError> {
    let caller = authenticate::caller(wiring, &parts.headers, trace.trace_id()).await?;
    let graph = wiring.graph.get();
    let Parts { method, uri, headers, .. } = parts;
    let context = RequestContext {
        wants_query_plan: headers.get(QUERY_PLAN_HEADER).is_some_and(|value| value == "1"),
        takes_parts: accepted.incremental.is_some(),
        takes_events: accepted.events.is_some(),
        caller,
        client,
        headers,
        trace,
    };
    let is_get = method == Method::GET;
    // For as long as the variables that came with it.
    let mut held = admitted.memory.hold_nothing();
    // The request's text is gone before the subgraphs are asked.
    let (ready, kept) = {
        let (parameters, posted);
        let request = match is_get {
            true => {
                parameters = url_parameters(&uri, &wiring.settings.limits)?;
                GraphqlRequest::from_url(&parameters)?
            }
            false => {
                posted = posted_body((&method, &context.headers), (body, &mut held), wiring).await?;
                GraphqlRequest::from_body(&posted)?
            }
        };
        let asked = (&request, is_get);
        let ready = pipeline::prepare(&graph, &wiring.settings, &wiring.metrics, asked, &context).await?;
        let kept = ready.is_subscription().then(|| KeptRequest::of(&request));
        (ready, kept)
    };
    record.operation_name = ready.facts().name.clone();
    record.operation_kind = kind_name(ready.facts().kind);
    if let (Some(kept), Some(format)) = (kept, accepted.events) {
        let payloads = subscriptions::response::begin(wiring, (graph, context), (ready, kept))?;
        return Ok(Reply::Events(format, payloads));
    }
    let turn = wiring.memory.pacing.turn(ready.plan.expected_bytes()).await;
    match (accepted.incremental, ready.is_mutation()) {
        (Some(format), _) if ready.plan.plan().is_incremental() => {
            let (graph, settings) = (graph, wiring.settings.clone());
            let deadline = incremental_delivery::deadline(record.started(), wiring.request_timeout);
            let work = IncrementalWork { graph, settings, context, ready, admitted, deadline };
            Box::pin(run_in_parts(wiring, work)).await.map(|payloads| Reply::InParts(format, payloads))
        }
        (_, false) => {
            let answer = pipeline::run(&graph, &wiring.settings, &context, (&ready, &admitted.memory)).await;
            match answer.outcome {
                Outcome::Refused(_) => Err(wiring.memory.refuse()),
                _ => Ok(Reply::Whole(answer)),
            }
        }
        (_, true) => Box::pin(run_to_the_end(wiring, graph, (context, admitted, turn), ready)).await.map(Reply::Whole),
    }
}

fn offered(wiring: &Wiring) -> Offered {
    Offered { incremental: wiring.settings.is_incremental_on, subscriptions: wiring.subscriptions.config.enabled }
}

/// The response begins with its first payload: until then the request can still be refused.
async fn run_in_parts(wiring: &Wiring, work: IncrementalWork) -> Result<Payloads, ClientError> {
    let is_mutation = work.ready.is_mutation();
    let (sender, mut others) = mpsc::channel(1);
    wiring.tasks.spawn(incremental_delivery::run(work, sender));
    match others.recv().await {
        Some(first) if first.failure == Some(ErrorCode::Overloaded) && !is_mutation => Err(wiring.memory.refuse()),
        first @ Some(_) => Ok(Payloads { first, others }),
        None => {
            tracing::error!("a response in parts ended in a panic before its first part");
            Err(ClientError::internal())
        }
    }
}

/// A mutation goes on when its client has gone: half of it done would be worse than an answer nobody hears.
async fn run_to_the_end(
    wiring: &Arc<Wiring>,
    graph: Arc<Graph>,
    (context, admitted, turn): (RequestContext, Admitted, Turn),
    ready: ReadyOperation,
) -> Result<Answer, ClientError> {
    let (sender, receiver) = oneshot::channel();
    let settings = wiring.settings.clone();
    wiring.tasks.spawn(async move {
        let answer = pipeline::run(&graph, &settings, &context, (&ready, &admitted.memory)).await;
        drop(turn);
        // It counts until its end: clients that leave must not get more work done at once than those that stay.
        drop(admitted);
        // The client has gone: nobody is left to be told.
        let _ = sender.send(answer);
    });
    receiver.await.map_err(|_| {
        tracing::error!("a mutation ended in a panic or was cut off by the end of the process");
        ClientError::internal()
    })
}

fn trace_context(headers: &HeaderMap) -> TraceContext {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let mut tracestates = headers.get_all("tracestate").iter().filter_map(|value| value.to_str().ok());
    let tracestate = match (tracestates.next(), tracestates.next()) {
        (Some(first), Some(second)) => {
            let all: Vec<&str> = [first, second].into_iter().chain(tracestates).collect();
            Some(all.join(","))
        }
        (first, _) => first.map(str::to_owned),
    };
    TraceContext::from_traceparent(text("traceparent"), tracestate.as_deref())
}

/// A browser that opens the endpoint, without an operation, wants the page.
fn wants_playground(parts: &Parts) -> bool {
    let has_query = || {
        let parameters = UrlParameters::read(parts.uri.query().unwrap_or_default());
        parameters.is_ok_and(|parameters| parameters.has_query())
    };
    parts.method == Method::GET && media_type::prefers_page(&parts.headers) && !has_query()
}

fn url_parameters(uri: &Uri, limits: &LimitsConfig) -> Result<UrlParameters, ClientError> {
    let query_string = uri.query().unwrap_or_default();
    let bytes_max = limits.url_bytes_max.as_usize();
    if query_string.len() > bytes_max {
        let description = format!("the URL is longer than {bytes_max} bytes; use POST");
        return Err(ClientError::new(ErrorCode::UriTooLong, description));
    }
    UrlParameters::read(query_string)
}

async fn posted_body(
    (method, headers): (&Method, &HeaderMap),
    (body, held): (Incoming, &mut HeldBytes),
    wiring: &Wiring,
) -> Result<Bytes, ClientError> {
    if *method != Method::POST {
        return Err(ClientError::method_not_allowed("/graphql answers GET and POST", "GET, POST"));
    }
    media_type::check_content_type(headers)?;
    let limits = &wiring.settings.limits;
    let coding = request_body::coding(headers, limits)?;
    let bytes_max = limits.body_bytes_max.as_usize();
    let body = read_body(body, bytes_max, held).await.map_err(|error| match error {
        BodyError::TooLarge { .. } if held.lease().is_refused() => wiring.memory.refuse(),
        BodyError::TooLarge { bytes_max } => request_body::too_large(bytes_max),
        BodyError::Broken(_) => ClientError::new(ErrorCode::BadRequest, "the body broke off"),
    })?;
    let Some(coding) = coding else { return Ok(body) };
    let body = request_body::decompressed(coding, body, (bytes_max, &mut *held)).await;
    body.map_err(|error| if held.lease().is_refused() { wiring.memory.refuse() } else { error })
}

pub(crate) fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

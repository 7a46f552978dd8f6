//! A subscription as the response to one HTTP request: server-sent events, or multipart. The head is sent at once; whatever goes
//! wrong from then on is told as an event, since browsers show nothing else.

use super::{
    event_stream::{EventResponse, EventStream, KeptRequest, StreamItem},
    expired,
    places::{Actor, ActorPlace, StreamPlace},
};
use crate::{
    client_error::ClientError,
    error_code::ErrorCode,
    graph::Graph,
    http::payload_body::Payloads,
    pipeline::{ReadyOperation, RequestContext, incremental_delivery::Payload},
    wiring::Wiring,
};
use std::sync::Arc;
use tokio::{sync::mpsc, time::timeout};

/// What one response is made of.
#[derive(Debug)]
struct Work {
    wiring: Arc<Wiring>,
    graph: Arc<Graph>,
    context: RequestContext,
    ready: ReadyOperation,
    request: KeptRequest,
    places: (StreamPlace, ActorPlace),
}

/// The payloads of a subscription that has a place.
pub(crate) fn begin(
    wiring: &Arc<Wiring>,
    (graph, context): (Arc<Graph>, RequestContext),
    (ready, request): (ReadyOperation, KeptRequest),
) -> Result<Payloads, ClientError> {
    let actor = Actor::of(&context.caller, context.client);
    let places = &wiring.subscriptions.places;
    let places = (places.stream()?, places.stream_of(actor)?);
    let (sender, others) = mpsc::channel(wiring.subscriptions.config.queue_max as usize);
    let work = Work { wiring: wiring.clone(), graph, context, ready, request, places };
    wiring.tasks.spawn(run(work, sender));
    Ok(Payloads { first: None, others })
}

async fn run(work: Work, payloads: mpsc::Sender<Payload>) {
    let (wiring, expires_at) = (work.wiring.clone(), work.context.caller.expires_at);
    let trace_id = work.context.trace.trace_id().to_owned();
    let why = {
        let events = std::pin::pin!(events(work, &payloads));
        tokio::select! {
            biased;
            () = payloads.closed() => None,
            ended = events => ended,
            () = expired(expires_at) => Some(Err(ClientError::new(ErrorCode::Unauthenticated, EXPIRED))),
            () = wiring.subscriptions.stopped() => Some(Err(ClientError::new(ErrorCode::RouterStopping, STOPPING))),
        }
    };
    let metrics = &wiring.subscriptions.metrics;
    let last = match why {
        None => return metrics.ended("client"),
        Some(Ok(())) => {
            metrics.ended("completed");
            end(&wiring, None)
        }
        Some(Err(error)) => {
            metrics.ended(error.code.as_str());
            end(&wiring, Some((&error, &trace_id)))
        }
    };
    // A client that does not take it loses its connection, which says enough.
    let _ = timeout(wiring.subscriptions.config.slow_client_timeout.0, payloads.send(last)).await;
}

pub(super) const EXPIRED: &str = "the access token has expired; subscribe again with a new one";
pub(super) const STOPPING: &str = "the router stops; subscribe again";
const TOO_SLOW: &str = "the client takes its events too slowly";

/// How the subscription ended; `None`: its client has gone.
async fn events(work: Work, payloads: &mpsc::Sender<Payload>) -> Option<Result<(), ClientError>> {
    let Work { wiring, graph, context, ready, request, places: (place, _of_actor) } = work;
    let mut stream = match EventStream::open(&wiring, (graph, context), (ready, request), place).await {
        Ok(stream) => stream,
        Err(error) => return Some(Err(error)),
    };
    loop {
        let response = match stream.next().await {
            StreamItem::Event(response) => response,
            StreamItem::Complete => return Some(Ok(())),
            StreamItem::Ended(error) => return Some(Err(error)),
        };
        match timeout(wiring.subscriptions.config.slow_client_timeout.0, payloads.send(payload(response))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return None,
            Err(_) => {
                wiring.subscriptions.metrics.dropped.inc();
                return Some(Err(ClientError::new(ErrorCode::SlowClient, TOO_SLOW)));
            }
        }
    }
}

fn payload(response: EventResponse) -> Payload {
    let EventResponse { body, held, error_count } = response;
    Payload { body, held, error_count, has_next: true, failure: None, admitted: None }
}

/// Without an error it has no body.
fn end(wiring: &Wiring, error: Option<(&ClientError, &str)>) -> Payload {
    Payload {
        body: error.map(|(error, trace_id)| error.to_json(trace_id)).unwrap_or_default(),
        held: wiring.memory.budget.lease().hold_nothing(),
        error_count: usize::from(error.is_some()),
        has_next: false,
        failure: error.map(|(error, _)| error.code),
        admitted: None,
    }
}

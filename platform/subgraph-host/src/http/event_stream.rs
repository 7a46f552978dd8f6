//! GraphQL over server-sent events, one connection for each operation: `POST /graphql` that accepts `text/event-stream`.
//! Events are `next` and at the end `complete`; comments show that the stream lives.
//!
//! When the process stops, the stream ends without `complete`: it has not come to its end, and is to be asked for again.

use super::{
    Endpoint,
    metrics::Transport,
    streaming::{AllPlacesTaken, PING_INTERVAL, stopped},
};
use crate::{Answer, GraphqlRequest, RequestContext};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use http::{HeaderMap, HeaderValue, header};
use std::{convert::Infallible, sync::Arc};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

const EVENT_STREAM: &str = "text/event-stream";
/// A comment.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata:\n\n");

/// Whether events are accepted by name.
pub(super) fn is_wanted(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.split(',').any(is_event_stream))
}

fn is_event_stream(range: &str) -> bool {
    range.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(EVENT_STREAM))
}

struct Sending {
    answers: BoxStream<'static, Answer>,
    heartbeat: Interval,
    stopping: watch::Receiver<bool>,
}

pub(super) fn response(
    endpoint: &Arc<Endpoint>,
    request: GraphqlRequest,
    context: RequestContext,
) -> Result<Response, AllPlacesTaken> {
    let answers = endpoint.begin_stream(request, context, Transport::EventStream)?;
    let mut heartbeat = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let sending = Sending { answers, heartbeat, stopping: endpoint.stopping.subscribe() };
    // A comment comes first: the peer sees that it is served, however long the first event takes.
    let parts = stream::iter([HEARTBEAT]).chain(stream::unfold(Some(sending), next)).map(Ok::<Bytes, Infallible>);
    let mut response = Response::new(Body::from_stream(parts));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

async fn next(sending: Option<Sending>) -> Option<(Bytes, Option<Sending>)> {
    let mut sending = sending?;
    tokio::select! {
        // Whoever floods does not hold up the end.
        biased;
        () = stopped(&mut sending.stopping) => None,
        _ = sending.heartbeat.tick() => Some((HEARTBEAT, Some(sending))),
        answer = sending.answers.next() => match answer {
            Some(answer) => Some((event(&answer), Some(sending))),
            None => Some((COMPLETE, None)),
        },
    }
}

/// The answer is JSON without line breaks.
fn event(answer: &Answer) -> Bytes {
    let parts: [&[u8]; 3] = [b"event: next\ndata: ", &answer.json, b"\n\n"];
    parts.concat().into()
}

//! "GraphQL over Server-Sent Events Protocol", distinct connections mode: one POST, whose answer is the event stream.

use super::{
    EventSource, Opening, Over, Relay, SourceError, SourceItem,
    event_parser::{EventParser, ServerSentEvent},
};
use crate::subgraph_transport::{http_client::host_name, post};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, header, header::HOST};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::{convert::Infallible, pin::Pin};

const EVENT_STREAM: &str = "text/event-stream";

/// Moves the connection's bytes, and never ends.
type Driver = Pin<Box<dyn Future<Output = Infallible> + Send>>;

pub(super) async fn open(opening: &Opening<'_>) -> Result<EventSource, SourceError> {
    let stream = TokioIo::new(opening.endpoint.connect().await?);
    let request = request(opening);
    let (response, driver) = match opening.endpoint.http2_only {
        true => {
            let (mut sender, connection) =
                http2::handshake(TokioExecutor::new(), stream).await.map_err(SourceError::Http)?;
            let mut driver = drive(connection);
            (driven(sender.send_request(request), &mut driver).await.map_err(SourceError::Http)?, driver)
        }
        false => {
            let (mut sender, connection) = http1::handshake(stream).await.map_err(SourceError::Http)?;
            let mut driver = drive(connection);
            (driven(sender.send_request(request), &mut driver).await.map_err(SourceError::Http)?, driver)
        }
    };
    if !is_event_stream(&response) {
        return Err(refusal(response, driver, opening.endpoint.message_bytes_max).await);
    }
    Ok(opening.relay(|relay| relay_events(relay, response.into_body(), driver)))
}

fn request(opening: &Opening<'_>) -> Request<Full<Bytes>> {
    let url = &opening.endpoint.url;
    let mut request = post(url, opening.body.clone());
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static(EVENT_STREAM));
    headers.extend(opening.headers.clone());
    if !opening.endpoint.http2_only {
        if let Ok(host) = HeaderValue::try_from(host_name(url)) {
            headers.insert(HOST, host);
        }
        if let Some(Ok(target)) = url.path_and_query().map(|target| target.as_str().parse()) {
            *request.uri_mut() = target;
        }
    }
    request.map(Full::new)
}

/// What goes wrong on a connection is seen by whoever waits for something from it.
fn drive(connection: impl Future<Output = hyper::Result<()>> + Send + 'static) -> Driver {
    Box::pin(async move {
        let _ = connection.await;
        std::future::pending().await
    })
}

async fn driven<T>(work: impl Future<Output = T>, driver: &mut Driver) -> T {
    tokio::select! {
        biased;
        done = work => done,
        never = driver => match never {},
    }
}

fn is_event_stream(response: &Response<Incoming>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    response.status().is_success() && essence.trim().eq_ignore_ascii_case(EVENT_STREAM)
}

/// What the server says instead, where that is a GraphQL response.
async fn refusal(response: Response<Incoming>, mut driver: Driver, bytes_max: usize) -> SourceError {
    let status = response.status().as_u16();
    let body = driven(Limited::new(response.into_body(), bytes_max).collect(), &mut driver).await;
    let body = body.ok().map(|body| body.to_bytes());
    let is_response = |body: &Bytes| {
        let response: Option<serde_json::Value> = serde_json::from_slice(body).ok();
        response.is_some_and(|response| response.get("errors").is_some_and(|errors| errors.is_array()))
    };
    SourceError::NoEvents { status, response: body.filter(is_response) }
}

async fn relay_events(relay: Relay, mut body: Incoming, mut driver: Driver) {
    let mut parser = EventParser::new(relay.message_bytes_max);
    let mut events: Vec<ServerSentEvent> = Vec::new();
    loop {
        let frame = tokio::select! {
            biased;
            () = relay.items.closed() => return,
            frame = body.frame() => frame,
            never = &mut driver => match never {},
        };
        let piece = match frame {
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(error)) => {
                relay.fail(SourceError::Http(error)).await;
                return;
            }
            None => {
                relay.fail(SourceError::BrokenOff).await;
                return;
            }
        };
        let read = parser.read(&piece, &mut events);
        for event in events.drain(..) {
            if take(&relay, event).await.is_err() {
                return;
            }
        }
        if read.is_err() {
            relay.fail(SourceError::TooLarge { bytes_max: relay.message_bytes_max }).await;
            return;
        }
    }
}

async fn take(relay: &Relay, event: ServerSentEvent) -> Result<(), Over> {
    match event.name.as_str() {
        // A server that names no event means this one.
        "next" | "" => relay.event(event.data).await,
        "complete" => Err(relay.end(SourceItem::Complete).await),
        _ => Ok(()),
    }
}

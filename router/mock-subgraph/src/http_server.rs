//! Mock subgraphs over HTTP, alone or several behind one listener, with the misbehaviour that the knobs ask for.

use crate::{
    MockSubgraph, bad_body, event_streams,
    execute::{execute_request, is_subscription},
    knobs::{BodyKind, Knobs},
};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    response::Response,
    routing::{get, post},
    serve::ListenerExt as _,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use std::{
    future::Future,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

/// Open WebSockets.
pub(crate) type Sockets = Mutex<JoinSet<()>>;

const REQUEST_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How long answers that have begun may take after the shutdown signal; endless ones would take for ever.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) mock: Arc<MockSubgraph>,
    knobs: Arc<Knobs>,
    request_count: Arc<AtomicU64>,
    pub(crate) sockets: Arc<Sockets>,
}

/// Serves several subgraphs, each under its own path prefix: `/<prefix>/graphql`. An empty prefix serves at the root.
///
/// Returns when `shutdown` is ready and requests under way are answered, or five seconds later.
pub async fn serve(
    listener: tokio::net::TcpListener,
    mocks: Vec<(String, Arc<MockSubgraph>, Knobs)>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let mut app = Router::new();
    let mut is_root_taken = false;
    for (prefix, mock, knobs) in mocks {
        let prefix = prefix.trim_matches('/');
        is_root_taken |= prefix.is_empty();
        app = if prefix.is_empty() {
            app.merge(mock.router(knobs))
        } else {
            app.nest(&format!("/{prefix}"), mock.router(knobs))
        };
    }
    if !is_root_taken {
        app = app.route("/health", get(alive)).route("/ready", get(alive));
    }
    // A failure here costs only speed.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let (signal, mut signalled) = tokio::sync::watch::channel(());
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        shutdown.await;
        drop(signal);
    });
    tokio::select! {
        ended = async { server.await } => ended,
        () = async {
            // Ends when the sender is dropped, which is the signal.
            while signalled.changed().await.is_ok() {}
            tokio::time::sleep(DRAIN_TIME_MAX).await;
        } => Ok(()),
    }
}

/// One subgraph at `/graphql`, with `/health` and `/ready` beside it.
pub(crate) fn router(mock: Arc<MockSubgraph>, knobs: Knobs) -> Router {
    let endpoint = Endpoint { mock, knobs: Arc::new(knobs), request_count: Arc::default(), sockets: Arc::default() };
    Router::new()
        .route("/graphql", post(answer).get(event_streams::web_socket))
        .route("/health", get(alive))
        .route("/ready", get(alive))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(endpoint)
}

async fn alive() -> &'static str {
    "ok\n"
}

async fn answer(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) -> Response {
    let knobs = match endpoint.knobs.with_headers(&headers) {
        Ok(knobs) => knobs,
        Err(problem) => {
            return plain_response(StatusCode::BAD_REQUEST, &headers, &json!({ "errors": [{ "message": problem }] }));
        }
    };
    if knobs.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(knobs.delay_ms)).await;
    }
    let request: Value = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => {
            let message = format!("the request's body is not JSON: {error}");
            return plain_response(StatusCode::BAD_REQUEST, &headers, &json!({ "errors": [{ "message": message }] }));
        }
    };
    endpoint.mock.request_log.push(&header_list(&headers), &request);
    let number = endpoint.request_count.fetch_add(1, Ordering::Relaxed) + 1;
    if knobs.fail_every.is_some_and(|every| every > 0 && number.is_multiple_of(every)) {
        let failure = json!({ "errors": [{ "message": format!("request {number} fails, as the mock's knob wants") }] });
        return plain_response(StatusCode::INTERNAL_SERVER_ERROR, &headers, &failure);
    }
    if event_streams::is_accepted(&headers) && is_subscription(&endpoint.mock, &request) && knobs.error.is_none() {
        return event_streams::server_sent(endpoint.mock, request);
    }
    // A mock's requests are small and its answers in memory: not worth another thread.
    let response = match &knobs.error {
        Some(message) => json!({ "errors": [{ "message": message }] }),
        None => execute_request(&endpoint.mock, &request),
    };
    knobbed_response(&knobs, &headers, response)
}

/// The answer as the knobs want it: status, content type and body.
fn knobbed_response(knobs: &Knobs, headers: &HeaderMap, response: Value) -> Response {
    let status = knobs.status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or_else(|| status_of(headers, &response));
    let content_type = match knobs.body {
        Some(BodyKind::Html) => HeaderValue::from_static("text/html"),
        _ => content_type(headers),
    };
    let body = match (knobs.body, knobs.break_off_bytes) {
        (Some(BodyKind::Endless), _) => bad_body::endless(),
        (_, Some(bytes)) => bad_body::broken_off(bad_body::body_of(knobs, response), bytes),
        _ => Body::from(bad_body::body_of(knobs, response)),
    };
    with_head(status, content_type, body)
}

fn plain_response(status: StatusCode, headers: &HeaderMap, response: &Value) -> Response {
    with_head(status, content_type(headers), Body::from(response.to_string()))
}

fn with_head(status: StatusCode, content_type: HeaderValue, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// GraphQL over HTTP: a refused request is 400 in the newer media type and 200 in the older one.
fn status_of(headers: &HeaderMap, response: &Value) -> StatusCode {
    let is_refused = response.get("data").is_none();
    if is_refused && wants_response_json(headers) { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

fn content_type(headers: &HeaderMap) -> HeaderValue {
    let newer = wants_response_json(headers);
    HeaderValue::from_static(if newer { "application/graphql-response+json" } else { "application/json" })
}

fn wants_response_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/graphql-response+json"))
}

pub(crate) fn header_list(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

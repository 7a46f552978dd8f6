//! `GET /graphql` that asks for a WebSocket of graphql-transport-ws. The socket is served by the task of its connection,
//! which goes on with it once the connection has been handed over.

use super::{
    Endpoint,
    graphql_endpoint::Refusal,
    socket::{PROTOCOL, Socket},
    streaming::{ALL_TAKEN, MESSAGE_BYTES_MAX},
};
use crate::{ErrorCode, RequestContext};
use axum::{body::Body, extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};
use tracing::Instrument as _;

type Serving = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where a connection finds what to do once it is no longer HTTP. In the extensions of each request.
#[derive(Clone, Default)]
pub(super) struct Handover(Arc<Mutex<Option<Serving>>>);

impl fmt::Debug for Handover {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Handover").finish_non_exhaustive()
    }
}

impl Handover {
    pub(super) fn take(&self) -> Option<Serving> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, serving: Serving) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
    }
}

/// Whether a WebSocket is asked for, be it in a good way or not.
pub(super) fn is_wanted(request: &Request) -> bool {
    request.method() == Method::GET && has_token(request.headers(), &header::UPGRADE, "websocket")
}

pub(super) fn response(
    endpoint: &Arc<Endpoint>,
    mut request: Request,
    context: RequestContext,
) -> Result<Response, Refusal> {
    let accept = accept_key(&request)?;
    let Some(place) = endpoint.place_of_socket() else {
        return Err((StatusCode::SERVICE_UNAVAILABLE, ErrorCode::DownstreamUnavailable, ALL_TAKEN.to_owned()));
    };
    let handover = request.extensions().get::<Handover>().cloned();
    let upgraded = request.extensions_mut().remove::<OnUpgrade>();
    let (Some(handover), Some(upgraded)) = (handover, upgraded) else {
        return Err(bad_request("this connection cannot become a WebSocket"));
    };
    let endpoint = endpoint.clone();
    let serving = async move {
        let _place = place;
        let _open = endpoint.metrics.socket();
        match upgraded.await {
            Ok(connection) => {
                let connection = TokioIo::new(connection);
                let stream = WebSocketStream::from_raw_socket(connection, Role::Server, Some(config())).await;
                Socket::new(&endpoint, context, stream).serve().await;
            }
            Err(error) => tracing::debug!(%error, "a connection broke off before it was a WebSocket"),
        }
    };
    handover.put(Box::pin(serving.instrument(tracing::Span::current())));
    Ok(switching(&accept))
}

fn switching(accept: &HeaderValue) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept.clone());
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    response
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(8 * 1024)
        .write_buffer_size(0)
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
}

/// The answer to the client's key, if everything else is as it should be.
fn accept_key(request: &Request) -> Result<HeaderValue, Refusal> {
    let headers = request.headers();
    if request.version() != Version::HTTP_11 || !has_token(headers, &header::CONNECTION, "upgrade") {
        return Err(bad_request("a WebSocket is asked for with HTTP/1.1 and `Connection: upgrade`"));
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let text = "a WebSocket has version 13".to_owned();
        return Err((StatusCode::UPGRADE_REQUIRED, ErrorCode::BadUserInput, text));
    }
    if !has_token(headers, &header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL) {
        return Err(bad_request(&format!("`Sec-WebSocket-Protocol` must offer {PROTOCOL}")));
    }
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else {
        return Err(bad_request("the request has no `Sec-WebSocket-Key`"));
    };
    let accept = derive_accept_key(key.as_bytes());
    HeaderValue::from_str(&accept).map_err(|_| bad_request("the request has no good `Sec-WebSocket-Key`"))
}

fn bad_request(text: &str) -> Refusal {
    (StatusCode::BAD_REQUEST, ErrorCode::BadUserInput, text.to_owned())
}

fn has_token(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    let texts = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|token| token.trim().eq_ignore_ascii_case(wanted))
}

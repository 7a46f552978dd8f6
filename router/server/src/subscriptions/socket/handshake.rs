//! The HTTP request that becomes a WebSocket. RFC 6455, section 4.2, "Server-Side Requirements".

use super::{
    Close, Socket, Visit,
    farewell::{FAREWELL_MAX, take_leave},
    serve,
};
use crate::{
    client_address::ClientAddress,
    client_error::ClientError,
    error_code::ErrorCode,
    http::{
        authenticate,
        body::RouterBody,
        media_type::{Accepted, header_parts},
        response,
    },
    wiring::Wiring,
};
use hansa_telemetry::TraceContext;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, request::Parts};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

const PROTOCOL: &str = "graphql-transport-ws";

/// Of this connection, and wrong on any other.
const OF_THE_HANDSHAKE: [HeaderName; 4] = [
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

const BUFFER_BYTES: usize = 4 * 1024;

/// How long the connection may take to become a WebSocket once we have said that it is one.
const UPGRADE_MAX: Duration = Duration::from_secs(10);

pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    header_parts(headers, &header::UPGRADE).any(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

pub(crate) async fn answer(
    wiring: &Arc<Wiring>,
    (parts, client): (Parts, Option<ClientAddress>),
    trace: TraceContext,
) -> Response<RouterBody> {
    match try_answer(wiring, (parts, client), &trace).await {
        Ok(response) => response,
        Err(error) => {
            tracing::debug!(trace_id = trace.trace_id(), code = error.code.as_str(), "a WebSocket is refused");
            response::error(Accepted::JSON, &error, trace.trace_id())
        }
    }
}

async fn try_answer(
    wiring: &Arc<Wiring>,
    (mut parts, client): (Parts, Option<ClientAddress>),
    trace: &TraceContext,
) -> Result<Response<RouterBody>, ClientError> {
    let refusal = |code, description: &str| ClientError::new(code, description);
    let upgrade = parts.extensions.remove::<OnUpgrade>();
    let Parts { headers, .. } = parts;
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|key| key.len() == 24);
    let is_version = headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let (Some(upgrade), Some(key), true) = (upgrade, key, is_version) else {
        let description = "this is no handshake of a WebSocket: it takes HTTP/1.1, a key, and version 13";
        return Err(refusal(ErrorCode::BadRequest, description));
    };
    if !wiring.subscriptions.origins.allow(&headers) {
        let description = "pages of this origin may not open WebSockets; `cors.origins` names those that may";
        return Err(refusal(ErrorCode::OriginNotAllowed, description));
    }
    if wiring.is_draining() {
        return Err(refusal(ErrorCode::Overloaded, "the router stops; try another one"));
    }
    let place = wiring.subscriptions.places.socket()?;
    // Who has no token yet may send it with the first message.
    let caller = match headers.contains_key(header::AUTHORIZATION) {
        true => Some(authenticate::caller(wiring, &headers, trace.trace_id()).await?),
        false => None,
    };
    let speaks_ours = header_parts(&headers, &header::SEC_WEBSOCKET_PROTOCOL).any(|protocol| protocol == PROTOCOL);
    let response = switching(&derive_accept_key(key.as_bytes()), speaks_ours);
    let mut headers = headers;
    OF_THE_HANDSHAKE.iter().for_each(|name| _ = headers.remove(name));
    let visit = Visit { wiring: wiring.clone(), headers, client, caller, place };
    wiring.tasks.spawn(async move {
        let Ok(Ok(upgraded)) = timeout(UPGRADE_MAX, upgrade).await else { return };
        let message_bytes_max = visit.wiring.subscriptions.config.message_bytes_max.as_usize();
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(message_bytes_max))
            .max_frame_size(Some(message_bytes_max));
        let socket: Socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        match speaks_ours {
            true => serve(socket, visit).await,
            false => refuse(socket, &visit).await,
        }
    });
    Ok(response)
}

fn switching(accept_key: &str, speaks_ours: bool) -> Response<RouterBody> {
    let mut response = Response::new(RouterBody::default());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::try_from(accept_key) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if speaks_ours {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    }
    response
}

/// A browser's page learns why only from a WebSocket that was open.
async fn refuse(mut socket: Socket, visit: &Visit) {
    visit.wiring.subscriptions.metrics.closed(Close::SUBPROTOCOL.code);
    take_leave(&mut socket, &Close::SUBPROTOCOL, FAREWELL_MAX).await;
}

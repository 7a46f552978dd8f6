//! "GraphQL over WebSocket Protocol", subprotocol `graphql-transport-ws`: one socket for each subscription, since each caller
//! has headers of their own.

use super::{EventSource, Opening, Over, Relay, SourceError, SourceItem};
use crate::subgraph_transport::{connector::Stream, http_client::host_name};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, Request, Uri, Version, header};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message,
        handshake::client::generate_key,
        protocol::{CloseFrame, WebSocketConfig, frame::Utf8Bytes, frame::coding::CloseCode},
    },
};

type Socket = WebSocketStream<Stream>;

const PROTOCOL: HeaderValue = HeaderValue::from_static("graphql-transport-ws");

/// Each socket has one subscription.
const ID: &str = "1";

const BUFFER_BYTES: usize = 4 * 1024;

/// How long saying goodbye may take.
const GOODBYE_MAX: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct ServerMessage<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    id: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

pub(super) async fn open(opening: &Opening<'_>) -> Result<EventSource, SourceError> {
    if opening.endpoint.http2_only {
        return Err(SourceError::Malformed("a WebSocket needs HTTP/1.1, and the settings say `http2_only`"));
    }
    let stream = opening.endpoint.connect().await?;
    let bytes_max = opening.endpoint.message_bytes_max;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        // The envelope of an event comes on top.
        .max_message_size(Some(bytes_max.saturating_add(1024)))
        .max_frame_size(Some(bytes_max.saturating_add(1024)));
    let request = handshake(&opening.endpoint.url, &opening.headers)
        .ok_or(SourceError::Malformed("the URL cannot be that of a WebSocket"))?;
    let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(failed)?;
    let mut init = json!({ "type": "connection_init" });
    if opening.endpoint.sends_init_headers {
        init["payload"] = json!({ "headers": header_object(&opening.headers) });
    }
    socket.send(Message::text(init.to_string())).await.map_err(failed)?;
    acknowledged(&mut socket, bytes_max).await?;
    // The body is a GraphQL request, which is what the payload is.
    let body = std::str::from_utf8(&opening.body).unwrap_or_default();
    let subscribe = format!("{{\"id\":\"{ID}\",\"type\":\"subscribe\",\"payload\":{body}}}");
    socket.send(Message::text(subscribe)).await.map_err(failed)?;
    Ok(opening.relay(|relay| relay_events(relay, socket)))
}

fn handshake(url: &Uri, headers: &HeaderMap) -> Option<Request<()>> {
    let mut parts = url.clone().into_parts();
    let scheme = if url.scheme_str() == Some("https") { "wss" } else { "ws" };
    parts.scheme = Some(scheme.parse().ok()?);
    let mut request = Request::new(());
    *request.uri_mut() = Uri::from_parts(parts).ok()?;
    *request.version_mut() = Version::HTTP_11;
    let own = request.headers_mut();
    own.extend(headers.clone());
    own.insert(header::HOST, HeaderValue::try_from(host_name(url)).ok()?);
    own.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    own.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    own.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    own.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::try_from(generate_key()).ok()?);
    own.insert(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL);
    Some(request)
}

fn header_object(headers: &HeaderMap) -> Value {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), Value::from(text(value)))).collect()
}

async fn acknowledged(socket: &mut Socket, bytes_max: usize) -> Result<(), SourceError> {
    loop {
        let text = match socket.next().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(frame))) => return Err(closed(frame)),
            Some(Ok(_)) => return Err(SourceError::Malformed("a message is not text")),
            Some(Err(error)) => return Err(broken(error, bytes_max)),
            None => return Err(SourceError::BrokenOff),
        };
        let message: ServerMessage<'_> =
            serde_json::from_str(&text).map_err(|_| SourceError::Malformed("a message is not one of the protocol"))?;
        match &*message.kind {
            "connection_ack" => return Ok(()),
            "ping" => socket.send(Message::text(PONG)).await.map_err(failed)?,
            "pong" => {}
            _ => return Err(SourceError::Malformed("the connection is not acknowledged first")),
        }
    }
}

const PONG: &str = "{\"type\":\"pong\"}";

async fn relay_events(relay: Relay, mut socket: Socket) {
    let mut heartbeats = interval_at(Instant::now() + relay.heartbeat, relay.heartbeat);
    heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = relay.items.closed() => return goodbye(socket).await,
            message = socket.next() => {
                if take(&relay, &mut socket, message).await.is_err() {
                    return goodbye(socket).await;
                }
                // Only now: it may have taken long, and nobody listened meanwhile.
                heard = Instant::now();
            }
            _ = heartbeats.tick() => {
                let is_silent = heard.elapsed() >= relay.heartbeat * 2;
                if is_silent || timeout(relay.heartbeat, socket.send(Message::Ping(Bytes::new()))).await.is_err() {
                    relay.fail(SourceError::Silent).await;
                    return;
                }
            }
        }
    }
}

/// One message from the subgraph.
async fn take(
    relay: &Relay,
    socket: &mut Socket,
    message: Option<Result<Message, tungstenite::Error>>,
) -> Result<(), Over> {
    let text = match message {
        Some(Ok(Message::Text(text))) => text,
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => return Ok(()),
        Some(Ok(Message::Close(frame))) => return Err(relay.fail(closed(frame)).await),
        Some(Ok(Message::Binary(_))) => {
            return Err(relay.fail(SourceError::Malformed("a message is not text")).await);
        }
        Some(Err(error)) => return Err(relay.fail(broken(error, relay.message_bytes_max)).await),
        None => return Err(relay.fail(SourceError::BrokenOff).await),
    };
    let Ok(ServerMessage { kind, id, payload }) = serde_json::from_str(&text) else {
        return Err(relay.fail(SourceError::Malformed("a message is not one of the protocol")).await);
    };
    let is_ours = id.as_deref() == Some(ID);
    match (&*kind, payload) {
        ("next", Some(payload)) if is_ours => relay.event(part_of(&text, payload)).await,
        ("error", Some(errors)) if is_ours => {
            let response = format!("{{\"data\":null,\"errors\":{}}}", errors.get());
            Err(relay.end(SourceItem::LastEvent(response.into())).await)
        }
        ("complete", _) if is_ours => Err(relay.end(SourceItem::Complete).await),
        ("ping", _) => {
            let pong = timeout(relay.heartbeat, socket.send(Message::text(PONG))).await;
            match pong {
                Ok(Ok(())) => Ok(()),
                _ => Err(relay.fail(SourceError::BrokenOff).await),
            }
        }
        ("pong", _) => Ok(()),
        _ => Err(relay.fail(SourceError::Malformed("a message is not one of the protocol")).await),
    }
}

/// Without a copy.
fn part_of(text: &Utf8Bytes, part: &RawValue) -> Bytes {
    Bytes::from(text.clone()).slice_ref(part.get().as_bytes())
}

/// The subgraph stops at once, rather than when it notices that the connection has gone.
async fn goodbye(mut socket: Socket) {
    let said = async {
        let complete = format!("{{\"id\":\"{ID}\",\"type\":\"complete\"}}");
        if socket.send(Message::text(complete)).await.is_ok() {
            let frame = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::from_static("") };
            let _ = socket.close(Some(frame)).await;
        }
    };
    // Where that does not work, the connection goes all the same.
    let _ = timeout(GOODBYE_MAX, said).await;
}

fn closed(frame: Option<CloseFrame>) -> SourceError {
    match frame {
        Some(CloseFrame { code, reason }) => {
            SourceError::Closed { code: code.into(), reason: reason.as_str().to_owned() }
        }
        None => SourceError::BrokenOff,
    }
}

/// In the handshake, or while sending.
fn failed(error: tungstenite::Error) -> SourceError {
    match error {
        tungstenite::Error::Http(response) => SourceError::Refused(response.status().as_u16()),
        error => SourceError::WebSocket(Box::new(error)),
    }
}

fn broken(error: tungstenite::Error, bytes_max: usize) -> SourceError {
    match error {
        tungstenite::Error::Capacity(_) => SourceError::TooLarge { bytes_max },
        tungstenite::Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => {
            SourceError::BrokenOff
        }
        tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_) => {
            SourceError::Malformed("a frame is none of WebSocket's")
        }
        error => SourceError::WebSocket(Box::new(error)),
    }
}

//! Subscriptions over HTTP: as server-sent events ("GraphQL over SSE", distinct connections), and over WebSockets
//! (`graphql-transport-ws`). Events come at the data file's interval, the first one at once.

use crate::{
    MockSubgraph,
    execute::execute_request,
    http_server::{Endpoint, header_list},
};
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, PoisonError},
};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, frame::Utf8Bytes},
    },
};

const PROTOCOL: &str = "graphql-transport-ws";

/// Answers that wait for the client.
const QUEUE_MAX: usize = 16;

pub(crate) fn is_accepted(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/event-stream"))
}

/// The response to the event with this number, after the interval; `None` when there are no more.
async fn event(mock: &MockSubgraph, request: &Value, number: usize) -> Option<Value> {
    if number > 0 {
        tokio::time::sleep(mock.data_file.events.interval()).await;
    }
    match mock.event(request, number) {
        Ok(response) => response,
        // A request that is refused has one response.
        Err(refusal) => (number == 0).then_some(refusal),
    }
}

pub(crate) fn server_sent(mock: Arc<MockSubgraph>, request: Value) -> Response {
    let events = stream::unfold(Some((mock, request, 0)), |state| async move {
        let (mock, request, number) = state?;
        let response = event(&mock, &request, number).await;
        Some(match response {
            Some(response) => {
                let text = format!("event: next\ndata: {response}\n\n");
                (Ok::<_, Infallible>(Bytes::from(text)), Some((mock, request, number + 1)))
            }
            None => (Ok(Bytes::from_static(b"event: complete\ndata:\n\n")), None),
        })
    });
    let mut response = Response::new(Body::from_stream(events));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

pub(crate) async fn web_socket(State(endpoint): State<Endpoint>, mut request: Request) -> Response {
    let refused = |status, description: &'static str| {
        let mut response = Response::new(Body::from(description));
        *response.status_mut() = status;
        response
    };
    let headers = request.headers();
    let has = |name, wanted: &str| {
        let text = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        text.split(',').any(|part| part.trim().eq_ignore_ascii_case(wanted))
    };
    let (true, Some(key)) = (has(header::UPGRADE, "websocket"), headers.get(header::SEC_WEBSOCKET_KEY)) else {
        return refused(StatusCode::METHOD_NOT_ALLOWED, "/graphql takes POST, and WebSockets\n");
    };
    if !has(header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL) {
        return refused(StatusCode::BAD_REQUEST, "the WebSocket's protocol must be graphql-transport-ws\n");
    }
    let mut response = refused(StatusCode::SWITCHING_PROTOCOLS, "");
    let own = response.headers_mut();
    own.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    own.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    own.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    if let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        own.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    let sent = header_list(headers);
    let upgrade = hyper::upgrade::on(&mut request);
    let mock = endpoint.mock.clone();
    let mut sockets = endpoint.sockets.lock().unwrap_or_else(PoisonError::into_inner);
    while sockets.try_join_next().is_some() {}
    sockets.spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        serve(socket, &mock, &sent).await;
    });
    response
}

async fn serve(socket: WebSocketStream<TokioIo<Upgraded>>, mock: &Arc<MockSubgraph>, headers: &[(String, String)]) {
    let (mut sink, mut stream) = socket.split();
    let (answers, mut queue) = mpsc::channel::<Value>(QUEUE_MAX);
    let mut tasks = JoinSet::new();
    let mut subscriptions: HashMap<String, AbortHandle> = HashMap::new();
    loop {
        let message = tokio::select! {
            Some(answer) = queue.recv() => {
                if sink.send(Message::text(answer.to_string())).await.is_err() {
                    return;
                }
                continue;
            }
            message = stream.next() => message,
        };
        let Some(Ok(message)) = message else { return };
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        let id = message["id"].as_str().unwrap_or_default().to_owned();
        let answer = match message["type"].as_str().unwrap_or_default() {
            "connection_init" => json!({ "type": "connection_ack" }),
            "ping" => json!({ "type": "pong" }),
            "pong" => continue,
            "subscribe" => {
                let request = message["payload"].clone();
                mock.request_log.push(headers, &request);
                let work = answer_on(mock.clone(), (id.clone(), request), answers.clone());
                subscriptions.insert(id, tasks.spawn(work));
                continue;
            }
            "complete" => {
                subscriptions.remove(&id).inspect(|task| task.abort());
                continue;
            }
            _ => {
                let frame =
                    CloseFrame { code: 4400.into(), reason: Utf8Bytes::from_static("Invalid message received") };
                // The client is gone from here on, in any case.
                let _ = sink.send(Message::Close(Some(frame))).await;
                return;
            }
        };
        if sink.send(Message::text(answer.to_string())).await.is_err() {
            return;
        }
    }
}

/// Runs until the last event, or until nobody takes them.
async fn answer_on(mock: Arc<MockSubgraph>, (id, request): (String, Value), answers: mpsc::Sender<Value>) {
    let is_subscription = crate::execute::is_subscription(&mock, &request);
    let mut number = 0;
    loop {
        let response = match is_subscription {
            true => event(&mock, &request, number).await,
            false => (number == 0).then(|| execute_request(&mock, &request)),
        };
        let is_last = response.is_none();
        let message = match response {
            Some(response) => json!({ "id": id, "type": "next", "payload": response }),
            None => json!({ "id": id, "type": "complete" }),
        };
        if answers.send(message).await.is_err() || is_last {
            return;
        }
        number += 1;
    }
}

//! One client's WebSocket: "GraphQL over WebSocket Protocol", subprotocol `graphql-transport-ws`.
//!
//! Whoever reads it also decides about it; operations are tasks that it owns. What they answer goes through one bounded queue to
//! whoever writes, and a client that takes nothing from a full queue for too long is closed.

pub(crate) mod close;
mod farewell;
pub(crate) mod handshake;
mod message;
mod operation;
mod writing;

use crate::{
    authentication::{Caller, Refusal},
    client_address::ClientAddress,
    error_code::ErrorCode,
    subscriptions::{
        expired,
        places::{Actor, ActorPlace, SocketPlace},
    },
    wiring::Wiring,
};
use bytes::Bytes;
use close::Close;
use farewell::{FAREWELL_MAX, take_leave};
use futures_util::{StreamExt, stream::SplitStream};
use http::{HeaderMap, HeaderValue, header};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use message::{ClientMessage, InitPayload};
use operation::{Operation, Operations};
use serde_json::value::RawValue;
use std::sync::Arc;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, Message, error::CapacityError},
};
use writing::{Outgoing, write};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A client that is silent for so many intervals although it was pinged is gone.
const SILENT_INTERVALS_MAX: u32 = 3;

/// What is known of a client before it says anything.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) wiring: Arc<Wiring>,
    pub(crate) headers: HeaderMap,
    pub(crate) client: Option<ClientAddress>,
    /// By the handshake's token.
    pub(crate) caller: Option<Arc<Caller>>,
    pub(crate) place: SocketPlace,
}

/// A client that has been let in.
#[derive(Debug, Clone)]
struct Member {
    caller: Arc<Caller>,
    headers: Arc<HeaderMap>,
    _place: Arc<ActorPlace>,
}

struct Reading {
    visit: Visit,
    socket: SplitStream<Socket>,
    member: Option<Member>,
    operations: Operations,
    answers: mpsc::Sender<Outgoing>,
    init_deadline: Instant,
}

/// Until one side closes it.
pub(crate) async fn serve(socket: Socket, visit: Visit) {
    let wiring = visit.wiring.clone();
    let config = &wiring.subscriptions.config;
    let (mut sink, stream) = socket.split();
    let (answers, queue) = mpsc::channel(config.queue_max as usize);
    let mut reading = Reading {
        visit,
        socket: stream,
        member: None,
        operations: Operations::default(),
        answers,
        init_deadline: Instant::now() + config.connection_init_timeout.0,
    };
    let close = {
        let read = std::pin::pin!(reading.read());
        let written = std::pin::pin!(write(&mut sink, queue, &wiring.subscriptions));
        tokio::select! {
            close = read => close,
            close = written => close,
            () = wiring.subscriptions.stopped() => Close::STOPPING,
        }
    };
    // What is under way is given up, and its sources with it.
    let Reading { socket: stream, operations, visit, .. } = reading;
    drop(operations);
    wiring.subscriptions.metrics.closed(close.code);
    if close.is_gone {
        return;
    }
    tracing::debug!(code = close.code, reason = %close.reason, "a client's WebSocket is closed");
    let patience = if close == Close::SLOW { config.slow_client_timeout.0 } else { FAREWELL_MAX };
    let mut socket = sink.reunite(stream).expect("they are the halves of one socket");
    take_leave(&mut socket, &close, patience).await;
    // Until here it counts.
    drop(visit.place);
}

impl Reading {
    async fn read(&mut self) -> Close {
        let patience = self.visit.wiring.subscriptions.keep_alive() * SILENT_INTERVALS_MAX;
        loop {
            let expires_at = self.member.as_ref().and_then(|member| member.caller.expires_at);
            let deadline = match self.member {
                None => self.init_deadline,
                Some(_) => Instant::now() + patience,
            };
            let message = tokio::select! {
                biased;
                () = expired(expires_at) => return Close::EXPIRED,
                message = timeout_at(deadline, self.socket.next()) => message,
            };
            let handled = match message {
                Ok(Some(Ok(message))) => self.take(message).await,
                Ok(Some(Err(error))) => Err(broken(&error)),
                Ok(None) => Err(Close::GONE),
                Err(_) if self.member.is_none() => Err(Close::NO_INIT),
                Err(_) => Err(Close::GONE),
            };
            if let Err(close) = handled {
                return close;
            }
        }
    }

    async fn take(&mut self, message: Message) -> Result<(), Close> {
        match message {
            Message::Text(text) => self.take_text(&text).await,
            Message::Binary(_) => Err(Close::bad("binary messages are not part of the protocol")),
            Message::Close(_) => Err(Close::GONE),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn take_text(&mut self, text: &str) -> Result<(), Close> {
        match ClientMessage::read(text).map_err(Close::bad)? {
            ClientMessage::ConnectionInit(payload) => self.init(&payload).await,
            ClientMessage::Ping => self.answer(Bytes::from_static(b"{\"type\":\"pong\"}")).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload).await,
            ClientMessage::Complete { id } => {
                self.operations.abort(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: &InitPayload) -> Result<(), Close> {
        if self.member.is_some() {
            return Err(Close::SECOND_INIT);
        }
        let Visit { wiring, headers, client, caller, .. } = &self.visit;
        let mut headers = headers.clone();
        if let Some(authorization) = &payload.authorization {
            let mut value = HeaderValue::try_from(authorization.as_str())
                .map_err(|_| Close::unauthorised("the authorization in the payload is none"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let caller = match (caller, &payload.authorization) {
            (Some(caller), None) => caller.clone(),
            _ => wiring.authentication.authenticate(&headers).await.map_err(|refusal| refused(&refusal))?,
        };
        let actor = Actor::of(&caller, *client);
        let place = wiring.subscriptions.places.socket_of(actor).ok_or(Close::TOO_MANY_SOCKETS)?;
        self.member = Some(Member { caller, headers: Arc::new(headers), _place: Arc::new(place) });
        self.answer(Bytes::from_static(b"{\"type\":\"connection_ack\"}")).await
    }

    async fn subscribe(&mut self, id: String, payload: Box<RawValue>) -> Result<(), Close> {
        let Some(member) = self.member.clone() else { return Err(Close::UNAUTHORISED) };
        let wiring = self.visit.wiring.clone();
        let operations_max = wiring.subscriptions.config.streams_per_socket_max as usize;
        if self.operations.has(&id) {
            return Err(Close::taken(&id));
        }
        let answers = self.answers.clone();
        let operation = Operation { wiring, member, client: self.visit.client, id, payload, answers };
        if self.operations.count() >= operations_max {
            return operation.refuse(ErrorCode::TooManySubscriptions, TOO_MANY).await;
        }
        self.operations.begin(operation);
        Ok(())
    }

    /// Nothing more is read while the queue is full: who asks must also listen.
    async fn answer(&self, message: Bytes) -> Result<(), Close> {
        self.answers.send(Outgoing::of(message)).await.map_err(|_| Close::GONE)
    }
}

const TOO_MANY: &str = "there are as many operations under way as one WebSocket may have; end one of them first";

fn refused(refusal: &Refusal) -> Close {
    match refusal.to_client_error().code {
        ErrorCode::AuthenticationUnavailable => Close::TRY_LATER,
        _ => Close::unauthorised(refusal.reason()),
    }
}

fn broken(error: &tungstenite::Error) -> Close {
    match error {
        tungstenite::Error::Capacity(CapacityError::MessageTooLong { .. }) => Close::TOO_LARGE,
        tungstenite::Error::Utf8(_) => Close::NOT_TEXT,
        tungstenite::Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => Close::GONE,
        tungstenite::Error::Protocol(_) => Close::NO_FRAME,
        _ => Close::GONE,
    }
}

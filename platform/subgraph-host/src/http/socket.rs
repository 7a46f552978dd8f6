//! One socket of graphql-transport-ws, from `connection_init` to the close frame.
//!
//! One task reads, executes and writes. While a peer does not take what is written, its streams are not asked for more:
//! nothing piles up here, and a source that does not wait ends its stream.

mod messages;

use super::{
    Endpoint,
    metrics::Transport,
    streaming::{ALL_TAKEN, INIT_TIME_MAX, PING_INTERVAL, STREAMS_OF_A_SOCKET_MAX, WRITE_TIME_MAX, stopped},
};
use crate::{Answer, ErrorCode, GraphqlRequest, RequestContext};
use bytes::Bytes;
use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{AbortHandle, BoxStream, SelectAll, abortable, iter},
};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use messages::Received;
use serde_json::{Value, json};
use std::{collections::HashMap, ops::ControlFlow, sync::Arc, time::Duration};
use tokio::{
    io::AsyncReadExt as _,
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// How long a peer may take to answer a close frame.
const CLOSE_TIME_MAX: Duration = Duration::from_secs(1);
/// What a close frame has room for.
const REASON_BYTES_MAX: usize = 123;

type Connection = WebSocketStream<TokioIo<Upgraded>>;

/// How a socket ends.
enum End {
    /// With a close frame of ours.
    Close { code: u16, reason: String },
    /// The peer has closed, or has gone.
    Gone,
}

type Outcome = ControlFlow<End>;

enum Event {
    Answer(Answer),
    Complete,
}

pub(super) struct Socket<'a> {
    endpoint: &'a Arc<Endpoint>,
    context: RequestContext,
    connection: Connection,
    is_acknowledged: bool,
    streams: SelectAll<BoxStream<'static, (String, Event)>>,
    /// Streams under way, by the peer's ids for them.
    handles: HashMap<String, AbortHandle>,
    heard_at: Instant,
}

impl<'a> Socket<'a> {
    pub(super) fn new(endpoint: &'a Arc<Endpoint>, context: RequestContext, connection: Connection) -> Socket<'a> {
        Socket {
            endpoint,
            context,
            connection,
            is_acknowledged: false,
            streams: SelectAll::new(),
            handles: HashMap::new(),
            heard_at: Instant::now(),
        }
    }

    pub(super) async fn serve(mut self) {
        let mut stopping = self.endpoint.stopping.subscribe();
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let init_until = Instant::now() + INIT_TIME_MAX;
        let end = loop {
            if let ControlFlow::Break(end) = self.step(&mut stopping, &mut pings, init_until).await {
                break end;
            }
        };
        // Nothing is worked on any more while the peer takes leave.
        self.streams.clear();
        if let End::Close { code, reason } = end {
            self.close(code, reason).await;
        }
    }

    /// Whatever happens next.
    async fn step(
        &mut self,
        stopping: &mut watch::Receiver<bool>,
        pings: &mut Interval,
        init_until: Instant,
    ) -> Outcome {
        tokio::select! {
            received = self.connection.next() => self.received(received).await,
            Some((id, event)) = self.streams.next(), if !self.streams.is_empty() => self.send_event(id, event).await,
            _ = pings.tick() => self.ping().await,
            () = sleep_until(init_until), if !self.is_acknowledged => close(4408, "Connection initialisation timeout"),
            () = stopped(stopping) => close(1001, "the subgraph is stopping"),
        }
    }

    async fn received(&mut self, received: Option<Result<Message, Error>>) -> Outcome {
        self.heard_at = Instant::now();
        match received {
            Some(Ok(Message::Text(text))) => match Received::read(&text) {
                Ok(message) => self.handle(message).await,
                Err(problem) => close(4400, &problem),
            },
            Some(Ok(Message::Binary(_))) => close(4400, "messages are texts"),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_))) => {
                Outcome::Continue(())
            }
            Some(Err(Error::Capacity(error))) => close(1009, &error.to_string()),
            Some(Err(Error::Utf8(_))) => close(1007, "a text is UTF-8"),
            Some(Err(Error::Protocol(error))) => close(1002, &error.to_string()),
            Some(Err(_)) | None => Outcome::Break(End::Gone),
        }
    }

    async fn handle(&mut self, message: Received) -> Outcome {
        match message {
            Received::ConnectionInit if self.is_acknowledged => close(4429, "Too many initialisation requests"),
            Received::ConnectionInit => {
                self.is_acknowledged = true;
                self.send(messages::connection_ack()).await
            }
            Received::Ping(payload) => self.send(messages::pong(payload)).await,
            Received::Pong => Outcome::Continue(()),
            Received::Subscribe { .. } if !self.is_acknowledged => close(4401, "Unauthorized"),
            Received::Subscribe { id, .. } if self.handles.contains_key(&id) => {
                close(4409, &format!("Subscriber for {id} already exists"))
            }
            Received::Subscribe { id, request } => self.subscribe(id, request).await,
            Received::Complete { id } => {
                // It may have come to its end at the same time.
                if let Some(handle) = self.handles.remove(&id) {
                    handle.abort();
                }
                Outcome::Continue(())
            }
        }
    }

    async fn subscribe(&mut self, id: String, request: GraphqlRequest) -> Outcome {
        if self.handles.len() >= STREAMS_OF_A_SOCKET_MAX {
            let text = format!("a socket has {STREAMS_OF_A_SOCKET_MAX} streams at most");
            return self.refuse(&id, ErrorCode::BadUserInput, &text).await;
        }
        let Ok(answers) = self.endpoint.begin_stream(request, self.context.clone(), Transport::Socket) else {
            return self.refuse(&id, ErrorCode::DownstreamUnavailable, ALL_TAKEN).await;
        };
        let events = answers.map(Event::Answer).chain(iter([Event::Complete]));
        let (events, handle) = abortable(events);
        self.handles.insert(id.clone(), handle);
        self.streams.push(events.map(move |event| (id.clone(), event)).boxed());
        Outcome::Continue(())
    }

    async fn refuse(&mut self, id: &str, code: ErrorCode, text: &str) -> Outcome {
        let extensions = json!({ "code": code.as_str(), "traceId": self.context.trace_id() });
        self.send(messages::error(id, &json!([{ "message": text, "extensions": extensions }]))).await
    }

    async fn send_event(&mut self, id: String, event: Event) -> Outcome {
        match event {
            // It is the last message of its stream.
            Event::Answer(answer) if answer.is_refused => {
                if let Some(handle) = self.handles.remove(&id) {
                    handle.abort();
                }
                let mut response: Value = serde_json::from_slice(&answer.json).unwrap_or_default();
                self.send(messages::error(&id, &response["errors"].take())).await
            }
            Event::Answer(answer) => self.send(messages::next(&id, &answer.json)).await,
            Event::Complete => {
                self.handles.remove(&id);
                self.send(messages::complete(&id)).await
            }
        }
    }

    async fn ping(&mut self) -> Outcome {
        if self.heard_at.elapsed() > 2 * PING_INTERVAL {
            return Outcome::Break(End::Gone);
        }
        self.write(Message::Ping(Bytes::new())).await
    }

    async fn send(&mut self, text: String) -> Outcome {
        self.write(Message::text(text)).await
    }

    async fn write(&mut self, message: Message) -> Outcome {
        match timeout(WRITE_TIME_MAX, self.connection.send(message)).await {
            Ok(Ok(())) => Outcome::Continue(()),
            Ok(Err(_)) => Outcome::Break(End::Gone),
            Err(_) => {
                tracing::warn!("the peer of a socket takes no messages; it is closed");
                Outcome::Break(End::Gone)
            }
        }
    }

    /// Sends a close frame and waits a little for the peer's, so that it reads ours before the connection is gone.
    async fn close(&mut self, code: u16, reason: String) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
        let leave = async {
            if self.connection.close(Some(frame)).await.is_err() {
                return;
            }
            while let Some(Ok(message)) = self.connection.next().await {
                if message.is_close() {
                    return;
                }
            }
            // What is left of a message that was not taken, after which the socket reads no frames: a connection with
            // bytes that nobody reads is reset, and the peer would not see why.
            let mut part = [0; 4096];
            while matches!(self.connection.get_mut().read(&mut part).await, Ok(1..)) {}
        };
        // Whoever does not answer is left without.
        let _ = timeout(CLOSE_TIME_MAX, leave).await;
    }
}

fn close(code: u16, reason: &str) -> Outcome {
    let mut end = reason.len().min(REASON_BYTES_MAX);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    Outcome::Break(End::Close { code, reason: reason[..end].to_owned() })
}

//! A subgraph whose event streams say what the test says, over server-sent events or WebSockets, and that notices when the router
//! has had enough.

use futures_util::{SinkExt, StreamExt};
use hansa_server::{Config, SubgraphConfig, SubgraphSubscriptionsConfig, SubscriptionProtocol};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
        protocol::CloseFrame,
    },
};

const PATIENCE: Duration = Duration::from_secs(20);

/// More than any test says before it is heard.
const SAYINGS_MAX: usize = 4_096;

pub(crate) struct EventSubgraph {
    pub(crate) url: String,
    pub(crate) protocol: SubscriptionProtocol,
    opened: mpsc::Receiver<OpenedStream>,
    connections: watch::Receiver<u32>,
    _tasks: JoinSet<()>,
}

/// A subscription of the router.
pub(crate) struct OpenedStream {
    /// Of the handshake or of the POST, as they came.
    pub(crate) head: String,
    /// Of `connection_init`.
    pub(crate) init: Value,
    /// The GraphQL request.
    pub(crate) request: Value,
    protocol: SubscriptionProtocol,
    say: mpsc::Sender<Say>,
    gone: watch::Receiver<Option<&'static str>>,
}

enum Say {
    Text(String),
    Message(Message),
    End,
}

/// What a WebSocket's server does at its beginning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    Good,
    NeverAcknowledges,
    /// Something else instead.
    Says(&'static str),
    Closes(u16),
    /// After the subscription it is as if the machine had gone.
    NeverReadsOn,
}

impl EventSubgraph {
    pub(crate) async fn start(protocol: SubscriptionProtocol) -> EventSubgraph {
        EventSubgraph::with_manners(protocol, Manners::Good).await
    }

    pub(crate) async fn with_manners(protocol: SubscriptionProtocol, manners: Manners) -> EventSubgraph {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        let (sender, opened) = mpsc::channel(SAYINGS_MAX);
        let (count, connections) = watch::channel(0);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.send_modify(|count| *count += 1);
                let sender = sender.clone();
                connections.spawn(async move {
                    match protocol {
                        SubscriptionProtocol::WebSocket => serve_socket(stream, &sender, manners).await,
                        _ => serve_events(stream, &sender).await,
                    };
                });
            }
        });
        EventSubgraph { url, protocol, opened, connections, _tasks: tasks }
    }

    /// Settings with this one for the subscriptions of `blog`.
    pub(crate) fn behind(&self, mut config: Config) -> Config {
        let subscriptions = SubgraphSubscriptionsConfig {
            protocol: self.protocol,
            url: Some(self.url.clone()),
            ..SubgraphSubscriptionsConfig::default()
        };
        let own: &mut SubgraphConfig = config.subgraphs.entry("blog".to_owned()).or_default();
        own.subscriptions = subscriptions;
        config
    }

    pub(crate) async fn opened(&mut self) -> OpenedStream {
        timeout(PATIENCE, self.opened.recv()).await.expect("the router subscribes").unwrap()
    }

    pub(crate) fn connections(&self) -> u32 {
        *self.connections.borrow()
    }
}

impl OpenedStream {
    pub(crate) fn event(&self, response: &Value) {
        self.text(&match self.protocol {
            SubscriptionProtocol::WebSocket => json!({ "id": "1", "type": "next", "payload": response }).to_string(),
            _ => format!("event: next\ndata: {response}\n\n"),
        });
    }

    /// A post with this id, by the author with this id.
    pub(crate) fn posted(&self, id: u32, author: u32) {
        let post = json!({ "__typename": "Post", "id": id.to_string(), "title": format!("Post {id}"),
            "author": { "__typename": "User", "id": author.to_string() } });
        self.event(&json!({ "data": { "posted": post } }));
    }

    pub(crate) fn complete(&self) {
        self.text(match self.protocol {
            SubscriptionProtocol::WebSocket => "{\"id\":\"1\",\"type\":\"complete\"}",
            _ => "event: complete\ndata:\n\n",
        });
    }

    /// As it is.
    pub(crate) fn text(&self, text: &str) {
        let _ = self.say.try_send(Say::Text(text.to_owned()));
    }

    pub(crate) fn message(&self, message: Message) {
        let _ = self.say.try_send(Say::Message(message));
    }

    pub(crate) fn close(&self, code: u16) {
        self.message(Message::Close(Some(CloseFrame { code: code.into(), reason: "because".into() })));
    }

    /// Without a word.
    pub(crate) fn hang_up(&self) {
        let _ = self.say.try_send(Say::End);
    }

    /// How the router ended it.
    pub(crate) async fn gone(&mut self) -> &'static str {
        let gone = timeout(PATIENCE, self.gone.wait_for(Option::is_some)).await.expect("the router leaves");
        gone.map_or("dropped", |gone| gone.unwrap())
    }
}

fn opened(
    protocol: SubscriptionProtocol,
    (head, init, request): (String, Value, Value),
) -> (OpenedStream, mpsc::Receiver<Say>, watch::Sender<Option<&'static str>>) {
    let (say, said) = mpsc::channel(SAYINGS_MAX);
    let (sender, gone) = watch::channel(None);
    (OpenedStream { head, init, request, protocol, say, gone }, said, sender)
}

async fn serve_events(mut stream: TcpStream, sender: &mpsc::Sender<OpenedStream>) -> Option<()> {
    let mut text = Vec::new();
    let (head, body) = loop {
        if stream.read_buf(&mut text).await.ok()? == 0 {
            return None;
        }
        let whole = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = whole.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let (opened, mut said, gone) =
        opened(SubscriptionProtocol::Sse, (head, Value::Null, serde_json::from_str(&body).ok()?));
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    stream.write_all(answer.as_bytes()).await.ok()?;
    sender.try_send(opened).ok()?;
    let mut rest = [0; 64];
    loop {
        tokio::select! {
            said = said.recv() => match said? {
                Say::Text(text) => {
                    if stream.write_all(text.as_bytes()).await.is_err() {
                        gone.send_replace(Some("hung up"));
                    }
                }
                Say::Message(_) | Say::End => return None,
            },
            read = stream.read(&mut rest) => {
                if read.is_ok_and(|count| count > 0) {
                    continue;
                }
                gone.send_replace(Some("hung up"));
                return None;
            }
        }
    }
}

async fn serve_socket(stream: TcpStream, sender: &mpsc::Sender<OpenedStream>, manners: Manners) -> Option<()> {
    let mut head = String::new();
    #[expect(clippy::result_large_err, reason = "the library's")]
    let callback = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        for (name, value) in request.headers() {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        response.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        Ok(response)
    };
    let mut socket = accept_hdr_async(stream, callback).await.ok()?;
    let init: Value = serde_json::from_str(socket.next().await?.ok()?.to_text().ok()?).ok()?;
    assert_eq!(init["type"], "connection_init");
    match manners {
        Manners::Good | Manners::NeverReadsOn => {
            socket.send(Message::text("{\"type\":\"connection_ack\"}")).await.ok()?
        }
        Manners::NeverAcknowledges => {
            while socket.next().await.is_some_and(|message| message.is_ok()) {}
            return None;
        }
        Manners::Says(text) => socket.send(Message::text(text)).await.ok()?,
        Manners::Closes(code) => {
            let _ = socket.close(Some(CloseFrame { code: code.into(), reason: "go away".into() })).await;
            return None;
        }
    }
    let subscribe: Value = serde_json::from_str(socket.next().await?.ok()?.to_text().ok()?).ok()?;
    assert_eq!((&subscribe["type"], &subscribe["id"]), (&json!("subscribe"), &json!("1")));
    let payload = subscribe["payload"].clone();
    let (opened, mut said, gone) = opened(SubscriptionProtocol::WebSocket, (head, init["payload"].clone(), payload));
    sender.try_send(opened).ok()?;
    if manners == Manners::NeverReadsOn {
        std::future::pending::<()>().await;
    }
    loop {
        tokio::select! {
            said = said.recv() => {
                let message = match said? {
                    Say::Text(text) => Message::text(text),
                    Say::Message(message) => message,
                    Say::End => return None,
                };
                if socket.send(message).await.is_err() {
                    gone.send_replace(Some("hung up"));
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) if text.contains("\"complete\"") => _ = gone.send_replace(Some("complete")),
                Some(Ok(Message::Text(text))) if text.contains("\"pong\"") => _ = gone.send_replace(Some("pong")),
                Some(Ok(_)) => {}
                _ => {
                    gone.send_modify(|gone| _ = gone.get_or_insert("hung up"));
                    return None;
                }
            },
        }
    }
}

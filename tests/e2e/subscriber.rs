//! Clients of subscriptions, blocking: over a WebSocket, and over server-sent events. Dropped, they hang up without a word.

use crate::client::Client;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client, client::IntoClientRequest};

/// For what takes milliseconds on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something that gives events one after another.
pub(crate) trait Events {
    /// The next response, or `None` at the end.
    fn next_within(&mut self, limit: Duration) -> Option<Value>;

    /// The data of the next event, which has no errors.
    #[track_caller]
    fn event(&mut self, field: &str) -> Value {
        let mut response = self.next_within(PATIENCE).expect("an event, and not the end");
        assert_eq!(response.get("errors"), None, "{response:#}");
        response["data"][field].take()
    }
}

/// One connection of `graphql-transport-ws`.
pub(crate) struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// Acknowledged, with the client's token in the first message, as browsers send it.
    #[track_caller]
    pub(crate) fn open(client: &Client) -> Socket {
        let mut socket = Socket::connect(&client.origin);
        socket.init(client);
        let answer = socket.message(PATIENCE);
        assert_eq!(answer, Ok(json!({ "type": "connection_ack" })));
        socket
    }

    /// Nobody has said yet who it is.
    pub(crate) fn connect(origin: &str) -> Socket {
        let address = origin.trim_start_matches("http://");
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (socket, _) = client(request, TcpStream::connect(address).unwrap()).unwrap();
        Socket(socket)
    }

    pub(crate) fn init(&mut self, client: &Client) {
        let payload = client.token.as_ref().map(|token| json!({ "authorization": format!("Bearer {token}") }));
        self.send(&json!({ "type": "connection_init", "payload": payload }));
    }

    pub(crate) fn subscribe(&mut self, query: &str, variables: &Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(&json!({ "id": "1", "type": "subscribe", "payload": payload }));
    }

    fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    /// `Err`: it was closed with this code.
    pub(crate) fn message(&mut self, limit: Duration) -> Result<Value, u16> {
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            self.0.get_ref().set_read_timeout(Some(left)).unwrap();
            match self.0.read() {
                Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(frame)) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(Value::Null),
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The code with which the router closes it, whatever it says before.
    #[track_caller]
    pub(crate) fn closed(&mut self) -> u16 {
        loop {
            match self.message(PATIENCE) {
                Err(code) => return code,
                Ok(message) => assert_ne!(message, Value::Null, "the router does not close it"),
            }
        }
    }
}

impl Events for Socket {
    fn next_within(&mut self, limit: Duration) -> Option<Value> {
        let mut message = self.message(limit).expect("it is open");
        match message["type"].as_str()? {
            "next" => Some(message["payload"].take()),
            "error" => Some(json!({ "errors": message["payload"] })),
            _ => None,
        }
    }
}

/// One operation over server-sent events.
pub(crate) struct EventStream(BufReader<TcpStream>);

impl EventStream {
    pub(crate) fn open(client: &Client, query: &str, variables: &Value) -> EventStream {
        let address = client.origin.trim_start_matches("http://");
        let token = client.token.as_ref().map(|token| format!("authorization: Bearer {token}\r\n"));
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: hansa\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n\
             content-length: {}\r\n{}\r\n",
            body.len(),
            token.unwrap_or_default()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).unwrap();
        EventStream(BufReader::new(stream))
    }
}

impl Events for EventStream {
    /// Lines are found in whatever chunks they come: those between, with sizes, are no field of an event.
    fn next_within(&mut self, limit: Duration) -> Option<Value> {
        self.0.get_ref().set_read_timeout(Some(limit)).unwrap();
        loop {
            let mut line = String::new();
            match self.0.by_ref().take(1 << 20).read_line(&mut line) {
                Ok(0) | Err(_) => return None,
                Ok(_) if line.starts_with("event: complete") => return None,
                Ok(_) => {}
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    }
}

//! A client's WebSocket that says exactly what the test says.

use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest},
};

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct SocketClient(pub(crate) WebSocketStream<TcpStream>);

impl SocketClient {
    /// `Err`: the status of a refusal.
    pub(crate) async fn connect(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<SocketClient, u16> {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(SocketClient(socket)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// One that has been acknowledged.
    pub(crate) async fn open(address: SocketAddr) -> SocketClient {
        let mut client = SocketClient::connect(address, &[]).await.unwrap();
        client.init(json!({})).await;
        client
    }

    pub(crate) async fn init(&mut self, payload: Value) {
        self.send(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.next().await, json!({ "type": "connection_ack" }));
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.text(&message.to_string()).await;
    }

    pub(crate) async fn text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(&json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message that is text.
    pub(crate) async fn next(&mut self) -> Value {
        // Pings are no answers.
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            assert!(Instant::now() < deadline, "nothing but pings comes");
            match self.message().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("no text but {other:?}"),
            }
        }
    }

    pub(crate) async fn message(&mut self) -> Option<Message> {
        let message = timeout(PATIENCE, self.0.next()).await.expect("the router says something");
        message.and_then(Result::ok)
    }

    /// Code and reason with which the router closes, whatever it says before.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            assert!(Instant::now() < deadline, "the router does not close");
            match self.message().await {
                Some(Message::Close(Some(frame))) => return (frame.code.into(), frame.reason.to_string()),
                Some(_) => {}
                None => panic!("the router hung up without a reason"),
            }
        }
    }
}

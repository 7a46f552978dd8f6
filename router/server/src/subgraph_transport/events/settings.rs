//! Settings of how a subgraph's subscriptions are had.

use super::parse_url;
use crate::config::{ByteSize, Span};
use http::Uri;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the events of one subgraph's subscriptions are had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SubgraphSubscriptionsConfig {
    /// `sse`: server-sent events ("GraphQL over SSE", distinct connections). `websocket`: `graphql-transport-ws`. `auto`:
    /// `sse`, and `websocket` where the subgraph answers that with something else; what worked is remembered.
    pub protocol: SubscriptionProtocol,
    /// Where the subgraph takes subscriptions, if that is not its URL: `https://…` or `wss://…`, or without TLS `http://…` or `ws://…`.
    pub url: Option<String>,
    /// How long it may take until the event stream is open: connecting, and the subgraph's acknowledgement.
    pub init_timeout: Span,
    /// How often a WebSocket is asked for a sign of life. One that is silent for twice as long is given up.
    pub heartbeat: Span,
    /// The largest event that is read.
    pub message_bytes_max: ByteSize,
    /// Whether the headers that the subgraph gets, its passport among them, are in the `headers` of the WebSocket's
    /// `connection_init` payload, too: for servers that do not show the headers of the handshake.
    pub init_headers: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubscriptionProtocol {
    #[default]
    Auto,
    Sse,
    WebSocket,
}

impl Default for SubgraphSubscriptionsConfig {
    fn default() -> Self {
        SubgraphSubscriptionsConfig {
            protocol: SubscriptionProtocol::Auto,
            url: None,
            init_timeout: Span::from_secs(10),
            heartbeat: Span::from_secs(15),
            message_bytes_max: ByteSize::from_mib(1),
            init_headers: false,
        }
    }
}

impl SubgraphSubscriptionsConfig {
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        let zero = |key: &'static str| Err((key, "must be more than zero".to_owned()));
        if self.init_timeout.0.is_zero() {
            return zero("init_timeout");
        }
        if self.heartbeat.0.is_zero() {
            return zero("heartbeat");
        }
        if self.message_bytes_max.0 == 0 {
            return zero("message_bytes_max");
        }
        match &self.url {
            Some(url) if events_url(url).is_none() => {
                Err(("url", format!("`{url}` is no URL; write it like wss://subgraph.example.com/graphql")))
            }
            _ => Ok(()),
        }
    }
}

/// As an `http` or `https` URL: that is what a WebSocket begins with.
pub(crate) fn events_url(text: &str) -> Option<Uri> {
    match text.split_once("://") {
        Some(("ws", rest)) => parse_url(&format!("http://{rest}")),
        Some(("wss", rest)) => parse_url(&format!("https://{rest}")),
        _ => parse_url(text),
    }
}

//! Subscriptions towards clients: over WebSockets and as responses that go on. What has no bound elsewhere has it here: sockets,
//! streams, and what waits for a client that reads slowly.

pub(crate) mod event_stream;
pub(crate) mod origin;
pub(crate) mod places;
pub(crate) mod response;
pub(crate) mod socket;

use crate::{
    config::{ByteSize, Config, Span},
    metrics::subscriptions::SubscriptionMetrics,
    pipeline::incremental_delivery::LONGEST_WAIT,
};
use origin::AllowedOrigins;
use places::Places;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, watch},
    time::{Instant, Sleep},
};

/// Subscriptions of clients, over WebSockets (`graphql-transport-ws`), server-sent events and multipart responses. How subgraphs are
/// asked for them is in `subgraphs.NAME.subscriptions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SubscriptionsConfig {
    /// Whether there are subscriptions, and WebSockets at all.
    pub enabled: bool,
    /// Subscriptions of all clients at the same time; more are refused.
    pub streams_max: u32,
    /// WebSockets of all clients at the same time; more are refused.
    pub sockets_max: u32,
    /// Events of all subscriptions whose fetches are under way at the same time; others wait. An event that all clients get would make
    /// thousands of requests to subgraphs at once otherwise.
    pub events_at_once_max: u32,
    /// Operations under way on one WebSocket, and subscriptions that one actor has without a WebSocket.
    pub streams_per_socket_max: u32,
    /// WebSockets of one actor: the subject of the access token, or for visitors the client's address.
    pub sockets_per_actor_max: u32,
    /// Responses that wait for a client to take them, on one connection.
    pub queue_max: u32,
    /// The longest message that a client may send on a WebSocket.
    pub message_bytes_max: ByteSize,
    /// How long a client may take from the WebSocket's handshake to its `connection_init`.
    pub connection_init_timeout: Span,
    /// How long a connection may be silent: then a WebSocket gets a ping, and other responses a sign of life that clients pass
    /// over. A WebSocket on which nothing comes for three times as long is closed.
    pub keep_alive: Span,
    /// How long a client may leave what it was sent untaken while its queue is full; then its connection is closed.
    pub slow_client_timeout: Span,
}

impl Default for SubscriptionsConfig {
    fn default() -> Self {
        SubscriptionsConfig {
            enabled: true,
            streams_max: 10_000,
            sockets_max: 5_000,
            events_at_once_max: 256,
            streams_per_socket_max: 20,
            sockets_per_actor_max: 5,
            queue_max: 32,
            message_bytes_max: ByteSize::from_kib(128),
            connection_init_timeout: Span::from_secs(10),
            keep_alive: Span::from_secs(12),
            slow_client_timeout: Span::from_secs(10),
        }
    }
}

impl SubscriptionsConfig {
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        let numbers = [
            ("subscriptions.streams_max", u64::from(self.streams_max)),
            ("subscriptions.sockets_max", u64::from(self.sockets_max)),
            ("subscriptions.events_at_once_max", u64::from(self.events_at_once_max)),
            ("subscriptions.streams_per_socket_max", u64::from(self.streams_per_socket_max)),
            ("subscriptions.sockets_per_actor_max", u64::from(self.sockets_per_actor_max)),
            ("subscriptions.queue_max", u64::from(self.queue_max)),
            ("subscriptions.message_bytes_max", self.message_bytes_max.0),
        ];
        if let Some((key, _)) = numbers.iter().find(|(_, number)| *number == 0) {
            return Err((key, "zero refuses every subscription; switch `subscriptions.enabled` off".to_owned()));
        }
        let times = [
            ("subscriptions.connection_init_timeout", self.connection_init_timeout),
            ("subscriptions.keep_alive", self.keep_alive),
            ("subscriptions.slow_client_timeout", self.slow_client_timeout),
        ];
        match times.iter().find(|(_, time)| time.0.is_zero()) {
            Some((key, _)) => Err((key, "must be more than zero".to_owned())),
            None => Ok(()),
        }
    }
}

/// What all subscriptions share.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    pub(crate) config: SubscriptionsConfig,
    pub(crate) places: Arc<Places>,
    pub(crate) origins: AllowedOrigins,
    pub(crate) metrics: SubscriptionMetrics,
    /// For events whose fetches are under way.
    pub(crate) events_at_once: Semaphore,
    stopping: watch::Sender<bool>,
}

impl Subscriptions {
    pub(crate) fn new(config: &Config, metrics: SubscriptionMetrics) -> Subscriptions {
        Subscriptions {
            config: config.subscriptions.clone(),
            places: Arc::new(Places::new(&config.subscriptions, metrics.clone())),
            origins: AllowedOrigins::new(&config.cors),
            metrics,
            events_at_once: Semaphore::new(config.subscriptions.events_at_once_max as usize),
            stopping: watch::Sender::new(false),
        }
    }

    /// All sockets and streams are to end.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Ends when the router is told to stop.
    pub(crate) async fn stopped(&self) {
        // The sender is here, so this does not fail.
        let _ = self.stopping.subscribe().wait_for(|is_stopping| *is_stopping).await;
    }

    /// Between signs of life.
    pub(crate) fn keep_alive(&self) -> Duration {
        self.config.keep_alive.0.min(LONGEST_WAIT)
    }
}

/// Ends when the access token does, which may be never.
pub(crate) async fn expired(expires_at: Option<f64>) {
    match expires_at {
        Some(expires_at) => until(expires_at).await,
        None => std::future::pending().await,
    }
}

fn until(expires_at: f64) -> Sleep {
    let seconds = expires_at - chrono::Utc::now().timestamp_millis() as f64 / 1000.0;
    let wait = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    tokio::time::sleep_until(Instant::now() + wait)
}

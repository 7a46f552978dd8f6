//! The bus: where relays publish and consumers listen. It is never the only copy of an event.
//!
//! Each context has a stream: messages in lanes, numbered over the whole stream by the bus, with the position of their
//! event in their headers. What one backend promises, the other promises too; one suite of tests is run against both.

mod embedded;
mod jetstream;
mod message;
mod replayed;

use embedded::Embedded;
use jetstream::JetStream;
pub use message::OversizedEvent;
pub(crate) use message::{BusMessage, Headers, MESSAGE_ID, Outgoing, Place, place_of};

use hansa_event_sourcing::Clock;
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// An open bus. Clones share it.
#[derive(Clone)]
pub struct Bus {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Embedded(Arc<Embedded>),
    JetStream(Arc<JetStream>),
}

/// How much a stream keeps, and for how long repetitions are recognised.
#[derive(Debug, Clone)]
pub struct BusSettings {
    /// Messages older than this are dropped.
    pub age_max: Duration,
    /// The oldest messages are dropped when a stream has more bytes.
    pub stream_bytes_max: u64,
    pub duplicate_window: Duration,
    pub clock: Clock,
}

impl Default for BusSettings {
    fn default() -> Self {
        BusSettings {
            age_max: Duration::from_secs(7 * 24 * 3600),
            stream_bytes_max: 1024 * 1024 * 1024,
            duplicate_window: Duration::from_secs(30 * 60),
            clock: Clock::system(),
        }
    }
}

/// Why a bus cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenBusError {
    #[error("connect to the event bus")]
    Connect {
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the event bus is nats-server {version}, and must be 2.11 or newer")]
    OldServer { version: String },
    #[error("the event bus has JetStream switched off: start nats-server with --jetstream")]
    NoJetStream,
}

/// Why something on the bus failed.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The lane has another last message than the publisher believes: somebody else has published, or messages are lost.
    #[error("the lane's last message on the bus is not the one that was expected")]
    OtherLast,
    /// Nobody who has the log answered.
    #[error("the owner of `{context}` does not answer: its relay does not run, or does not reach the bus")]
    NoOwner { context: String },
    #[error("the event bus is not reachable")]
    NotConnected,
    /// Somebody else has made or changed it.
    #[error("the stream {stream} has other settings than it must have: {differences}")]
    OtherSettings { stream: String, differences: String },
    #[error("{attempted}")]
    Failed {
        attempted: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The last message of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastMessage {
    pub(crate) sequence: u64,
    /// `None` where the message does not say it: it is not ours.
    pub(crate) position: Option<i64>,
}

/// What a stream is and has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamState {
    /// Another one whenever the stream is made anew.
    pub(crate) made: String,
    pub(crate) first_sequence: u64,
    pub(crate) last_sequence: u64,
    /// How many lanes the owner's log has; unknown until the owner was there.
    pub(crate) lanes: Option<i64>,
}

/// A lane of a context, on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BusLane<'a> {
    pub(crate) context: &'a str,
    pub(crate) lane: i64,
}

/// A consumer's question to the owner of a log: the events after a position, which the bus does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReplayRequest {
    pub(crate) lane: i64,
    pub(crate) after: i64,
    pub(crate) limit: u32,
    /// Where the answer goes: the backend's business.
    pub(crate) reply: String,
}

/// New messages of a stream, from when it was opened on.
pub(crate) enum Tail {
    Embedded(embedded::Tail),
    JetStream(Box<jetstream::Tail>),
}

/// What consumers ask a context for, from when it was opened on.
pub(crate) enum ReplayRequests {
    Embedded(embedded::ReplayRequests),
    JetStream(jetstream::ReplayRequests),
}

impl Bus {
    /// The bus of all processes on this machine that share the folder; it is made when it is first used.
    pub fn embedded(folder: PathBuf) -> Bus {
        Bus::embedded_with(folder, BusSettings::default())
    }

    pub fn embedded_with(folder: PathBuf, settings: BusSettings) -> Bus {
        Bus { backend: Backend::Embedded(Arc::new(Embedded::new(folder, settings))) }
    }

    /// A server with JetStream, 2.11 or newer: `nats://host:port`.
    ///
    /// # Errors
    /// Where the server refuses us, is too old, or has JetStream switched off. One that is not reachable is no error:
    /// events wait until it is.
    pub async fn jetstream(url: &str) -> Result<Bus, OpenBusError> {
        Bus::jetstream_with(url, BusSettings::default()).await
    }

    pub async fn jetstream_with(url: &str, settings: BusSettings) -> Result<Bus, OpenBusError> {
        let jetstream = JetStream::open(url, settings).await?;
        Ok(Bus { backend: Backend::JetStream(Arc::new(jetstream)) })
    }

    /// Makes the stream of a context, or looks at the one that is there. The owner says how many lanes its log has.
    pub(crate) async fn declare(&self, context: &str, lanes: Option<i64>) -> Result<StreamState, BusError> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.declare(context, lanes).await,
            Backend::JetStream(jetstream) => jetstream.declare(context, lanes).await,
        }
    }

    /// The last message of a lane.
    pub(crate) async fn last(&self, lane: BusLane<'_>) -> Result<Option<LastMessage>, BusError> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.last(lane).await,
            Backend::JetStream(jetstream) => jetstream.last(lane).await,
        }
    }

    /// Publishes messages of a lane in their order, each only if the one before it is the lane's last: `last` is the
    /// number of the message before the first (0: none). Gives the number of the last. Repetitions count as published.
    /// On an error a first part of them may be published.
    pub(crate) async fn publish(&self, lane: BusLane<'_>, last: u64, messages: &[Outgoing]) -> Result<u64, BusError> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.publish(lane, last, messages).await,
            Backend::JetStream(jetstream) => jetstream.publish(lane, last, messages).await,
        }
    }

    /// The messages of a lane after a position that the bus still has, in order.
    pub(crate) async fn fetch(&self, lane: BusLane<'_>, after: i64, limit: usize) -> Result<Vec<BusMessage>, BusError> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.fetch(lane, after, limit).await,
            Backend::JetStream(jetstream) => jetstream.fetch(lane, after, limit).await,
        }
    }

    /// What is published from now on.
    pub(crate) async fn tail(&self, context: &str) -> Result<Tail, BusError> {
        match &self.backend {
            Backend::Embedded(embedded) => Ok(Tail::Embedded(embedded.tail(context).await?)),
            Backend::JetStream(jetstream) => Ok(Tail::JetStream(Box::new(jetstream.tail(context).await?))),
        }
    }

    /// Asks the owner of a context for events that the bus does not have any more.
    pub(crate) async fn ask_owner(
        &self,
        lane: BusLane<'_>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<BusMessage>, BusError> {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.ask_owner(lane, after, limit).await,
            Backend::JetStream(jetstream) => jetstream.ask_owner(lane, after, limit).await,
        }
    }

    /// What consumers ask the owner of a context for.
    pub(crate) async fn replay_requests(&self, context: &str) -> Result<ReplayRequests, BusError> {
        match &self.backend {
            Backend::Embedded(embedded) => Ok(ReplayRequests::Embedded(embedded.replay_requests(context))),
            Backend::JetStream(jetstream) => Ok(ReplayRequests::JetStream(jetstream.replay_requests(context).await?)),
        }
    }
}

impl ReplayRequests {
    /// Waits until there is something.
    pub(crate) async fn next(&mut self) -> Result<ReplayRequest, BusError> {
        match self {
            ReplayRequests::Embedded(requests) => requests.next().await,
            ReplayRequests::JetStream(requests) => requests.next().await,
        }
    }

    pub(crate) async fn answer(&self, request: &ReplayRequest, messages: &[Outgoing]) -> Result<(), BusError> {
        match self {
            ReplayRequests::Embedded(requests) => requests.answer(request, messages).await,
            ReplayRequests::JetStream(requests) => requests.answer(request, messages).await,
        }
    }
}

impl Tail {
    /// The next messages in the order of their numbers, at least one and at most `max`. Cancel-safe.
    ///
    /// # Errors
    /// The tail has ended, and messages may have been missed: open another one and compare.
    pub(crate) async fn next(&mut self, max: usize) -> Result<Vec<BusMessage>, BusError> {
        match self {
            Tail::Embedded(tail) => tail.next(max).await,
            Tail::JetStream(tail) => tail.next(max).await,
        }
    }
}

// The URL of a server may hold a password.
impl fmt::Debug for Bus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.backend {
            Backend::Embedded(embedded) => formatter.debug_tuple("Embedded").field(&embedded.folder()).finish(),
            Backend::JetStream(_) => formatter.write_str("JetStream"),
        }
    }
}

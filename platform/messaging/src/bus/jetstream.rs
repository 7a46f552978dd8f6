//! The bus on a server with JetStream. Each context has a stream `EVT_<CONTEXT>` with the subjects `evt.<context>.>`.
//!
//! Nothing is kept on the server for a consumer: it reads from where its own checkpoints say. So a server that loses its
//! disk, or goes back to an older copy of it, loses nothing of ours.

mod publishing;
mod reading;
mod replays;
mod streams;

pub(crate) use reading::Tail;
pub(crate) use replays::ReplayRequests;

use super::{BusError, BusSettings, OpenBusError};
use async_nats::{
    Client, ConnectErrorKind, ConnectOptions, HeaderMap, HeaderName, HeaderValue,
    connection::State,
    jetstream::{self, Context},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tracing::{info, warn};

/// The oldest server that has all we need: fences on subjects with wildcards.
const VERSION_MIN: (u64, u64) = (2, 11);
/// The oldest server that takes several messages as one, or none of them.
const VERSION_WITH_BATCHES: (u64, u64) = (2, 12);
/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait between attempts to reach a server, at most.
const RECONNECT_PAUSE_MAX: Duration = Duration::from_secs(1);

pub(crate) struct JetStream {
    client: Client,
    context: Context,
    settings: BusSettings,
    places: reading::Places,
    /// Contexts whose streams take batches.
    batches: Mutex<BTreeSet<String>>,
}

impl JetStream {
    /// A server that is not there now may come later; one that is too old, or refuses us, is an error.
    pub(super) async fn open(url: &str, settings: BusSettings) -> Result<JetStream, OpenBusError> {
        let client = match options().connect(url).await {
            Ok(client) => client,
            Err(error) => match error.kind() {
                ConnectErrorKind::Dns
                | ConnectErrorKind::TimedOut
                | ConnectErrorKind::Io
                | ConnectErrorKind::MaxReconnects => {
                    warn!(%error, "the event bus is not reachable; events wait in the stores until it is");
                    let later = options().retry_on_initial_connect().connect(url).await;
                    later.map_err(|source| OpenBusError::Connect { source: source.into() })?
                }
                _ => return Err(OpenBusError::Connect { source: error.into() }),
            },
        };
        let context = jetstream::ContextBuilder::new().timeout(PATIENCE).ack_timeout(PATIENCE).build(client.clone());
        let (places, batches) = Default::default();
        let bus = JetStream { client, context, settings, places, batches };
        if bus.client.connection_state() == State::Connected {
            bus.check_version()?;
            info!(server.version = bus.client.server_info().version, "connected to the event bus");
        }
        Ok(bus)
    }

    fn check_version(&self) -> Result<(), OpenBusError> {
        let info = self.client.server_info();
        match self.version() >= VERSION_MIN {
            false => Err(OpenBusError::OldServer { version: info.version }),
            true if !info.jetstream => Err(OpenBusError::NoJetStream),
            true => Ok(()),
        }
    }

    fn version(&self) -> (u64, u64) {
        let version = self.client.server_info().version;
        let mut numbers = version.split(['.', '-']).map_while(|number| u64::from_str(number).ok());
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }

    fn note_batches(&self, context: &str, has_batches: bool) {
        let mut batches = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        match has_batches {
            true => batches.insert(context.to_owned()),
            false => batches.remove(context),
        };
    }

    fn has_batches(&self, context: &str) -> bool {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).contains(context)
    }

    /// Fails at once while there is no connection, in place of waiting for an answer that cannot come.
    fn check_connected(&self) -> Result<(), BusError> {
        if self.client.connection_state() != State::Connected {
            return Err(BusError::NotConnected);
        }
        self.check_version().map_err(|error| BusError::Failed { attempted: "use the event bus", source: error.into() })
    }
}

fn options() -> ConnectOptions {
    ConnectOptions::new()
        .name("hansa")
        .connection_timeout(PATIENCE)
        .request_timeout(Some(PATIENCE))
        .ping_interval(Duration::from_secs(5))
        .reconnect_delay_callback(|attempt| {
            let pause = Duration::from_millis(50) * u32::try_from(attempt.min(20)).unwrap_or(20);
            pause.min(RECONNECT_PAUSE_MAX)
        })
}

/// `evt.<context>.*.*.<lane>`: all messages of a lane.
fn lane_subject(lane: super::BusLane<'_>) -> String {
    format!("evt.{}.*.*.{:02}", lane.context, lane.lane)
}

fn stream_name(context: &str) -> String {
    format!("EVT_{}", context.to_ascii_uppercase())
}

fn header_map(headers: &super::Headers) -> Result<HeaderMap, BusError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let bad = |source: Box<dyn std::error::Error + Send + Sync>| BusError::Failed {
            attempted: "write an event's headers",
            source,
        };
        let name = HeaderName::from_str(name).map_err(|error| bad(error.into()))?;
        map.insert(name, HeaderValue::from_str(value).map_err(|error| bad(error.into()))?);
    }
    Ok(map)
}

fn headers(map: &HeaderMap) -> super::Headers {
    let mut headers = BTreeMap::new();
    for (name, values) in map.iter() {
        if let Some(value) = values.first() {
            headers.insert(name.to_string(), value.as_str().to_owned());
        }
    }
    headers
}

fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(attempted: &'static str) -> impl FnOnce(E) -> BusError {
    move |error| BusError::Failed { attempted, source: error.into() }
}

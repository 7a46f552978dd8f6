//! Event streams of subgraphs: a subscription's source is opened in the subgraph's protocol, and its events are relayed by a
//! task of their own, so that the subgraph's pings are answered while an event is worked on.
//!
//! At most a few events wait to be taken. While nobody takes them the subgraph is not read, and its sending stops.

mod event_parser;
mod server_sent;
pub(crate) mod settings;
mod web_socket;

use crate::{
    owned_tasks::OwnedTasks,
    passports::{self, MintError},
    subgraph_transport::{
        Endpoint, EndpointError, RequestTransport, chain,
        connector::{ConnectionError, Connector, Stream},
        failure,
        http_client::{ConnectionSettings, HttpClients},
        parse_url,
    },
};
use bytes::Bytes;
use hansa_executor::{HeldBytes, MemoryLease, SubgraphRequest, TransportError, codes};
use http::{HeaderMap, Uri, uri::Scheme};
use settings::{SubgraphSubscriptionsConfig, SubscriptionProtocol};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};
use tokio::{sync::mpsc, time::timeout};

/// Events that were read and not yet taken.
const ITEMS_MAX: usize = 4;

/// How a subgraph's events are had.
#[derive(Debug)]
pub(crate) struct EventsEndpoint {
    url: Uri,
    connector: Connector,
    protocol: SubscriptionProtocol,
    /// What `auto` found out.
    learned: AtomicU8,
    http2_only: bool,
    init_timeout: Duration,
    heartbeat: Duration,
    message_bytes_max: usize,
    sends_init_headers: bool,
}

/// What a source gives.
#[derive(Debug)]
pub(crate) enum SourceItem {
    /// A response object.
    Event(Bytes, HeldBytes),
    /// The same, and nothing comes after it.
    LastEvent(Bytes),
    /// The subgraph has no more events.
    Complete,
    Failed(TransportError),
}

/// An open source. Dropping it tells the subgraph that nobody listens any more.
#[derive(Debug)]
pub(crate) struct EventSource(mpsc::Receiver<SourceItem>);

impl EventSource {
    pub(crate) async fn next(&mut self) -> SourceItem {
        let lost = || SourceItem::Failed(failure(codes::INTERNAL, "the router lost the subscription's source"));
        self.0.recv().await.unwrap_or_else(lost)
    }
}

/// What a source is opened with.
#[derive(Debug)]
struct Opening<'a> {
    endpoint: &'a EventsEndpoint,
    headers: HeaderMap,
    body: Bytes,
    tasks: &'a OwnedTasks,
    memory: Arc<MemoryLease>,
}

/// Why a source could not be opened, or ended. The causes are for the log.
#[derive(Debug, thiserror::Error)]
enum SourceError {
    #[error("no connection, or it broke")]
    Connection(#[from] ConnectionError),
    #[error("HTTP failed")]
    Http(#[source] hyper::Error),
    #[error("WebSocket failed")]
    WebSocket(#[source] Box<tokio_tungstenite::tungstenite::Error>),
    #[error("the handshake was refused with status {0}")]
    Refused(u16),
    #[error("no sign of life in time")]
    Silent,
    #[error("not opened in time")]
    NotInTime,
    #[error("ended without saying so")]
    BrokenOff,
    #[error("closed with code {code}: {reason}")]
    Closed { code: u16, reason: String },
    #[error("{0}")]
    Malformed(&'static str),
    #[error("an event is larger than {bytes_max} bytes")]
    TooLarge { bytes_max: usize },
    #[error("no memory is left for an event")]
    NoMemory,
    /// The answer to a protocol that the subgraph does not speak, it seems. It may say why in GraphQL's form.
    #[error("answered with status {status}, which is no event stream")]
    NoEvents { status: u16, response: Option<Bytes> },
}

impl EventsEndpoint {
    pub(crate) fn new(
        subgraph: &str,
        config: &SubgraphSubscriptionsConfig,
        (settings, url): (ConnectionSettings, &Uri),
        clients: &HttpClients,
    ) -> Result<EventsEndpoint, EndpointError> {
        let url = match &config.url {
            Some(text) => settings::events_url(text)
                .ok_or_else(|| EndpointError::Url { subgraph: subgraph.to_owned(), url: text.clone() })?,
            None => url.clone(),
        };
        let settings = ConnectionSettings {
            uses_tls: url.scheme() == Some(&Scheme::HTTPS),
            http1_only: !settings.http2_only,
            ..settings
        };
        let connector = clients
            .connector(&settings)
            .map_err(|source| EndpointError::Client { subgraph: subgraph.to_owned(), source })?;
        Ok(EventsEndpoint {
            url,
            connector,
            protocol: config.protocol,
            learned: AtomicU8::new(SubscriptionProtocol::Auto as u8),
            http2_only: settings.http2_only,
            init_timeout: config.init_timeout.0,
            heartbeat: config.heartbeat.0,
            message_bytes_max: config.message_bytes_max.as_usize(),
            sends_init_headers: config.init_headers,
        })
    }

    pub(crate) fn url(&self) -> &Uri {
        &self.url
    }

    async fn connect(&self) -> Result<Stream, SourceError> {
        Ok(self.connector.connect(&self.url).await?)
    }

    /// The protocol to begin with.
    fn known_protocol(&self) -> SubscriptionProtocol {
        let learned = [SubscriptionProtocol::Sse, SubscriptionProtocol::WebSocket];
        let is_learned = |known: &SubscriptionProtocol| *known as u8 == self.learned.load(Ordering::Relaxed);
        match self.protocol {
            SubscriptionProtocol::Auto => learned.into_iter().find(is_learned).unwrap_or(SubscriptionProtocol::Auto),
            protocol => protocol,
        }
    }
}

impl RequestTransport<'_> {
    /// `CreateSourceEventStream`.
    pub(crate) async fn open_source(
        &self,
        request: SubgraphRequest,
        tasks: &OwnedTasks,
    ) -> Result<EventSource, TransportError> {
        let endpoint = self.endpoints.get(request.subgraph.0 as usize);
        let Some((endpoint, events)) = endpoint.and_then(|endpoint| Some((endpoint, endpoint.events.as_ref()?))) else {
            return Err(failure(codes::INTERNAL, "the subgraph has no address"));
        };
        let headers = self.source_headers(endpoint).map_err(|error| {
            endpoint.log_failure(self.trace.trace_id(), codes::INTERNAL, &chain(&error));
            failure(codes::INTERNAL, "the router could not ask the subgraph")
        })?;
        let opening = Opening { endpoint: events, headers, body: request.body, tasks, memory: self.memory.clone() };
        opening.open().await.map_err(|error| {
            let failed = error.to_transport_error();
            endpoint.metrics.failed(failed.code);
            endpoint.log_failure(self.trace.trace_id(), failed.code, &chain(&error));
            failed
        })
    }

    /// Of the request for a subscription's source, whatever its protocol.
    fn source_headers(&self, endpoint: &Endpoint) -> Result<HeaderMap, MintError> {
        let mut headers = HeaderMap::new();
        endpoint.rules.apply(self.client_headers, &mut headers);
        self.add_trace(&mut headers);
        if endpoint.wants_passport {
            headers.insert(passports::HEADER, self.passport.header_value(self.endpoints)?);
        }
        Ok(headers)
    }
}

impl Endpoint {
    /// Where its subscriptions are had.
    pub(crate) fn events_url(&self) -> Option<&Uri> {
        self.events.as_ref().map(EventsEndpoint::url)
    }
}

impl Opening<'_> {
    async fn open(self) -> Result<EventSource, SourceError> {
        match self.endpoint.known_protocol() {
            SubscriptionProtocol::Sse => self.in_time(server_sent::open(&self)).await.or_else(told),
            SubscriptionProtocol::WebSocket => self.in_time(web_socket::open(&self)).await,
            SubscriptionProtocol::Auto => self.find_out().await,
        }
    }

    /// Server-sent events first: a server that does not know them answers at once, and may say in GraphQL's form what else
    /// is wrong.
    async fn find_out(self) -> Result<EventSource, SourceError> {
        let refusal = match self.in_time(server_sent::open(&self)).await {
            Ok(source) => {
                self.endpoint.learned.store(SubscriptionProtocol::Sse as u8, Ordering::Relaxed);
                return Ok(source);
            }
            Err(refusal @ SourceError::NoEvents { .. }) => refusal,
            Err(error) => return Err(error),
        };
        match self.in_time(web_socket::open(&self)).await {
            Ok(source) => {
                self.endpoint.learned.store(SubscriptionProtocol::WebSocket as u8, Ordering::Relaxed);
                Ok(source)
            }
            Err(SourceError::Refused(_) | SourceError::WebSocket(_)) => told(refusal),
            Err(error) => Err(error),
        }
    }

    async fn in_time<T>(&self, step: impl Future<Output = Result<T, SourceError>>) -> Result<T, SourceError> {
        timeout(self.endpoint.init_timeout, step).await.unwrap_or(Err(SourceError::NotInTime))
    }

    /// Relays on a task of its own, until nobody takes the items any more.
    fn relay<F: Future<Output = ()> + Send + 'static>(&self, relay: impl FnOnce(Relay) -> F) -> EventSource {
        let (sender, receiver) = mpsc::channel(ITEMS_MAX);
        let relay = relay(Relay {
            items: sender,
            memory: self.memory.clone(),
            heartbeat: self.endpoint.heartbeat,
            message_bytes_max: self.endpoint.message_bytes_max,
        });
        self.tasks.spawn(relay);
        EventSource(receiver)
    }
}

/// A refusal in GraphQL's form is an event stream of one.
fn told(error: SourceError) -> Result<EventSource, SourceError> {
    let SourceError::NoEvents { response: Some(response), .. } = error else { return Err(error) };
    let (sender, receiver) = mpsc::channel(1);
    // There is room for one.
    let _ = sender.try_send(SourceItem::LastEvent(response));
    Ok(EventSource(receiver))
}

/// The giving end of a source.
#[derive(Debug)]
struct Relay {
    items: mpsc::Sender<SourceItem>,
    memory: Arc<MemoryLease>,
    heartbeat: Duration,
    message_bytes_max: usize,
}

/// Nobody listens any more, or the source has ended and that has been said.
struct Over;

impl Relay {
    async fn event(&self, body: Bytes) -> Result<(), Over> {
        let mut held = self.memory.hold_nothing();
        if held.resize(body.len()).is_err() {
            return Err(self.fail(SourceError::NoMemory).await);
        }
        self.items.send(SourceItem::Event(body, held)).await.map_err(|_| Over)
    }

    async fn end(&self, item: SourceItem) -> Over {
        // Nobody is left to be told.
        let _ = self.items.send(item).await;
        Over
    }

    async fn fail(&self, error: SourceError) -> Over {
        let failed = error.to_transport_error();
        tracing::debug!(code = failed.code, cause = chain(&error), "a subscription's source ended");
        self.end(SourceItem::Failed(failed)).await
    }
}

impl SourceError {
    fn to_transport_error(&self) -> TransportError {
        let (code, description) = match self {
            SourceError::Connection(_) | SourceError::Http(_) => {
                (codes::DOWNSTREAM_UNAVAILABLE, "the subgraph cannot be reached, or its event stream broke off")
            }
            SourceError::Refused(_) | SourceError::NoEvents { .. } => (
                codes::DOWNSTREAM_SERVICE_ERROR,
                "the subgraph opens no event stream for the subscription in a protocol that the router speaks",
            ),
            SourceError::WebSocket(_) | SourceError::BrokenOff => {
                (codes::DOWNSTREAM_UNAVAILABLE, "the subgraph's event stream broke off")
            }
            SourceError::Closed { .. } => (codes::DOWNSTREAM_UNAVAILABLE, "the subgraph closed its event stream"),
            SourceError::Silent => (codes::DOWNSTREAM_UNAVAILABLE, "the subgraph's event stream gave no sign of life"),
            SourceError::NotInTime => (codes::TIMEOUT, "the subgraph did not open its event stream in time"),
            SourceError::Malformed(_) => {
                (codes::DOWNSTREAM_INVALID_RESPONSE, "the subgraph's event stream does not keep to its protocol")
            }
            SourceError::TooLarge { .. } => {
                (codes::RESPONSE_TOO_LARGE, "an event of the subgraph is larger than allowed")
            }
            SourceError::NoMemory => (codes::OVERLOADED, "the router has too little memory left for the subscription"),
        };
        failure(code, description)
    }
}

//! HTTP clients towards subgraphs, one for each host and its connection settings: their connections outlive a reload of
//! the supergraph.

use crate::{
    subgraph_transport::{
        AskTerms, FetchFailure, HttpAnswer,
        connector::{ConnectionError, Connector, Stream},
        http1::{self, Unanswered},
        http2,
        idle_connections::IdleConnections,
    },
    tls::TlsError,
};
use bytes::Bytes;
use http::{Request, Uri, uri::Scheme};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

/// How often connections are looked for that nobody needs any more.
const CLEARING_INTERVAL: Duration = Duration::from_secs(5);

/// Settings that decide which connections can be shared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConnectionSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) idle_connections_max: usize,
    /// HTTP/2 without asking first, for subgraphs that speak it in clear text.
    pub(crate) http2_only: bool,
    pub(crate) certificate_authorities: Option<PathBuf>,
    pub(crate) uses_tls: bool,
    /// For what needs a connection of its own, and tells of a dead peer: event streams.
    pub(crate) http1_only: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(
        "no certificate authorities: the system has none; install them, or name a file in `certificate_authorities`"
    )]
    SystemRoots(#[source] std::io::Error),
    #[error("certificate authorities cannot be used")]
    File(#[from] TlsError),
    #[error("certificate authorities cannot be used")]
    Unusable(#[source] rustls::Error),
}

#[derive(Debug, Default)]
pub(crate) struct HttpClients(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    connectors: HashMap<ConnectionSettings, Connector>,
    /// By host and port.
    clients: HashMap<(ConnectionSettings, String), HttpClient>,
}

/// Asks one host.
#[derive(Debug, Clone)]
pub(crate) struct HttpClient(Arc<Host>);

#[derive(Debug)]
struct Host {
    /// As the header `host` has it.
    name: String,
    connector: Connector,
    idle: IdleConnections,
    http2: http2::SharedConnection,
    /// What the last connection agreed on.
    protocol: AtomicProtocol,
    http2_only: bool,
    connect_timeout: Duration,
    idle_timeout: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Unknown,
    Http1,
    Http2,
}

#[derive(Debug)]
struct AtomicProtocol(AtomicU8);

impl HttpClients {
    /// The client for the URL's host.
    pub(crate) fn client(&self, settings: &ConnectionSettings, url: &Uri) -> Result<HttpClient, ClientError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (settings.clone(), host_name(url));
        if let Some(client) = known.clients.get(&key) {
            return Ok(client.clone());
        }
        let connector = known.connector(settings)?;
        let client = HttpClient(Arc::new(Host {
            name: key.1.clone(),
            connector,
            idle: IdleConnections::new(settings.idle_connections_max, settings.idle_timeout),
            http2: http2::SharedConnection::default(),
            protocol: AtomicProtocol::new(match (settings.http2_only, settings.uses_tls) {
                (true, _) => Protocol::Http2,
                (false, true) => Protocol::Unknown,
                (false, false) => Protocol::Http1,
            }),
            http2_only: settings.http2_only,
            connect_timeout: settings.connect_timeout,
            idle_timeout: settings.idle_timeout,
        }));
        known.clients.insert(key, client.clone());
        Ok(client)
    }

    /// For connections that are not this module's to keep.
    pub(crate) fn connector(&self, settings: &ConnectionSettings) -> Result<Connector, ClientError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).connector(settings)
    }

    /// Closes connections that were not used for too long, and forgets hosts that nobody asks any more.
    pub(crate) async fn clear_forever(&self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(CLEARING_INTERVAL).await;
            let now = Instant::now();
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.clients.retain(|_, client| {
                client.0.idle.close_old(now);
                client.0.http2.close_unused(now, client.0.idle_timeout);
                Arc::strong_count(&client.0) > 1 || !client.0.idle.is_empty()
            });
        }
    }
}

impl Known {
    fn connector(&mut self, settings: &ConnectionSettings) -> Result<Connector, ClientError> {
        if let Some(connector) = self.connectors.get(settings) {
            return Ok(connector.clone());
        }
        let connector = Connector::new(settings)?;
        self.connectors.insert(settings.clone(), connector.clone());
        Ok(connector)
    }
}

/// Host and port, without a user's name.
pub(crate) fn host_name(url: &Uri) -> String {
    let authority = url.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let name = authority.rsplit('@').next().unwrap_or_default();
    let default_port = if url.scheme() == Some(&Scheme::HTTPS) { ":443" } else { ":80" };
    name.strip_suffix(default_port).unwrap_or(name).to_ascii_lowercase()
}

impl HttpClient {
    /// Sends a request to a URL on the client's host, once more if the connection turns out to be dead.
    pub(crate) async fn request(
        &self,
        request: &Request<Bytes>,
        terms: AskTerms<'_>,
    ) -> Result<HttpAnswer, FetchFailure> {
        let first = match self.0.idle.take() {
            Some(stream) => self.exchange(stream, request, terms).await,
            None => match self.0.http2_sender() {
                Some(sender) => self.0.http2.exchange(sender, request, terms).await,
                // Boxed: it is rare, and larger than all the rest.
                None => return Box::pin(self.request_on_new_connection(request, terms)).await,
            },
        };
        match first {
            Err(unanswered) if unanswered.may_be_repeated(terms) => {
                Box::pin(self.request_on_new_connection(request, terms)).await
            }
            result => result.map_err(|unanswered| unanswered.failure),
        }
    }

    async fn request_on_new_connection(
        &self,
        request: &Request<Bytes>,
        terms: AskTerms<'_>,
    ) -> Result<HttpAnswer, FetchFailure> {
        let answer = match self.connect(request.uri()).await? {
            Connected::Http1(stream) => self.exchange(stream, request, terms).await,
            Connected::Http2(sender) => self.0.http2.exchange(sender, request, terms).await,
        };
        answer.map_err(|unanswered| unanswered.failure)
    }

    /// A new connection, or one that somebody else made meanwhile.
    async fn connect(&self, url: &Uri) -> Result<Connected, ConnectionError> {
        let host = &*self.0;
        // One connection is enough for all who come at once, unless it speaks HTTP/1.1.
        let mut connecting = match host.protocol.get() {
            Protocol::Http1 => None,
            _ => Some(host.in_time(host.http2.connecting.lock()).await?),
        };
        if connecting.is_some() && host.protocol.get() == Protocol::Http1 {
            // Which was found out meanwhile: each needs its own, and all may connect at once.
            drop(connecting.take());
            if let Some(stream) = host.idle.take() {
                return Ok(Connected::Http1(stream));
            }
        }
        if let Some(sender) = host.http2_sender() {
            return Ok(Connected::Http2(sender));
        }
        let connected = host.in_time(host.open(url)).await?;
        drop(connecting);
        connected
    }

    async fn exchange(
        &self,
        mut stream: Stream,
        request: &Request<Bytes>,
        terms: AskTerms<'_>,
    ) -> Result<HttpAnswer, Unanswered> {
        let (answer, is_reusable) = http1::exchange(&mut stream, request, &self.0.name, terms).await?;
        if is_reusable {
            self.0.idle.put(stream);
        }
        Ok(answer)
    }
}

enum Connected {
    Http1(Stream),
    Http2(http2::Sender),
}

impl Host {
    async fn open(&self, url: &Uri) -> Result<Connected, ConnectionError> {
        let stream = self.connector.connect(url).await?;
        let is_http2 = self.http2_only || stream.is_http2();
        self.protocol.set(if is_http2 { Protocol::Http2 } else { Protocol::Http1 });
        Ok(match is_http2 {
            true => Connected::Http2(self.http2.open(stream).await?),
            false => Connected::Http1(stream),
        })
    }

    async fn in_time<T>(&self, step: impl Future<Output = T>) -> Result<T, ConnectionError> {
        let done = tokio::time::timeout(self.connect_timeout, step).await;
        done.map_err(|_| ConnectionError::Connect("it takes longer than `connect_timeout` allows".into()))
    }

    fn http2_sender(&self) -> Option<http2::Sender> {
        match self.protocol.get() {
            Protocol::Http2 => self.http2.sender(),
            _ => None,
        }
    }
}

impl AtomicProtocol {
    fn new(protocol: Protocol) -> AtomicProtocol {
        AtomicProtocol(AtomicU8::new(protocol as u8))
    }

    fn get(&self) -> Protocol {
        let known = [Protocol::Unknown, Protocol::Http1, Protocol::Http2];
        known.into_iter().find(|known| *known as u8 == self.0.load(Ordering::Relaxed)).unwrap_or(Protocol::Unknown)
    }

    fn set(&self, protocol: Protocol) {
        self.0.store(protocol as u8, Ordering::Relaxed);
    }
}

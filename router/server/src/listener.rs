//! Accepts connections, within limits, and lets those that are open finish at the end.

use crate::{
    client_address::{ClientAddress, Network},
    config::{Config, Span},
    connection_watch::{Activity, Patience, WatchedStream},
    http::{HttpService, payload_body::MarkPlace},
    metrics::RouterMetrics,
};
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// Client connections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionsConfig {
    /// Connections open at the same time; more wait until one closes.
    pub connections_max: u32,
    /// How long a client may take to send the head of a request, and to begin with the first one.
    pub header_timeout: Span,
    /// How long a connection is kept open without a request, or with an answer that the client does not take.
    pub idle_timeout: Span,
    /// Requests that one HTTP/2 connection may have open at the same time.
    pub streams_max: u32,
    /// How long requests under way may take to finish once the router is told to stop.
    pub drain_timeout: Span,
}

impl Default for ConnectionsConfig {
    fn default() -> Self {
        ConnectionsConfig {
            connections_max: 10_000,
            header_timeout: Span::from_secs(10),
            idle_timeout: Span::from_secs(75),
            streams_max: 200,
            drain_timeout: Span::from_secs(10),
        }
    }
}

/// hyper does not read heads into less.
pub(crate) const HEAD_BYTES_MIN: usize = 8 * 1024;

/// After an error such as too many open files, trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How connections are served.
pub(crate) struct Connections {
    server: auto::Builder<TokioExecutor>,
    service: HttpService,
    tls: Option<TlsAcceptor>,
    patience: Patience,
    connections_max: usize,
    trusted_proxies: Arc<[Network]>,
    metrics: Arc<RouterMetrics>,
}

/// Connections that were open when the listener closed. Dropping closes them.
#[derive(Debug)]
pub(crate) struct OpenConnections(JoinSet<()>);

impl OpenConnections {
    pub(crate) async fn finish(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connections").finish_non_exhaustive()
    }
}

impl Connections {
    pub(crate) fn new(
        config: &Config,
        service: HttpService,
        tls: Option<TlsAcceptor>,
        metrics: Arc<RouterMetrics>,
    ) -> Connections {
        let head_bytes_max = config.limits.header_bytes_max.as_usize().max(HEAD_BYTES_MIN);
        let trusted_proxies = config.trusted_proxies.as_slice().into();
        let config = &config.connections;
        let mut server = auto::Builder::new(TokioExecutor::new());
        server.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(head_bytes_max);
        server
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(Duration::from_secs(30)))
            .max_concurrent_streams(config.streams_max)
            .max_header_list_size(u32::try_from(head_bytes_max).unwrap_or(u32::MAX));
        Connections {
            server,
            service,
            tls,
            patience: Patience { head: config.header_timeout.0, idle: config.idle_timeout.0 },
            connections_max: config.connections_max as usize,
            trusted_proxies,
            metrics,
        }
    }

    /// Serves until `shutdown`, then stops accepting and asks open connections to end after the requests under way.
    pub(crate) async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) -> OpenConnections {
        let connections = Arc::new(self);
        let places = Arc::new(Semaphore::new(connections.connections_max));
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&listener, &places) => accepted,
            };
            while tasks.try_join_next().is_some() {}
            let Some((stream, peer, place)) = accepted else { continue };
            let (connections, stopped) = (connections.clone(), stopped.clone());
            tasks.spawn(async move {
                let _place = place;
                connections.metrics.connections.inc();
                connections.serve_stream((stream, peer), stopped).await;
                connections.metrics.connections.dec();
            });
        }
        drop(listener);
        let _ = stop.send(true);
        OpenConnections(tasks)
    }

    async fn serve_stream(&self, (stream, peer): (TcpStream, IpAddr), stopped: watch::Receiver<bool>) {
        // Without it, small answers wait for the acknowledgement of what was sent before.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.serve_connection((stream, peer), stopped).await;
        };
        match timeout(self.patience.head, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.serve_connection((stream, peer), stopped).await,
            Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => tracing::debug!("TLS handshake took too long"),
        }
    }

    async fn serve_connection<S>(&self, (stream, peer): (S, IpAddr), mut stopped: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let activity = Activity::new();
        let of_requests = activity.clone();
        let (routes, trusted_proxies) = (self.service.clone(), self.trusted_proxies.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let client = ClientAddress::of_request(peer, request.headers(), &trusted_proxies);
            let mark = of_requests.request(request.version());
            // Boxed: a connection keeps room for the future that is given back, between requests, too.
            let answered = Box::pin(routes.clone().answer(request, client));
            async move {
                let response = answered.await;
                if let Some(place) =
                    response.as_ref().ok().and_then(|response| response.extensions().get::<MarkPlace>())
                {
                    // It is under way until its body is complete.
                    let _ = place.set(mark);
                }
                response
            }
        });
        let stream = TokioIo::new(WatchedStream::new(stream, activity.clone()));
        let mut connection = std::pin::pin!(self.server.serve_connection_with_upgrades(stream, service));
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = activity.until_out_of_patience(self.patience) => return,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = result {
            tracing::debug!(error, "connection ended with an error");
        }
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, IpAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer.ip(), place)),
        Err(error) => {
            tracing::warn!(%error, "could not accept a connection");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

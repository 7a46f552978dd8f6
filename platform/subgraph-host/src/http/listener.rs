//! Accepts connections, within limits, and lets those that are open finish at the end.

use super::{Endpoint, socket_upgrade::Handover};
use axum::{Router, body::Body, extract::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tower::ServiceExt as _;

/// Connections open at the same time; more wait. The router keeps few, but each subscription over
/// HTTP/1.1 has its own.
const CONNECTIONS_MAX: usize = 4096;
/// How long a head may take. It runs between requests too, so it is longer than a router keeps a connection unused.
const HEAD_TIME_MAX: Duration = Duration::from_secs(120);
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);
const STREAMS_MAX: u32 = 256;
/// After an error such as too many open files, trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) struct Connections {
    server: auto::Builder<TokioExecutor>,
    routes: Router,
    endpoint: Arc<Endpoint>,
}

impl Connections {
    pub(super) fn new(routes: Router, endpoint: Arc<Endpoint>) -> Connections {
        let mut server = auto::Builder::new(TokioExecutor::new());
        server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX);
        server
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(Duration::from_secs(30)))
            .max_concurrent_streams(STREAMS_MAX);
        Connections { server, routes, endpoint }
    }

    pub(super) async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
        let connections = Arc::new(self);
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&listener, &places) => accepted,
            };
            while tasks.try_join_next().is_some() {}
            let Some((stream, place)) = accepted else { continue };
            let (connections, stopped) = (connections.clone(), stopped.clone());
            tasks.spawn(async move {
                let _place = place;
                connections.serve_stream(stream, stopped).await;
            });
        }
        drop(listener);
        connections.endpoint.stopping.send_replace(true);
        let _ = stop.send(true);
        let drained = timeout(DRAIN_TIME_MAX, async { while tasks.join_next().await.is_some() {} });
        if drained.await.is_err() {
            tracing::warn!("requests were still under way after ten seconds; they are broken off");
        }
    }

    async fn serve_stream(&self, stream: TcpStream, mut stopped: watch::Receiver<bool>) {
        // Without it, small answers wait for the acknowledgement of what was sent before.
        let _ = stream.set_nodelay(true);
        let open = &self.endpoint.metrics.connections;
        open.inc();
        let handover = Handover::default();
        let service = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(handover.clone());
            self.routes.clone().oneshot(request.map(Body::new))
        });
        let mut connection = pin!(self.server.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            _ = stopped.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error, "connection ended with an error");
        }
        if let Some(serving) = handover.take() {
            serving.await;
        }
        open.dec();
    }
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "could not accept a connection");
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

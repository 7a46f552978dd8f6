//! What a request passes before it is executed: [`routes`] is the only order.
//!
//! A passport is checked before the body is read, on every path but `/health`, `/ready`, `/metrics` and the context's
//! public routes. Identity headers of any other kind are never looked at.

mod event_stream;
mod graphql_endpoint;
mod listener;
mod metrics;
mod operations;
mod passport_check;
mod socket;
mod socket_upgrade;
mod streaming;

use crate::Subgraph;
use axum::{Router, middleware, routing};
use hansa_passport::Verifier;
use hansa_telemetry::Metrics;
use listener::Connections;
use metrics::HostMetrics;
use std::sync::Arc;
use streaming::Places;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

/// What all requests of one subgraph share.
#[derive(Debug)]
struct Endpoint {
    subgraph: Subgraph,
    verifier: Verifier,
    registry: Metrics,
    metrics: HostMetrics,
    places: Places,
    /// Whether the process stops.
    stopping: watch::Sender<bool>,
}

/// Serves a subgraph and runs its workers until `shutdown`; then lets the requests under way finish, for ten seconds at
/// most, and after them the workers.
pub async fn serve(
    listener: TcpListener,
    mut subgraph: Subgraph,
    verifier: Verifier,
    shutdown: impl Future<Output = ()> + Send,
) {
    let (stop, stopping) = watch::channel(false);
    let mut workers = JoinSet::new();
    let mut registry = Metrics::new();
    for worker in std::mem::take(&mut subgraph.workers) {
        worker.register_metrics(registry.registry_mut());
        let mut stopping = stopping.clone();
        workers.spawn(worker.run(async move { drop(stopping.wait_for(|is_stopping| *is_stopping).await) }));
    }
    let metrics = HostMetrics::register(registry.registry_mut(), subgraph.name);
    let (places, stopping) = (Places::default(), watch::Sender::new(false));
    let endpoint = Arc::new(Endpoint { subgraph, verifier, registry, metrics, places, stopping });
    Connections::new(routes(&endpoint), endpoint).serve(listener, shutdown).await;
    stop.send_replace(true);
    while workers.join_next().await.is_some() {}
}

fn routes(endpoint: &Arc<Endpoint>) -> Router {
    let guarded = Router::new()
        .route("/graphql", routing::any(graphql_endpoint::answer))
        .fallback(operations::not_found)
        .layer(middleware::from_fn_with_state(endpoint.clone(), passport_check::check))
        .with_state(endpoint.clone());
    Router::new()
        .route("/health", routing::get(operations::health))
        .route("/ready", routing::get(operations::ready))
        .route("/metrics", routing::get(operations::metrics))
        .with_state(endpoint.clone())
        .merge(endpoint.subgraph.public_routes.clone())
        .fallback_service(guarded)
}

//! What operators ask, and what is not there.

use super::Endpoint;
use axum::{extract::State, response::IntoResponse};
use hansa_telemetry::METRICS_CONTENT_TYPE;
use http::{StatusCode, header};
use std::sync::Arc;

/// The process lives.
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// Requests are welcome: not any more once the process stops.
pub(super) async fn ready(State(endpoint): State<Arc<Endpoint>>) -> (StatusCode, &'static str) {
    match *endpoint.stopping.borrow() {
        false => (StatusCode::OK, "ready\n"),
        true => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
    }
}

pub(super) async fn metrics(State(endpoint): State<Arc<Endpoint>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, METRICS_CONTENT_TYPE)], endpoint.registry.encode())
}

pub(super) async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "there is nothing here; GraphQL is at /graphql\n")
}

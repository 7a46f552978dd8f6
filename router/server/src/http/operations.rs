//! Pages for those who operate the router: is it alive, can it serve, how does it do.

use crate::{http::response::with_body, wiring::Wiring};
use bytes::Bytes;
use hansa_telemetry::METRICS_CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The process is alive, whatever else is wrong.
pub(crate) fn health() -> Response<Full<Bytes>> {
    with_body(StatusCode::OK, JSON, Bytes::from_static(b"{\"status\":\"alive\"}"))
}

/// Requests are welcome. The listener opens only once a supergraph is loaded, so only draining says no.
pub(crate) fn ready(is_draining: bool) -> Response<Full<Bytes>> {
    match is_draining {
        false => with_body(StatusCode::OK, JSON, Bytes::from_static(b"{\"status\":\"ready\"}")),
        true => {
            let body = Bytes::from_static(b"{\"status\":\"draining\"}");
            with_body(StatusCode::SERVICE_UNAVAILABLE, JSON, body)
        }
    }
}

/// In the OpenMetrics text format.
pub(crate) async fn metrics(wiring: &Wiring) -> Response<Full<Bytes>> {
    let (bytes, entries) = wiring.graph.get().plan_cache().plan_weight().await;
    wiring.metrics.plan_cache_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    wiring.metrics.plan_cache_entries.set(i64::try_from(entries).unwrap_or(i64::MAX));
    let content_type = HeaderValue::from_static(METRICS_CONTENT_TYPE);
    with_body(StatusCode::OK, content_type, Bytes::from(wiring.registry.encode()))
}

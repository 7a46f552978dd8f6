//! Pages for those who operate the router: is it alive, can it serve, how does it do.

use crate::{
    http::{body::RouterBody, response::with_body},
    wiring::Wiring,
};
use bytes::Bytes;
use hansa_telemetry::METRICS_CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The process is alive, whatever else is wrong.
pub(crate) fn health() -> Response<RouterBody> {
    with_body(StatusCode::OK, JSON, Bytes::from_static(b"{\"status\":\"alive\"}"))
}

/// Requests are welcome. The listener opens only once a supergraph is loaded; draining says no, and so does an issuer
/// whose keys have never come: its tokens cannot be verified.
pub(crate) fn ready(wiring: &Wiring) -> Response<RouterBody> {
    let refused =
        |body: serde_json::Value| with_body(StatusCode::SERVICE_UNAVAILABLE, JSON, Bytes::from(body.to_string()));
    if wiring.is_draining() {
        return refused(json!({ "status": "draining" }));
    }
    match wiring.authentication.issuer_without_keys() {
        Some(issuer) => refused(json!({ "status": "waiting for keys", "issuer": issuer })),
        None => with_body(StatusCode::OK, JSON, Bytes::from_static(b"{\"status\":\"ready\"}")),
    }
}

/// For whoever verifies passports.
pub(crate) fn passport_keys(wiring: &Wiring) -> Response<RouterBody> {
    let keys = wiring.settings.minter.as_ref().map(|minter| minter.public_jwks(chrono::Utc::now()));
    with_body(StatusCode::OK, JSON, Bytes::from(keys.unwrap_or_default()))
}

/// In the OpenMetrics text format.
pub(crate) fn metrics(wiring: &Wiring) -> Response<RouterBody> {
    wiring.memory.observe();
    let (bytes, entries) = wiring.graph.get().plan_cache().plan_weight();
    wiring.metrics.plan_cache_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    wiring.metrics.plan_cache_entries.set(i64::try_from(entries).unwrap_or(i64::MAX));
    let content_type = HeaderValue::from_static(METRICS_CONTENT_TYPE);
    with_body(StatusCode::OK, content_type, Bytes::from(wiring.registry.encode()))
}

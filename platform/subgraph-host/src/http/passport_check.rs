//! Nobody gets further without a passport of the router for this subgraph.

use super::{Endpoint, graphql_endpoint};
use crate::{Caller, ErrorCode, RequestContext};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use hansa_passport::HEADER;
use hansa_telemetry::TraceContext;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use tracing::Instrument as _;

/// One text for all reasons: what is wrong with a passport is nobody's business but the log's.
const REFUSED: &str = "a subgraph answers the router only";

/// Leaves the request's context in its extensions.
pub(super) async fn check(State(endpoint): State<Arc<Endpoint>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let trace = TraceContext::from_traceparent(single(headers, "traceparent"), single(headers, "tracestate"));
    let services = &endpoint.subgraph.services;
    let span = tracing::info_span!("request", subgraph.name = endpoint.subgraph.name, trace_id = trace.trace_id());
    match endpoint.verifier.verify(passport_of(headers), services.clock.now()) {
        Ok(passport) => {
            let caller = Caller::of_passport(&passport.claims);
            request.extensions_mut().insert(RequestContext::new(caller, services, trace));
            next.run(request).instrument(span).await
        }
        Err(reason) => {
            let _entered = span.enter();
            tracing::warn!(%reason, "refused a request without a good passport");
            endpoint.metrics.refused(StatusCode::UNAUTHORIZED);
            let accept = graphql_endpoint::media_type(headers);
            graphql_endpoint::refusal(
                StatusCode::UNAUTHORIZED,
                accept,
                (ErrorCode::Unauthenticated, REFUSED),
                trace.trace_id(),
            )
        }
    }
}

/// A request with two passports has a malformed one.
fn passport_of(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HEADER).iter();
    let first = values.next()?;
    if values.next().is_some() {
        return Some("more than one");
    }
    // What is no text is no passport either.
    Some(first.to_str().unwrap_or("not a text"))
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

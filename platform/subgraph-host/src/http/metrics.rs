//! What `/metrics` shows of a subgraph.

use crate::Answer;
use http::StatusCode;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{borrow::Cow, time::Duration};

/// Upper bounds in seconds: from what is answered out of memory to the longest that a request may take.
const DURATION_BUCKETS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    /// `answered`, `partial` with errors beside data, or the status of a refusal.
    outcome: Cow<'static, str>,
}

#[derive(Debug)]
pub(super) struct HostMetrics {
    requests: Family<OutcomeLabels, Counter>,
    request_duration: Histogram,
    requests_in_flight: Gauge,
    pub(super) connections: Gauge,
}

/// A request is counted as long as this lives.
pub(super) struct Working<'a>(&'a Gauge);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl HostMetrics {
    pub(super) fn register(registry: &mut Registry, subgraph: &'static str) -> HostMetrics {
        let metrics = HostMetrics {
            requests: Family::default(),
            request_duration: Histogram::new(DURATION_BUCKETS),
            requests_in_flight: Gauge::default(),
            connections: Gauge::default(),
        };
        let registry = registry.sub_registry_with_label((Cow::Borrowed("subgraph"), Cow::Borrowed(subgraph)));
        let requests = "GraphQL requests to this subgraph by outcome";
        registry.register("hansa_subgraph_requests", requests, metrics.requests.clone());
        registry.register_with_unit(
            "hansa_subgraph_request_duration",
            "Time from a GraphQL request's head to its answer",
            Unit::Seconds,
            metrics.request_duration.clone(),
        );
        let in_flight = "GraphQL requests being worked on";
        registry.register("hansa_subgraph_requests_in_flight", in_flight, metrics.requests_in_flight.clone());
        registry.register("hansa_subgraph_connections", "Open connections", metrics.connections.clone());
        metrics
    }

    pub(super) fn working(&self) -> Working<'_> {
        self.requests_in_flight.inc();
        Working(&self.requests_in_flight)
    }

    pub(super) fn answered(&self, answer: &Answer, duration: Duration) {
        self.request_duration.observe(duration.as_secs_f64());
        let outcome = match answer {
            Answer { is_refused: true, .. } => "400",
            Answer { has_errors: true, .. } => "partial",
            _ => "answered",
        };
        self.count(outcome.into());
    }

    pub(super) fn refused(&self, status: StatusCode) {
        self.count(status.as_str().to_owned().into());
    }

    fn count(&self, outcome: Cow<'static, str>) {
        self.requests.get_or_create(&OutcomeLabels { outcome }).inc();
    }
}

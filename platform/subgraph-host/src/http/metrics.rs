//! What `/metrics` shows of a subgraph.

use crate::Answer;
use http::StatusCode;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
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

/// How streams of events go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(super) enum Transport {
    Socket,
    EventStream,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TransportLabels {
    transport: Transport,
}

#[derive(Debug)]
pub(super) struct HostMetrics {
    requests: Family<OutcomeLabels, Counter>,
    request_duration: Histogram,
    requests_in_flight: Gauge,
    pub(super) connections: Gauge,
    sockets: Gauge,
    streams: Family<TransportLabels, Gauge>,
    events: Family<OutcomeLabels, Counter>,
}

/// A stream is counted as long as this lives.
pub(super) struct OpenStream {
    open: Gauge,
    events: Family<OutcomeLabels, Counter>,
}

impl OpenStream {
    pub(super) fn answered(&self, answer: &Answer) {
        self.events.get_or_create(&OutcomeLabels { outcome: outcome_of(answer).into() }).inc();
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.open.dec();
    }
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
            sockets: Gauge::default(),
            streams: Family::default(),
            events: Family::default(),
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
        registry.register("hansa_subgraph_sockets", "Open WebSockets", metrics.sockets.clone());
        let streams = "Operations that are answered event by event, by transport";
        registry.register("hansa_subgraph_streams", streams, metrics.streams.clone());
        let events = "Answers of streams by outcome";
        registry.register("hansa_subgraph_stream_events", events, metrics.events.clone());
        metrics
    }

    pub(super) fn working(&self) -> Working<'_> {
        self.requests_in_flight.inc();
        Working(&self.requests_in_flight)
    }

    pub(super) fn answered(&self, answer: &Answer, duration: Duration) {
        self.request_duration.observe(duration.as_secs_f64());
        self.count(outcome_of(answer).into());
    }

    pub(super) fn stream(&self, transport: Transport) -> OpenStream {
        let open = self.streams.get_or_create_owned(&TransportLabels { transport });
        open.inc();
        OpenStream { open, events: self.events.clone() }
    }

    pub(super) fn socket(&self) -> Working<'_> {
        self.sockets.inc();
        Working(&self.sockets)
    }

    pub(super) fn refused(&self, status: StatusCode) {
        self.count(status.as_str().to_owned().into());
    }

    fn count(&self, outcome: Cow<'static, str>) {
        self.requests.get_or_create(&OutcomeLabels { outcome }).inc();
    }
}

fn outcome_of(answer: &Answer) -> &'static str {
    match answer {
        Answer { is_refused: true, .. } => "400",
        Answer { has_errors: true, .. } => "partial",
        _ => "answered",
    }
}

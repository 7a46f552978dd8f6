//! What `/metrics` shows of the router.

pub(crate) mod subscriptions;

use crate::{error_code::ErrorCode, reload::warm_up::WarmUp};
use http::StatusCode;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::time::Duration;

/// Upper bounds in seconds: half a millisecond for what is answered locally, up to the default timeouts.
const LATENCY_BUCKETS: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    /// `2xx`; `cancelled` where the client left before there was one.
    status: &'static str,
    /// Empty for an answer without errors, `EXECUTION` for errors beside data.
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct SubgraphLabels {
    subgraph: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct FetchErrorLabels {
    subgraph: String,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Debug)]
pub(crate) struct RouterMetrics {
    requests: Family<RequestLabels, Counter>,
    request_duration: Histogram,
    first_payload: Histogram,
    pub(crate) requests_in_flight: Gauge,
    pub(crate) connections: Gauge,
    fetch_duration: Family<SubgraphLabels, Histogram, fn() -> Histogram>,
    fetch_errors: Family<FetchErrorLabels, Counter>,
    shared_fetches: Family<SubgraphLabels, Counter>,
    plan_cache_lookups: Family<OutcomeLabels, Counter>,
    pub(crate) plan_cache_bytes: Gauge,
    pub(crate) plan_cache_entries: Gauge,
    reloads: Family<OutcomeLabels, Counter>,
    warm_up_plans: Family<OutcomeLabels, Counter>,
    warm_up_duration: Histogram,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    /// Data with errors beside it.
    Partial,
    Refused(ErrorCode),
}

impl Outcome {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Outcome::Answered => "",
            Outcome::Partial => "EXECUTION",
            Outcome::Refused(code) => code.as_str(),
        }
    }
}

/// One subgraph's part of the metrics, looked up once.
#[derive(Debug, Clone)]
pub(crate) struct FetchMetrics {
    subgraph: String,
    duration: Histogram,
    shared: Counter,
    errors: Family<FetchErrorLabels, Counter>,
}

fn latency_histogram() -> Histogram {
    Histogram::new(LATENCY_BUCKETS)
}

impl RouterMetrics {
    pub(crate) fn register(registry: &mut Registry) -> RouterMetrics {
        let metrics = RouterMetrics {
            requests: Family::default(),
            request_duration: latency_histogram(),
            first_payload: latency_histogram(),
            requests_in_flight: Gauge::default(),
            connections: Gauge::default(),
            fetch_duration: Family::new_with_constructor(latency_histogram),
            fetch_errors: Family::default(),
            shared_fetches: Family::default(),
            plan_cache_lookups: Family::default(),
            plan_cache_bytes: Gauge::default(),
            plan_cache_entries: Gauge::default(),
            reloads: Family::default(),
            warm_up_plans: Family::default(),
            warm_up_duration: latency_histogram(),
        };
        let requests = "GraphQL requests by status class and error code";
        registry.register("hansa_requests", requests, metrics.requests.clone());
        registry.register_with_unit(
            "hansa_request_duration",
            "Time from a GraphQL request's head to its answer, or to the last part of it",
            Unit::Seconds,
            metrics.request_duration.clone(),
        );
        registry.register_with_unit(
            "hansa_first_payload",
            "Time from a GraphQL request's head to the first part of an answer that comes in parts",
            Unit::Seconds,
            metrics.first_payload.clone(),
        );
        let in_flight = "GraphQL requests being worked on";
        registry.register("hansa_requests_in_flight", in_flight, metrics.requests_in_flight.clone());
        registry.register("hansa_connections", "Open client connections", metrics.connections.clone());
        registry.register_with_unit(
            "hansa_fetch_duration",
            "Time from a request to a subgraph to the last byte of its answer",
            Unit::Seconds,
            metrics.fetch_duration.clone(),
        );
        let fetch_errors = "Requests to subgraphs that got no usable answer";
        registry.register("hansa_fetch_errors", fetch_errors, metrics.fetch_errors.clone());
        let shared = "Fetches that got the answer of another request's fetch";
        registry.register("hansa_shared_fetches", shared, metrics.shared_fetches.clone());
        let lookups = "Query plans found in the cache (hit) or made (miss)";
        registry.register("hansa_plan_cache_lookups", lookups, metrics.plan_cache_lookups.clone());
        registry.register_with_unit(
            "hansa_plan_cache",
            "Memory of the cached query plans",
            Unit::Bytes,
            metrics.plan_cache_bytes.clone(),
        );
        registry.register("hansa_plan_cache_entries", "Cached query plans", metrics.plan_cache_entries.clone());
        let reloads =
            "Changed supergraphs that were taken (accepted), refused, or overtaken by a newer one (superseded)";
        registry.register("hansa_supergraph_reloads", reloads, metrics.reloads.clone());
        let plans =
            "Plans made ahead (planned), given up (dropped), or not made in time (left) when a supergraph changed";
        registry.register("hansa_warm_up_plans", plans, metrics.warm_up_plans.clone());
        registry.register_with_unit(
            "hansa_warm_up_duration",
            "Time for which plans were made ahead",
            Unit::Seconds,
            metrics.warm_up_duration.clone(),
        );
        metrics
    }

    pub(crate) fn observe_request(&self, status: StatusCode, outcome: Outcome, duration: Duration) {
        let labels = RequestLabels {
            status: match status.as_u16() {
                200..300 => "2xx",
                300..400 => "3xx",
                400..500 => "4xx",
                _ => "5xx",
            },
            code: outcome.code(),
        };
        self.requests.get_or_create(&labels).inc();
        self.request_duration.observe(duration.as_secs_f64());
    }

    pub(crate) fn observe_first_payload(&self, duration: Duration) {
        self.first_payload.observe(duration.as_secs_f64());
    }

    /// The client left before its answer.
    pub(crate) fn request_cancelled(&self) {
        let labels = RequestLabels { status: "cancelled", code: "" };
        self.requests.get_or_create(&labels).inc();
    }

    pub(crate) fn plan_lookup(&self, is_hit: bool) {
        let outcome = if is_hit { "hit" } else { "miss" };
        self.plan_cache_lookups.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(crate) fn reload(&self, outcome: &'static str) {
        self.reloads.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(crate) fn warmed_up(&self, warm_up: &WarmUp) {
        let counts = [("planned", warm_up.planned), ("dropped", warm_up.dropped), ("left", warm_up.left)];
        for (outcome, count) in counts {
            self.warm_up_plans.get_or_create(&OutcomeLabels { outcome }).inc_by(u64::from(count));
        }
        self.warm_up_duration.observe(warm_up.duration.as_secs_f64());
    }

    pub(crate) fn fetches_of(&self, subgraph: &str) -> FetchMetrics {
        let labels = SubgraphLabels { subgraph: subgraph.to_owned() };
        FetchMetrics {
            subgraph: subgraph.to_owned(),
            duration: self.fetch_duration.get_or_create(&labels).clone(),
            shared: self.shared_fetches.get_or_create(&labels).clone(),
            errors: self.fetch_errors.clone(),
        }
    }
}

impl FetchMetrics {
    pub(crate) fn answered(&self, duration: Duration) {
        self.duration.observe(duration.as_secs_f64());
    }

    pub(crate) fn shared(&self) {
        self.shared.inc();
    }

    pub(crate) fn failed(&self, code: &'static str) {
        let labels = FetchErrorLabels { subgraph: self.subgraph.clone(), code };
        self.errors.get_or_create(&labels).inc();
    }
}

/// What requests hold, and those that had to wait or go for it.
#[derive(Debug, Clone)]
pub(crate) struct MemoryMetrics {
    pub(crate) held: Gauge,
    pub(crate) bytes_max: Gauge,
    pub(crate) paced: Counter,
    shed: Family<ReasonLabels, Counter>,
}

impl MemoryMetrics {
    pub(crate) fn register(registry: &mut Registry) -> MemoryMetrics {
        let metrics = MemoryMetrics {
            held: Gauge::default(),
            bytes_max: Gauge::default(),
            paced: Counter::default(),
            shed: Family::default(),
        };
        let held = "Memory that requests hold, in steps of 16 KiB for each";
        registry.register_with_unit("hansa_request_memory", held, Unit::Bytes, metrics.held.clone());
        let bytes_max = "Memory that requests may hold together";
        registry.register_with_unit("hansa_request_memory_max", bytes_max, Unit::Bytes, metrics.bytes_max.clone());
        let paced = "Requests that waited for their turn, because others needed much memory";
        registry.register("hansa_requests_paced", paced, metrics.paced.clone());
        let shed = "Requests refused or given up with OVERLOADED, because of their number (requests) or of what they hold (memory)";
        registry.register("hansa_requests_shed", shed, metrics.shed.clone());
        metrics
    }

    pub(crate) fn shed(&self, reason: &'static str) {
        self.shed.get_or_create(&ReasonLabels { reason }).inc();
    }
}

/// What becomes of access tokens, and of the keys that verify them.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticationMetrics {
    refusals: Family<ReasonLabels, Counter>,
    lookups: Family<OutcomeLabels, Counter>,
    fetches: Family<OutcomeLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ReasonLabels {
    reason: &'static str,
}

impl AuthenticationMetrics {
    pub(crate) fn register(registry: &mut Registry) -> AuthenticationMetrics {
        let metrics = AuthenticationMetrics {
            refusals: Family::default(),
            lookups: Family::default(),
            fetches: Family::default(),
        };
        let refusals = "Requests refused for their access token, by reason";
        registry.register("hansa_token_refusals", refusals, metrics.refusals.clone());
        let lookups = "Access tokens that were known as verified (hit) or had to be verified (miss)";
        registry.register("hansa_token_cache_lookups", lookups, metrics.lookups.clone());
        let fetches = "Key sets of issuers that were read (accepted) or could not be had (refused)";
        registry.register("hansa_issuer_key_fetches", fetches, metrics.fetches.clone());
        metrics
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refusals.get_or_create(&ReasonLabels { reason }).inc();
    }

    pub(crate) fn looked_up(&self, is_hit: bool) {
        let outcome = if is_hit { "hit" } else { "miss" };
        self.lookups.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    pub(crate) fn fetched(&self, is_accepted: bool) {
        let outcome = if is_accepted { "accepted" } else { "refused" };
        self.fetches.get_or_create(&OutcomeLabels { outcome }).inc();
    }
}

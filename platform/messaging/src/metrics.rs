//! What workers count. The host hands its registry over before it runs them.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

/// Of the relay of one context.
#[derive(Debug, Clone, Default)]
pub(crate) struct RelayMetrics {
    pub(crate) published: Counter,
    pub(crate) waiting: Gauge,
    pub(crate) failures: Counter,
    pub(crate) healed: Counter,
    pub(crate) ahead: Counter,
    pub(crate) replayed: Counter,
}

/// Of one consumer.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConsumerMetrics {
    pub(crate) handled: Counter,
    pub(crate) skipped: Counter,
    pub(crate) duplicates: Counter,
    pub(crate) gaps: Counter,
    pub(crate) failed: Counter,
    pub(crate) parked: Counter,
    pub(crate) dead_letters: Gauge,
    pub(crate) halted_lanes: Gauge,
    pub(crate) missing_lanes: Gauge,
}

/// Of one queue of jobs.
#[derive(Debug, Clone, Default)]
pub(crate) struct JobMetrics {
    pub(crate) done: Counter,
    pub(crate) again: Counter,
    pub(crate) failed: Counter,
}

/// All of one context's workers.
#[derive(Debug, Clone, Default)]
pub(crate) struct WorkerMetrics {
    pub(crate) relay: RelayMetrics,
    pub(crate) consumers: Vec<(&'static str, ConsumerMetrics)>,
    pub(crate) queues: Vec<(&'static str, JobMetrics)>,
}

type Label = (std::borrow::Cow<'static, str>, std::borrow::Cow<'static, str>);

impl WorkerMetrics {
    pub(crate) fn register(&self, registry: &mut Registry) {
        register_relay(&self.relay, registry.sub_registry_with_prefix("hansa_relay"));
        for (name, metrics) in &self.consumers {
            let registry = registry.sub_registry_with_prefix("hansa_consumer");
            register_consumer(metrics, registry.sub_registry_with_label(label("consumer", name)));
        }
        for (name, metrics) in &self.queues {
            let registry = registry.sub_registry_with_prefix("hansa_jobs");
            register_queue(metrics, registry.sub_registry_with_label(label("queue", name)));
        }
    }
}

fn label(name: &'static str, value: &'static str) -> Label {
    (name.into(), value.into())
}

fn register_relay(metrics: &RelayMetrics, registry: &mut Registry) {
    registry.register("published_events", "Events that were published on the bus", metrics.published.clone());
    registry.register("waiting_events", "Events that wait to be published", metrics.waiting.clone());
    registry.register("failures", "Passes that the bus or the store broke off", metrics.failures.clone());
    registry.register("healed_events", "Events that the bus had lost", metrics.healed.clone());
    registry.register("lanes_ahead", "Lanes found with events that the log does not have", metrics.ahead.clone());
    registry.register("replayed_events", "Events that were sent again to consumers", metrics.replayed.clone());
}

fn register_consumer(metrics: &ConsumerMetrics, registry: &mut Registry) {
    registry.register("handled_events", "Events whose effect is committed", metrics.handled.clone());
    registry.register("skipped_events", "Events of kinds that it does not listen to", metrics.skipped.clone());
    registry.register("duplicate_events", "Repetitions that were dropped", metrics.duplicates.clone());
    registry.register("gaps", "Gaps in a lane's positions", metrics.gaps.clone());
    registry.register("failed_attempts", "Attempts to handle an event that failed", metrics.failed.clone());
    registry.register("parked_events", "Events that became dead letters", metrics.parked.clone());
    registry.register("dead_letters", "Unresolved dead letters", metrics.dead_letters.clone());
    registry.register("halted_lanes", "Lanes that wait for an operator", metrics.halted_lanes.clone());
    registry.register("missing_lanes", "Lanes whose next event nobody has", metrics.missing_lanes.clone());
}

fn register_queue(metrics: &JobMetrics, registry: &mut Registry) {
    registry.register("done", "Jobs that were done", metrics.done.clone());
    registry.register("again", "Jobs that are to be done again later", metrics.again.clone());
    registry.register("failed", "Attempts that failed", metrics.failed.clone());
}

//! What `/metrics` shows of subscriptions.

use super::ReasonLabels;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CloseLabels {
    code: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct SubscriptionMetrics {
    pub(crate) sockets: Gauge,
    pub(crate) streams: Gauge,
    pub(crate) events: Counter,
    pub(crate) dropped: Counter,
    ended: Family<ReasonLabels, Counter>,
    closed: Family<CloseLabels, Counter>,
}

impl SubscriptionMetrics {
    pub(crate) fn register(registry: &mut Registry) -> SubscriptionMetrics {
        let metrics = SubscriptionMetrics {
            sockets: Gauge::default(),
            streams: Gauge::default(),
            events: Counter::default(),
            dropped: Counter::default(),
            ended: Family::default(),
            closed: Family::default(),
        };
        registry.register("hansa_sockets", "Open WebSockets of clients", metrics.sockets.clone());
        registry.register("hansa_subscriptions", "Subscriptions under way", metrics.streams.clone());
        let events = "Responses to events of subscriptions, made for clients";
        registry.register("hansa_subscription_events", events, metrics.events.clone());
        let dropped = "Responses to events that a client was too slow to take";
        registry.register("hansa_subscription_events_dropped", dropped, metrics.dropped.clone());
        let ended =
            "Subscriptions that ended, by reason: completed, client (it left or had enough), or the code of the error";
        registry.register("hansa_subscriptions_ended", ended, metrics.ended.clone());
        let closed =
            "WebSockets of clients that were closed, by the code that the router sent (1000: the client closed it)";
        registry.register("hansa_sockets_closed", closed, metrics.closed.clone());
        metrics
    }

    pub(crate) fn ended(&self, reason: &'static str) {
        self.ended.get_or_create(&ReasonLabels { reason }).inc();
    }

    pub(crate) fn closed(&self, code: u16) {
        self.closed.get_or_create(&CloseLabels { code: code.into() }).inc();
    }
}

//! What requests share, built once when the router starts.

use crate::{
    Config,
    authentication::Authentication,
    graph::{CurrentGraph, Graph, GraphSurroundings},
    http::{
        admission::Admission,
        playground::{Playground, PreparedOperation},
    },
    memory::Memory,
    metrics::{MemoryMetrics, RouterMetrics, subscriptions::SubscriptionMetrics},
    owned_tasks::OwnedTasks,
    pipeline::{PipelineSettings, incremental_delivery::LONGEST_WAIT},
    subscriptions::Subscriptions,
};
use hansa_passport::Minter;
use hansa_telemetry::Metrics;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[derive(Debug)]
pub(crate) struct Wiring {
    pub(crate) graph: CurrentGraph,
    pub(crate) settings: Arc<PipelineSettings>,
    pub(crate) metrics: Arc<RouterMetrics>,
    pub(crate) registry: Metrics,
    pub(crate) memory: Arc<Memory>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) tasks: OwnedTasks,
    pub(crate) playground: Option<Playground>,
    pub(crate) authentication: Authentication,
    pub(crate) request_timeout: Duration,
    /// Between comments in a silent event stream.
    pub(crate) keep_alive: Duration,
    pub(crate) are_requests_logged: bool,
    pub(crate) subscriptions: Subscriptions,
    is_draining: AtomicBool,
}

impl Wiring {
    pub(crate) fn new(
        graph: Graph,
        mut registry: Metrics,
        surroundings: &GraphSurroundings,
        operations: &[PreparedOperation],
        (authentication, minter): (Authentication, Option<Minter>),
    ) -> Wiring {
        let config: &Config = &surroundings.config;
        let metrics = surroundings.metrics.clone();
        let memory = Arc::new(Memory::new(&config.memory, MemoryMetrics::register(registry.registry_mut())));
        let subscriptions = Subscriptions::new(config, SubscriptionMetrics::register(registry.registry_mut()));
        Wiring {
            graph: CurrentGraph::new(graph),
            settings: Arc::new(PipelineSettings {
                limits: config.limits.clone(),
                is_introspection_on: config.is_introspection_on(),
                is_query_plan_on: config.is_query_plan_on(),
                is_incremental_on: config.incremental_delivery.enabled,
                execution_limits: config.execution.limits(),
                error_policy: config.subgraph_errors.policy(),
                minter,
                label_rules: surroundings.label_rules.clone(),
            }),
            admission: Arc::new(Admission::new(config.requests_max, &metrics, memory.clone())),
            memory,
            metrics,
            registry,
            tasks: OwnedTasks::default(),
            playground: config.is_playground_on().then(|| Playground::new(operations)),
            authentication,
            request_timeout: config.request_timeout.0,
            keep_alive: config.incremental_delivery.keep_alive.0.min(LONGEST_WAIT),
            are_requests_logged: config.logs.requests,
            subscriptions,
            is_draining: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    pub(crate) fn start_draining(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
        self.subscriptions.stop();
    }
}

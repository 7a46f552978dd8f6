//! What a context runs beside its schema: the relay of its log, its consumers, its jobs.

use crate::{
    Backlog, Bus, BusError, Consumer, DocumentConsumer, JobHandler, ReceivedEvent,
    consuming::{ConsumerRunner, Effects, RelationalEffects},
    documents::DocumentEffects,
    jobs::runner::JobRunner,
    leases::LeaseKeeper,
    metrics::{ConsumerMetrics, JobMetrics, WorkerMetrics},
    relay::{Relay, Replays},
    settings::WorkerSettings,
};
use hansa_event_sourcing::{
    Cause, Clock, Command, IdSource, LogError, SharedCheckpointStore, SharedEventLog, SharedRelayStore,
};
use hansa_relational::Relational;
use prometheus_client::registry::Registry;
use std::{collections::BTreeSet, fmt, sync::Arc};
use tokio::{sync::watch, task::JoinSet};
use tracing::error;

/// The workers of one context. Clones are the same workers: run one.
#[derive(Clone)]
pub struct Workers {
    pub(crate) context: &'static str,
    pub(crate) bus: Bus,
    pub(crate) log: SharedEventLog,
    pub(crate) notes: SharedRelayStore,
    /// What consumers and jobs need; a context of documents has none.
    pub(crate) store: Option<Relational>,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
    pub(crate) consumers: Vec<Arc<dyn Consumer>>,
    /// Of a context of documents, with the store that has their effects.
    pub(crate) document_consumers: Vec<(Arc<dyn DocumentConsumer>, SharedCheckpointStore)>,
    pub(crate) job_handlers: Vec<Arc<dyn JobHandler>>,
    pub(crate) settings: Arc<WorkerSettings>,
    backlog: Backlog,
    metrics: WorkerMetrics,
}

impl Workers {
    /// Of a relational context: the relay that publishes its log, to begin with.
    pub fn new(context: &'static str, bus: &Bus, store: &Relational, times: (&Clock, &IdSource)) -> Workers {
        let (log, notes): (SharedEventLog, SharedRelayStore) = (Arc::new(store.clone()), Arc::new(store.clone()));
        Workers { store: Some(store.clone()), ..Workers::of_log(context, bus, (log, notes), times) }
    }

    /// Of a context with another store: the relay that publishes its log. Its consumers are
    /// [`Workers::document_consumer`]s, and it has no jobs.
    pub fn of_log(
        context: &'static str,
        bus: &Bus,
        (log, notes): (SharedEventLog, SharedRelayStore),
        (clock, ids): (&Clock, &IdSource),
    ) -> Workers {
        let settings = Arc::new(WorkerSettings::default());
        Workers {
            context,
            bus: bus.clone(),
            log,
            notes,
            store: None,
            clock: clock.clone(),
            ids: ids.clone(),
            consumers: Vec::new(),
            document_consumers: Vec::new(),
            job_handlers: Vec::new(),
            backlog: Backlog::new(&settings, clock),
            settings,
            metrics: WorkerMetrics::default(),
        }
    }

    /// Other settings than usual: for tests. Before [`Workers::backlog`], where its limits matter.
    pub fn settings(mut self, settings: WorkerSettings) -> Workers {
        self.settings = Arc::new(settings);
        self.backlog = self.backlog.with(&self.settings);
        self
    }

    /// # Panics
    /// Where the context's store is not relational, or has a consumer of this name.
    pub fn consumer(mut self, consumer: impl Consumer) -> Workers {
        assert!(self.store.is_some(), "consumers need a relational store: their effect and checkpoint commit together");
        let name = consumer.name();
        assert!(self.consumers.iter().all(|other| other.name() != name), "there are two consumers `{name}`");
        self.metrics.consumers.push((name, ConsumerMetrics::default()));
        self.consumers.push(Arc::new(consumer));
        self
    }

    /// A consumer of a context of documents, which keeps its place in the store that has its effects.
    ///
    /// # Panics
    /// Where the context's store is relational, or has a consumer of this name.
    pub fn document_consumer(mut self, consumer: impl DocumentConsumer, store: SharedCheckpointStore) -> Workers {
        assert!(self.store.is_none(), "a relational context has consumers that commit with their checkpoints");
        let name = consumer.name();
        let has_it = self.document_consumers.iter().any(|(other, _)| other.name() == name);
        assert!(!has_it, "there are two consumers `{name}`");
        self.metrics.consumers.push((name, ConsumerMetrics::default()));
        self.document_consumers.push((Arc::new(consumer), store));
        self
    }

    /// # Panics
    /// Where the context's store is not relational, or has a handler of this queue.
    pub fn jobs(mut self, handler: impl JobHandler) -> Workers {
        assert!(self.store.is_some(), "jobs need a relational store");
        let queue = handler.queue();
        assert!(self.job_handlers.iter().all(|other| other.queue() != queue), "there are two handlers of `{queue}`");
        self.metrics.queues.push((queue, JobMetrics::default()));
        self.job_handlers.push(Arc::new(handler));
        self
    }

    /// How much waits to be published, to refuse commands when that is too much.
    pub fn backlog(&self) -> Backlog {
        self.backlog.clone()
    }

    /// The store of a relational context.
    pub fn relational(&self) -> Option<&Relational> {
        self.store.as_ref()
    }

    /// Whose workers they are.
    pub fn context(&self) -> &'static str {
        self.context
    }

    pub fn log(&self) -> &SharedEventLog {
        &self.log
    }

    /// To answer consumers that ask for events which the bus does not have, as workers that run do by themselves.
    pub async fn replays(&self) -> Result<Replays, LogError> {
        Replays::open(self.context, &self.bus, &self.log).await
    }

    /// Makes the streams of the context and of those that it listens to where they are missing, and checks them where they
    /// are there. Before [`Workers::run`]. A bus that is not reachable now is waited for, and checked then.
    ///
    /// # Errors
    /// [`BusError::OtherSettings`], which only an operator can mend.
    pub async fn check_streams(&self) -> Result<(), BusError> {
        let listening = self.listening();
        let listening = listening.iter().flat_map(|(_, listens)| *listens);
        let sources: BTreeSet<&str> = listening.map(|listening| listening.context).collect();
        let sources = sources.into_iter().filter(|source| *source != self.context).map(|source| (source, None));
        for (context, lanes) in std::iter::once((self.context, Some(self.log.lanes()))).chain(sources) {
            match self.bus.declare(context, lanes).await {
                Ok(_) => {}
                Err(error @ BusError::OtherSettings { .. }) => return Err(error),
                Err(error) => tracing::debug!(%error, stream.context = context, "a stream is looked at later"),
            }
        }
        Ok(())
    }

    /// Where what the workers count is shown. Before [`Workers::run`].
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.metrics.register(registry);
    }

    /// Works until `stopped`; then finishes what is under way.
    pub async fn run(self, stopped: impl Future<Output = ()> + Send) {
        let (stop, stopping) = watch::channel(false);
        let (stop_relay, relay_stopping) = watch::channel(false);
        let mut keeper = LeaseKeeper::new(self.notes.clone(), self.settings.clone());
        let holder = keeper.holder();
        let (mut tasks, mut relaying) = (JoinSet::new(), JoinSet::new());
        relaying.spawn(self.relay(&mut keeper).run(relay_stopping));
        for runner in self.consumer_runners(&mut keeper) {
            tasks.spawn(runner.run(stopping.clone()));
        }
        for runner in self.job_runners(&holder) {
            tasks.spawn(runner.run(stopping.clone()));
        }
        // Leases are kept until everything has stopped.
        let (stop_keeper, keeper_stopping) = watch::channel(false);
        let mut keeping = JoinSet::new();
        keeping.spawn(keeper.run(keeper_stopping));
        stopped.await;
        stop.send_replace(true);
        join(self.context, &mut tasks).await;
        // What the others have committed to the end is published, too.
        stop_relay.send_replace(true);
        join(self.context, &mut relaying).await;
        stop_keeper.send_replace(true);
        while keeping.join_next().await.is_some() {}
        LeaseKeeper::give_up(&self.notes, holder).await;
    }

    #[cfg(test)]
    pub(crate) fn test_relay(&self, keeper: &mut LeaseKeeper) -> Relay {
        self.relay(keeper)
    }

    fn relay(&self, keeper: &mut LeaseKeeper) -> Relay {
        Relay {
            context: self.context,
            bus: self.bus.clone(),
            log: self.log.clone(),
            store: self.notes.clone(),
            lease: keeper.lease("relay"),
            settings: self.settings.clone(),
            backlog: self.backlog.clone(),
            metrics: self.metrics.relay.clone(),
        }
    }

    fn consumer_runners(&self, keeper: &mut LeaseKeeper) -> Vec<ConsumerRunner> {
        let runners = self.effects().into_iter().zip(&self.metrics.consumers);
        let runner =
            |(effects, (name, metrics)): (Box<dyn Effects>, &(&'static str, ConsumerMetrics))| ConsumerRunner {
                context: self.context,
                effects,
                bus: self.bus.clone(),
                lease: keeper.lease(format!("consumer/{name}")),
                settings: self.settings.clone(),
                metrics: metrics.clone(),
            };
        runners.map(runner).collect()
    }

    /// All consumers with their stores: those of a context are all of one kind.
    fn effects(&self) -> Vec<Box<dyn Effects>> {
        let (context, clock, ids) = (self.context, &self.clock, &self.ids);
        let mut all: Vec<Box<dyn Effects>> = Vec::new();
        if let Some(store) = &self.store {
            for consumer in self.consumers.iter().cloned() {
                let (store, clock, ids) = (store.clone(), clock.clone(), ids.clone());
                all.push(Box::new(RelationalEffects { context, consumer, store, clock, ids }));
            }
        }
        for (consumer, store) in self.document_consumers.iter().cloned() {
            let (clock, ids) = (clock.clone(), ids.clone());
            all.push(Box::new(DocumentEffects { context, consumer, store, clock, ids }));
        }
        all
    }

    fn job_runners(&self, holder: &str) -> Vec<JobRunner> {
        let Some(store) = &self.store else { return Vec::new() };
        let runner = |(handler, (_, metrics)): (&Arc<dyn JobHandler>, &(&'static str, JobMetrics))| JobRunner {
            context: self.context,
            handler: handler.clone(),
            store: store.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            settings: self.settings.clone(),
            holder: holder.to_owned(),
            metrics: metrics.clone(),
        };
        self.job_handlers.iter().zip(&self.metrics.queues).map(runner).collect()
    }
}

async fn join(context: &str, tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            error!(context.name = context, %error, "a worker ended by a panic");
        }
    }
}

/// The command under which a consumer handles an event.
pub(crate) fn command_for(consumer: &'static str, of_unit: &Command, event: &ReceivedEvent) -> Command {
    Command {
        operation: consumer,
        actor: of_unit.actor.clone(),
        now: of_unit.now,
        ids: of_unit.ids.clone(),
        traceparent: event.event.traceparent.clone(),
        idempotency_key: None,
        cause: Cause { correlation_id: event.event.correlation_id, causation_id: Some(event.event.event_id) },
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Workers").field("context", &self.context).finish_non_exhaustive()
    }
}

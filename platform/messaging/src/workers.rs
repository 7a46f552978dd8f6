//! What a context runs beside its schema: the relay of its log, its consumers, its jobs.

use crate::{Bus, Consumer, JobHandler, ReceivedEvent};
use hansa_event_sourcing::{Cause, Clock, Command, IdSource};
use hansa_relational::Relational;
use std::{fmt, sync::Arc};

/// The workers of one context. Clones are the same workers: run one.
#[derive(Clone)]
pub struct Workers {
    pub(crate) context: &'static str,
    pub(crate) bus: Bus,
    pub(crate) store: Relational,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
    pub(crate) consumers: Vec<Arc<dyn Consumer>>,
    pub(crate) job_handlers: Vec<Arc<dyn JobHandler>>,
}

impl Workers {
    /// Of a relational context: the relay that publishes its log, to begin with.
    pub fn new(context: &'static str, bus: &Bus, store: &Relational, (clock, ids): (&Clock, &IdSource)) -> Workers {
        Workers {
            context,
            bus: bus.clone(),
            store: store.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            consumers: Vec::new(),
            job_handlers: Vec::new(),
        }
    }

    pub fn consumer(mut self, consumer: impl Consumer) -> Workers {
        self.consumers.push(Arc::new(consumer));
        self
    }

    pub fn jobs(mut self, handler: impl JobHandler) -> Workers {
        self.job_handlers.push(Arc::new(handler));
        self
    }

    /// Works until `stopped`; then finishes what is under way.
    pub async fn run(self, stopped: impl Future<Output = ()> + Send) {
        stopped.await;
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

//! Runs processes: a consumer of answers and a handler of timers, which load a process, let it react, append what follows
//! and keep its timer, in one unit of work.

use crate::{Happening, Process, What, react, wake_at};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Actor, Cause, Clock, Command, FailureMeaning, IdSource, StoreFailure};
use hansa_event_store::{AppendError, LoadError, Loaded, append, hold, load, prefetch};
use hansa_messaging::{
    Consumer, HandleError, HandleFuture, Job, JobClaim, JobFuture, JobHandler, JobOutcome, Listening, OnFailure,
    ReceivedEvent, cancel, schedule,
};
use hansa_relational::{Relational, StoreError, UnitOfWork};
use hansa_values::AnyId;
use std::{collections::BTreeSet, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};
use uuid::Uuid;

/// After a version conflict the timer is tried again so much later.
const AFTER_CONFLICT: Duration = Duration::from_millis(200);

/// A notice, where there is something to notice.
pub type NoticeFuture<'a, N> = Pin<Box<dyn Future<Output = Result<Option<N>, HandleError>> + Send + 'a>>;

/// What is special about the processes of one kind.
pub trait Host<P: Process>: Send + Sync + 'static {
    /// Name of the consumer and of the queue of timers.
    fn name(&self) -> &'static str;

    fn listens_to(&self) -> &'static [Listening];

    /// Which process an event is for, and what it tells it; `None` for what is no process's business.
    fn correlate(&self, event: &ReceivedEvent) -> Result<Option<Correlated<P>>, HandleError>;

    /// What a timer that rings tells a process. That time has passed, but for a host that knows better: where nobody can have
    /// heard of a request yet, nobody is late.
    fn ringing(&self, _at: DateTime<Utc>) -> What<P::Detail, P::Notice> {
        What::Clock
    }

    /// Reads at once what the effects on these processes will need one by one.
    fn prepare<'a>(&'a self, _unit: &'a mut UnitOfWork, _ids: &'a [String]) -> HandleFuture<'a> {
        Box::pin(async { Ok(()) })
    }

    /// What a process has to know before it is told this, and only the store says. It is told that first.
    fn beforehand<'a>(
        &'a self,
        _unit: &'a mut UnitOfWork,
        _told: (&'a P, &'a What<P::Detail, P::Notice>),
    ) -> NoticeFuture<'a, P::Notice> {
        Box::pin(async { Ok(None) })
    }

    /// What else becomes true in the unit of these events, such as the status of an order.
    fn effect<'a>(&'a self, unit: &'a mut UnitOfWork, changed: (&'a P, &'a [P::Event])) -> HandleFuture<'a>;
}

/// An event as a process sees it.
#[derive(Debug, Clone)]
pub struct Correlated<P: Process> {
    /// The stream of the process.
    pub id: String,
    pub what: What<P::Detail, P::Notice>,
}

/// Why a process could not react.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("do what follows from a step of the process {id}")]
    Effect {
        id: String,
        #[source]
        source: HandleError,
    },
}

impl StoreFailure for ProcessError {
    fn meaning(&self) -> FailureMeaning {
        match self {
            ProcessError::Load(error) => error.meaning(),
            ProcessError::Append(error) => error.meaning(),
            ProcessError::Store(error) => error.meaning(),
            ProcessError::Effect { .. } => FailureMeaning::Broken,
        }
    }
}

/// All processes of one kind. Clones share the host.
pub struct Processes<P, H> {
    host: Arc<H>,
    kind: std::marker::PhantomData<fn() -> P>,
}

/// The timers of processes.
pub struct ProcessTimers<P, H> {
    processes: Processes<P, H>,
    store: Relational,
    clock: Clock,
    ids: IdSource,
}

impl<P: Process, H: Host<P>> Processes<P, H> {
    pub fn new(host: H) -> Processes<P, H> {
        Processes { host: Arc::new(host), kind: std::marker::PhantomData }
    }

    /// What the workers of the context run beside this consumer.
    pub fn timers(&self, store: &Relational, (clock, ids): (&Clock, &IdSource)) -> ProcessTimers<P, H> {
        ProcessTimers { processes: self.clone(), store: store.clone(), clock: clock.clone(), ids: ids.clone() }
    }

    /// Begins a process of which there is nothing yet, or the unit fails; gives its state after that.
    pub async fn begin(
        &self,
        unit: &mut UnitOfWork,
        id: &str,
        what: What<P::Detail, P::Notice>,
    ) -> Result<P, ProcessError> {
        self.tell_loaded(unit, (id, Loaded::default()), what).await
    }

    /// Tells a process what has happened; gives its state after that. What it has not heard of it begins with.
    pub async fn tell(
        &self,
        unit: &mut UnitOfWork,
        id: &str,
        what: What<P::Detail, P::Notice>,
    ) -> Result<P, ProcessError> {
        let loaded = load::<P>(unit, id).await?;
        self.tell_loaded(unit, (id, loaded), what).await
    }

    async fn tell_loaded(
        &self,
        unit: &mut UnitOfWork,
        (id, loaded): (&str, Loaded<P>),
        what: What<P::Detail, P::Notice>,
    ) -> Result<P, ProcessError> {
        let (before, after) = self.advance(unit, (id, loaded), what).await?;
        self.keep_timer(unit, id, (wake_at(&before), wake_at(&after))).await?;
        Ok(after)
    }

    async fn advance(
        &self,
        unit: &mut UnitOfWork,
        (id, loaded): (&str, Loaded<P>),
        what: What<P::Detail, P::Notice>,
    ) -> Result<(P, P), ProcessError> {
        let before = loaded.state.clone();
        let at = unit.command().now;
        let failed = |source| ProcessError::Effect { id: id.to_owned(), source };
        let noticed = self.host.beforehand(unit, (&before, &what)).await.map_err(failed)?;
        let mut events = Vec::new();
        let mut state = before.clone();
        for what in noticed.map(What::Notice).into_iter().chain([what]) {
            let followed = react(&state, Happening { at, what });
            followed.iter().for_each(|event| state.evolve(event));
            events.extend(followed);
        }
        if events.is_empty() {
            return Ok((before.clone(), before));
        }
        let after = append(unit, (id, None), loaded, events.clone()).await?.state;
        self.host.effect(unit, (&after, &events)).await.map_err(failed)?;
        Ok((before, after))
    }

    /// There is always a timer that rings no later than it has to: one that rings early finds nothing to do and is set
    /// again. So an answer in time, which puts the next ringing off, writes nothing.
    async fn keep_timer(
        &self,
        unit: &mut UnitOfWork,
        id: &str,
        (before, after): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> Result<(), StoreError> {
        match (before, after) {
            (Some(before), Some(after)) if before <= after => Ok(()),
            (_, Some(due_at)) => schedule(unit, &self.job(id, due_at, unit.command().traceparent.clone())).await,
            (Some(_), None) => cancel(unit, self.host.name(), id).await,
            (None, None) => Ok(()),
        }
    }

    fn job(&self, id: &str, due_at: DateTime<Utc>, traceparent: Option<String>) -> Job {
        let content = serde_json::json!({ "process": id });
        Job { queue: self.host.name(), key: id.to_owned(), content, due_at, traceparent }
    }
}

impl<P: Process, H: Host<P>> Consumer for Processes<P, H> {
    fn name(&self) -> &'static str {
        self.host.name()
    }

    fn listens_to(&self) -> &'static [Listening] {
        self.host.listens_to()
    }

    /// Money and stock hang on it: nothing is left out.
    fn on_failure(&self) -> OnFailure {
        OnFailure::Halt
    }

    fn prepare<'a>(&'a self, unit: &'a mut UnitOfWork, events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async move {
            let mut ids = BTreeSet::new();
            for event in events {
                ids.extend(self.host.correlate(event)?.map(|correlated| correlated.id));
            }
            let ids: Vec<String> = ids.into_iter().collect();
            // Everybody writes processes first, then what their effects are on, then their timers.
            hold(unit, &ids).await?;
            prefetch::<P>(unit, &ids).await?;
            self.host.prepare(unit, &ids).await
        })
    }

    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a> {
        Box::pin(async move {
            let Some(Correlated { id, what }) = self.host.correlate(event)? else { return Ok(()) };
            // Where the answer does not say what it is a part of, its process does.
            let mut command = unit.command().clone();
            command.cause.correlation_id = command.cause.correlation_id.or(uuid_of(&id));
            unit.act_for(command);
            self.tell(unit, &id, what).await?;
            Ok(())
        })
    }
}

impl<P: Process, H: Host<P>> ProcessTimers<P, H> {
    /// One ringing: the process learns the time.
    async fn ring(&self, claim: &JobClaim) -> Result<(), ProcessError> {
        let id = claim.job.key.as_str();
        let command = Command {
            operation: self.processes.host.name(),
            actor: Actor::default(),
            now: self.clock.now(),
            ids: self.ids.clone(),
            traceparent: claim.job.traceparent.clone(),
            idempotency_key: None,
            cause: Cause { correlation_id: hansa_values::AnyId::parse(id).map(|id| id.uuid), causation_id: None },
        };
        let mut unit = self.store.begin_unit(&command).await?;
        let loaded = load::<P>(&mut unit, id).await?;
        let told = self.processes.host.ringing(command.now);
        let (_, after) = self.processes.advance(&mut unit, (id, loaded), told).await?;
        // The timer is written behind its process, as by answers: neither waits for the other with what the other waits for.
        // First the ringing is taken away, then the next one is set.
        claim.complete(&mut unit).await?;
        if let Some(due_at) = wake_at(&after) {
            schedule(&mut unit, &self.processes.job(id, due_at, command.traceparent)).await?;
        }
        Ok(unit.commit(&()).await?)
    }
}

fn uuid_of(id: &str) -> Option<Uuid> {
    AnyId::parse(id).map(|id| id.uuid)
}

impl<P: Process, H: Host<P>> JobHandler for ProcessTimers<P, H> {
    fn queue(&self) -> &'static str {
        self.processes.host.name()
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            match self.ring(claim).await {
                Ok(()) => Ok(JobOutcome::Completed),
                Err(ProcessError::Store(error)) => Err(error),
                Err(ProcessError::Load(LoadError::Store(error)) | ProcessError::Append(AppendError::Store(error))) => {
                    Err(error)
                }
                Err(ProcessError::Append(error @ AppendError::VersionConflict { .. })) => {
                    Ok(JobOutcome::Again { after: AFTER_CONFLICT, why: error.to_string() })
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, process.id = claim.job.key, "a timer of a process cannot be handled");
                    let after = Duration::from_secs(5).saturating_mul(1 << claim.attempt.clamp(0, 6));
                    Ok(JobOutcome::Again { after, why: error.to_string() })
                }
            }
        })
    }
}

impl From<ProcessError> for HandleError {
    fn from(error: ProcessError) -> HandleError {
        match error {
            ProcessError::Effect { source: HandleError::Poison(why), id } => {
                HandleError::Poison(format!("the process {id}: {why}"))
            }
            ProcessError::Load(LoadError::Event { .. } | LoadError::Hole { .. }) => {
                HandleError::Poison(error.to_string())
            }
            other => HandleError::Retry(other.into()),
        }
    }
}

impl<P, H> Clone for Processes<P, H> {
    fn clone(&self) -> Self {
        Processes { host: self.host.clone(), kind: self.kind }
    }
}

impl<P, H> fmt::Debug for Processes<P, H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Processes").finish_non_exhaustive()
    }
}

impl<P, H> fmt::Debug for ProcessTimers<P, H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProcessTimers").finish_non_exhaustive()
    }
}

//! The task of one queue: claims what is due, as much as its handler does at the same time.

use super::{
    JobClaim, JobHandler, JobOutcome,
    claiming::{self, Claiming},
};
use crate::{failures::with_sources, metrics::JobMetrics, settings::WorkerSettings};
use chrono::TimeDelta;
use futures_util::FutureExt;
use hansa_event_sourcing::{Actor, Cause, Clock, Command, IdSource};
use hansa_relational::{Relational, StoreError};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tracing::{debug, error, warn};

/// A job that fails again and again is tried at least this often.
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// What this process schedules wakes it, and when that is due is known. What others have scheduled they do themselves,
/// unless they have ended: it is seen after so long at most.
const POLL: Duration = Duration::from_secs(2);

enum Wait {
    /// A job is due.
    None,
    Until(Instant),
}

#[derive(Clone)]
pub(crate) struct JobRunner {
    pub(crate) context: &'static str,
    pub(crate) handler: Arc<dyn JobHandler>,
    pub(crate) store: Relational,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
    pub(crate) settings: Arc<WorkerSettings>,
    pub(crate) holder: String,
    pub(crate) metrics: JobMetrics,
}

impl JobRunner {
    /// Until `stopped`; then finishes the jobs under way.
    pub(crate) async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut woken = self.store.woken();
        let mut working: JoinSet<()> = JoinSet::new();
        let (queue, concurrency) = (self.handler.queue(), self.handler.concurrency().max(1));
        while !*stopped.borrow() {
            let wakes = woken.borrow_and_update().of(queue);
            while working.try_join_next().is_some() {}
            let free = concurrency - working.len().min(concurrency);
            let until = match self.wait(free).await {
                // Most of the time nothing is due, which is found out without writing.
                Wait::None if self.begin(&mut working, free).await => continue,
                Wait::None => Instant::now() + POLL,
                Wait::Until(until) => until,
            };
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => {}
                _ = woken.wait_for(|woken| woken.of(queue) != wakes) => {}
                Some(_) = working.join_next() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
        while working.join_next().await.is_some() {}
    }

    /// Claims and begins; gives whether there was something.
    async fn begin(&self, working: &mut JoinSet<()>, free: usize) -> bool {
        let lease = self.handler.lease();
        let claiming = Claiming { queue: self.handler.queue(), holder: &self.holder, lease, limit: free };
        match claiming::claim(&self.store, &self.command(), claiming).await {
            Ok(claims) => {
                let has_some = !claims.is_empty();
                for claim in claims {
                    let runner = self.clone();
                    working.spawn(async move { runner.work(claim).await });
                }
                has_some
            }
            Err(error) => {
                warn!(queue = self.handler.queue(), error = with_sources(&error), "could not claim jobs");
                tokio::time::sleep(self.settings.pause_after_failure).await;
                false
            }
        }
    }

    /// How long there is nothing to claim.
    async fn wait(&self, free: usize) -> Wait {
        let latest = Instant::now() + POLL;
        if free == 0 {
            return Wait::Until(latest);
        }
        match claiming::next_due(&self.store, self.handler.queue()).await {
            Ok(None) => Wait::Until(latest),
            Ok(Some(due_at)) => match (due_at - self.clock.now()).to_std() {
                Ok(wait) if wait > Duration::ZERO => Wait::Until(latest.min(Instant::now() + wait)),
                _ => Wait::None,
            },
            Err(error) => {
                warn!(queue = self.handler.queue(), error = with_sources(&error), "could not look for jobs");
                tokio::time::sleep(self.settings.pause_after_failure).await;
                Wait::Until(Instant::now())
            }
        }
    }

    async fn work(&self, claim: JobClaim) {
        let (queue, key) = (claim.job.queue, claim.job.key.as_str());
        let handling = AssertUnwindSafe(self.handler.handle(&claim)).catch_unwind();
        // Later than that another process may be at it.
        let outcome = match tokio::time::timeout(self.handler.lease(), handling).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(failed("the handler panicked")),
            Err(_) => Err(failed("the handler took longer than its lease")),
        };
        let (after, why) = match outcome {
            Ok(JobOutcome::Completed) => {
                self.metrics.done.inc();
                let trace = claim.job.traceparent.as_deref().unwrap_or_default();
                debug!(queue, job.key = key, trace_id = trace.split('-').nth(1).unwrap_or_default(), "did a job");
                return;
            }
            Ok(JobOutcome::Again { after, why }) => {
                self.metrics.again.inc();
                debug!(queue, job.key = key, attempt = claim.attempt, why, "a job is to be done again");
                (after, why)
            }
            Err(StoreError::CheckpointMoved) => {
                debug!(queue, job.key = key, "a job was scheduled again, cancelled or claimed by another meanwhile");
                return;
            }
            Err(error) => {
                self.metrics.failed.inc();
                let why = with_sources(&error);
                error!(context.name = self.context, queue, job.key = key, attempt = claim.attempt, why, "a job failed");
                (self.settings.delay_after(claim.attempt).unwrap_or(PAUSE_MAX), why)
            }
        };
        let due_at = self.clock.now() + TimeDelta::from_std(after).unwrap_or(TimeDelta::days(1));
        let given_back = claiming::give_back(&self.store, &self.command(), &claim, (due_at, &why)).await;
        if let Err(error) = given_back {
            warn!(
                queue,
                job.key = key,
                error = with_sources(&error),
                "could not give a job back; its lease will expire"
            );
        }
    }

    fn command(&self) -> Command {
        Command {
            operation: self.handler.queue(),
            actor: Actor { user: None, tenant: None, key: Some(format!("{}/{}", self.context, self.handler.queue())) },
            now: self.clock.now(),
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        }
    }
}

fn failed(why: &'static str) -> StoreError {
    StoreError::Engine { attempted: "handle a job", source: why.into() }
}

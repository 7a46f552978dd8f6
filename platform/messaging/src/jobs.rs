//! Jobs: work that a context gives itself for later, such as timers and calls to the outside. A job is scheduled in a unit
//! of work, survives restarts, is claimed by one process at a time, and is gone when the unit that completes it commits.

pub(crate) mod claiming;
pub(crate) mod runner;

use chrono::{DateTime, Utc};
use hansa_relational::{StoreError, UnitOfWork, query};
use serde_json::Value;
use std::{future::Future, pin::Pin, time::Duration};

/// Work for later.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Whose work it is, in kebab case.
    pub queue: &'static str,
    /// Unique in the queue: scheduling the same key again replaces content and time.
    pub key: String,
    /// An object.
    pub content: Value,
    pub due_at: DateTime<Utc>,
    pub traceparent: Option<String>,
}

/// A job that this process works on.
#[derive(Debug, Clone)]
pub struct JobClaim {
    pub job: Job,
    /// 1 the first time.
    pub attempt: i64,
    /// Changed by every claim, and whenever the job is scheduled again.
    pub(crate) token: i64,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    /// The handler has completed it with [`JobClaim::complete`], in the unit that had the effect.
    Completed,
    /// To be done again later, with the attempts counted on.
    Again { after: Duration, why: String },
}

pub type JobFuture<'a> = Pin<Box<dyn Future<Output = Result<JobOutcome, StoreError>> + Send + 'a>>;

/// Does the jobs of one queue.
pub trait JobHandler: Send + Sync + 'static {
    fn queue(&self) -> &'static str;

    /// How many jobs at the same time.
    fn concurrency(&self) -> usize {
        8
    }

    /// How long a job may take until another process may claim it.
    fn lease(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a>;
}

/// Schedules a job in a unit of work. A job with the same key that somebody works on cannot be completed by them any more.
pub async fn schedule(unit: &mut UnitOfWork, job: &Job) -> Result<(), StoreError> {
    let schedule = query(
        "INSERT INTO jobs (queue, job_key, content, due_at, traceparent, attempts, token)
         VALUES ($1, $2, $3, $4, $5, 0, 1)
         ON CONFLICT (queue, job_key) DO UPDATE SET content = excluded.content, due_at = excluded.due_at,
             traceparent = excluded.traceparent, attempts = 0, token = jobs.token + 1, claimed_by = NULL,
             claimed_until = NULL, last_error = NULL",
    );
    let schedule = schedule
        .bind(job.queue)
        .bind(&job.key)
        .bind(job.content.clone())
        .bind(job.due_at)
        .bind(job.traceparent.clone());
    schedule.execute(unit).await?;
    unit.wake(job.queue);
    Ok(())
}

/// Takes a job back; nothing happens where it is done already. Whoever works on it cannot complete it any more.
pub async fn cancel(unit: &mut UnitOfWork, queue: &str, key: &str) -> Result<(), StoreError> {
    let cancel = query("DELETE FROM jobs WHERE queue = $1 AND job_key = $2").bind(queue).bind(key);
    cancel.execute(unit).await.map(drop)
}

impl JobClaim {
    /// Removes the job with the unit's commit. Its key can be scheduled again in the same unit, after this.
    ///
    /// # Errors
    /// `CheckpointMoved` where another process has claimed it since, or it was scheduled again or cancelled: nothing of the
    /// unit may be committed.
    pub async fn complete(&self, unit: &mut UnitOfWork) -> Result<(), StoreError> {
        let done = query("DELETE FROM jobs WHERE queue = $1 AND job_key = $2 AND token = $3")
            .bind(self.job.queue)
            .bind(&self.job.key)
            .bind(self.token);
        match done.execute(unit).await? {
            0 => Err(StoreError::CheckpointMoved),
            _ => Ok(()),
        }
    }
}

//! Jobs: work that a context gives itself for later, such as timers and calls to the outside. A job is scheduled in a unit
//! of work, survives restarts, is claimed by one process at a time, and is gone when the unit that completes it commits.

use chrono::{DateTime, Utc};
use hansa_relational::{StoreError, UnitOfWork};
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

/// Schedules a job in a unit of work.
pub async fn schedule(_unit: &mut UnitOfWork, _job: &Job) -> Result<(), StoreError> {
    unimplemented!()
}

/// Takes a job back; nothing happens where it is done already.
pub async fn cancel(_unit: &mut UnitOfWork, _queue: &str, _key: &str) -> Result<(), StoreError> {
    unimplemented!()
}

impl JobClaim {
    /// Removes the job with the unit's commit. `CheckpointMoved` where another process has claimed it since.
    pub async fn complete(&self, _unit: &mut UnitOfWork) -> Result<(), StoreError> {
        unimplemented!()
    }
}

//! A job of any context with personal data: what was deleted is taken out of the store's files, soon after the commit that
//! deleted it. It cannot be a part of that commit, because the file that the commit itself is written to is among them.

use crate::{Job, JobClaim, JobFuture, JobHandler, JobOutcome, schedule};
use chrono::TimeDelta;
use hansa_event_sourcing::{Actor, Cause, Clock, Command, IdSource};
use hansa_relational::{Relational, StoreError, UnitOfWork};
use serde_json::json;
use std::time::Duration;

const QUEUE: &str = "file-shredding";
/// Erasures of the same second are one job.
const AFTER: TimeDelta = TimeDelta::seconds(1);
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Does the jobs that [`schedule_shredding`] makes.
#[derive(Debug)]
pub struct FileShredding {
    store: Relational,
    clock: Clock,
    ids: IdSource,
}

/// Sees to it that what this unit of work deletes or replaces is soon in none of the store's files.
pub async fn schedule_shredding(unit: &mut UnitOfWork) -> Result<(), StoreError> {
    let (due_at, traceparent) = (unit.command().now + AFTER, unit.command().traceparent.clone());
    schedule(unit, &Job { queue: QUEUE, key: "store".to_owned(), content: json!({}), due_at, traceparent }).await
}

impl FileShredding {
    pub fn new(store: &Relational, (clock, ids): (&Clock, &IdSource)) -> FileShredding {
        FileShredding { store: store.clone(), clock: clock.clone(), ids: ids.clone() }
    }

    async fn shred(&self, claim: &JobClaim) -> Result<JobOutcome, StoreError> {
        match self.store.shred().await {
            Ok(()) => {}
            Err(StoreError::Busy) => {
                return Ok(JobOutcome::Again { after: AGAIN_AFTER, why: "somebody was reading".to_owned() });
            }
            Err(error) => return Err(error),
        }
        let command = Command {
            operation: QUEUE,
            actor: Actor::default(),
            now: self.clock.now(),
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        };
        let mut unit = self.store.begin_unit(&command).await?;
        // Scheduled again meanwhile, it is not complete.
        claim.complete(&mut unit).await?;
        unit.commit(&()).await?;
        Ok(JobOutcome::Completed)
    }
}

impl JobHandler for FileShredding {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(self.shred(claim))
    }
}

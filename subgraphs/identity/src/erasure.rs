//! What an erasure cannot do in its commit: the store's files have pages as they were, and mails are files. A job takes the
//! user's mails away, a few seconds later, when also one that was being written has come to its place.

use crate::Identity;
use chrono::TimeDelta;
use hansa_event_sourcing::{Actor, Cause, Command};
use hansa_messaging::{Job, JobClaim, JobFuture, JobHandler, JobOutcome, schedule, schedule_shredding};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::UserId;
use serde_json::json;
use std::time::Duration;

const QUEUE: &str = "mail-erasure";
const AFTER: TimeDelta = TimeDelta::seconds(3);
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Sees to it that the user's mails go, and what was in the store's files.
pub(crate) async fn schedule_rest(unit: &mut UnitOfWork, user: UserId) -> Result<(), StoreError> {
    let (due_at, traceparent) = (unit.command().now + AFTER, unit.command().traceparent.clone());
    schedule_shredding(unit).await?;
    schedule(unit, &Job { queue: QUEUE, key: user.to_string(), content: json!({}), due_at, traceparent }).await
}

/// Takes mails away.
pub(crate) struct MailErasure(pub(crate) Identity);

impl JobHandler for MailErasure {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            if let Ok(user) = claim.job.key.parse()
                && let Err(error) = self.0.mail.forget(user).await
            {
                return Ok(JobOutcome::Again { after: AGAIN_AFTER, why: error.to_string() });
            }
            let mut unit = self.0.db.begin_unit(&self.0.own_command(QUEUE)).await?;
            claim.complete(&mut unit).await?;
            unit.commit(&()).await?;
            Ok(JobOutcome::Completed)
        })
    }
}

impl Identity {
    /// The command of something that nobody asked for.
    pub(crate) fn own_command(&self, operation: &'static str) -> Command {
        Command {
            operation,
            actor: Actor::default(),
            now: self.clock.now(),
            ids: self.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: Cause::default(),
        }
    }
}

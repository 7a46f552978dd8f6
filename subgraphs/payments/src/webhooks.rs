//! The sandbox's webhooks: jobs of this store, because the sandbox has no process of its own. As all webhooks they only say
//! that something may have come of a call.

use crate::{
    Payments,
    provider::{Call, CallError, Notify},
    tables::operations,
};
use chrono::TimeDelta;
use hansa_event_sourcing::{Actor, Cause, Command};
use hansa_messaging::{Job, JobClaim, JobFuture, JobHandler, JobOutcome};
use hansa_relational::{Relational, StoreError};
use hansa_subgraph_host::Services;
use serde_json::json;
use std::{sync::Arc, time::Duration};

const QUEUE: &str = "sandbox-webhooks";

/// Takes the sandbox's webhooks.
#[derive(Debug, Clone)]
pub struct SandboxWebhooks(pub(crate) Payments);

impl JobHandler for SandboxWebhooks {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            let command = claim.job.content["commandId"].as_str().and_then(|command| command.parse().ok());
            if let Some(command) = command
                && let Some(operation) = operations::by_id(&self.0.db, command).await?
            {
                self.0.nudge(&operation).await?;
            }
            let mut unit = self.0.db.begin_unit(&self.0.job_command(None)).await?;
            claim.complete(&mut unit).await?;
            unit.commit(&()).await?;
            Ok(JobOutcome::Completed)
        })
    }
}

/// Schedules a webhook for a call.
pub(crate) fn notify(db: &Relational, services: &Services) -> Notify {
    let (db, clock, ids) = (db.clone(), services.clock.clone(), services.ids.clone());
    Arc::new(move |call: &Call, after: Duration| {
        let (db, now, ids, key) = (db.clone(), clock.now(), ids.clone(), call.key);
        Box::pin(async move {
            let late = TimeDelta::from_std(after).unwrap_or(TimeDelta::zero());
            let job = Job {
                queue: QUEUE,
                key: format!("{key}/{}", after.as_millis()),
                content: json!({ "commandId": key }),
                due_at: now + late,
                traceparent: None,
            };
            let cause = Cause::default();
            let actor = Actor::default();
            let command =
                Command { operation: QUEUE, actor, now, ids, traceparent: None, idempotency_key: None, cause };
            scheduled(&db, &command, &job).await.map_err(|error| CallError::Unknown(error.to_string()))
        })
    })
}

async fn scheduled(db: &Relational, command: &Command, job: &Job) -> Result<(), StoreError> {
    let mut unit = db.begin_unit(command).await?;
    hansa_messaging::schedule(&mut unit, job).await?;
    unit.commit(&()).await
}

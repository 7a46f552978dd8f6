//! The sandbox's webhooks: jobs of this store, because the sandbox has no process of its own. As all webhooks they only say
//! that something may have come of a call.

use crate::{
    Payments,
    domain::dispute::{DisputeOutcome, DisputeTold},
    provider::{Call, CallError, Notice, Notify},
    tables::operations,
};
use chrono::TimeDelta;
use hansa_event_sourcing::{Actor, Cause, Command};
use hansa_messaging::{Job, JobClaim, JobFuture, JobHandler, JobOutcome};
use hansa_relational::{Relational, StoreError};
use hansa_subgraph_host::Services;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

const QUEUE: &str = "sandbox-webhooks";
const PATIENCE: Duration = Duration::from_secs(1);

/// What a webhook says: of the call alone, or that what it captured is disputed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    command_id: Uuid,
    #[serde(default)]
    dispute: Option<ToldDispute>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ToldDispute {
    /// Where it has ended.
    outcome: Option<DisputeOutcome>,
}

/// Takes the sandbox's webhooks.
#[derive(Debug, Clone)]
pub struct SandboxWebhooks(pub(crate) Payments);

impl JobHandler for SandboxWebhooks {
    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            let told: Told = match serde_json::from_value(claim.job.content.clone()) {
                Ok(told) => told,
                Err(error) => return Err(StoreError::Payload(error)),
            };
            match self.take(told).await {
                Ok(()) => {}
                // What it is about is not settled yet: the sandbox is as patient as a provider.
                Err(StoreError::Busy) => {
                    return Ok(JobOutcome::Again { after: PATIENCE, why: "it is not settled yet".to_owned() });
                }
                Err(error) => return Err(error),
            }
            let mut unit = self.0.db.begin_unit(&self.0.job_command(None)).await?;
            claim.complete(&mut unit).await?;
            unit.commit(&()).await?;
            Ok(JobOutcome::Completed)
        })
    }
}

impl SandboxWebhooks {
    async fn take(&self, told: Told) -> Result<(), StoreError> {
        let Some(operation) = operations::by_id(&self.0.db, told.command_id).await? else { return Ok(()) };
        let Some(dispute) = told.dispute else { return self.0.nudge(&operation).await };
        let dispute = DisputeTold {
            reference: format!("dispute_of_{}", told.command_id),
            amount: operation.amount,
            reason: "FRAUDULENT".to_owned(),
            outcome: dispute.outcome,
        };
        self.0.take_dispute(operation.payment_id, dispute).await
    }
}

/// Schedules a webhook for a call.
pub(crate) fn notify(db: &Relational, services: &Services) -> Notify {
    let (db, clock, ids) = (db.clone(), services.clock.clone(), services.ids.clone());
    Arc::new(move |call: &Call, (notice, after): (Notice, Duration)| {
        let (db, now, ids, key) = (db.clone(), clock.now(), ids.clone(), call.key);
        Box::pin(async move {
            let late = TimeDelta::from_std(after).unwrap_or(TimeDelta::zero());
            let dispute = match notice {
                Notice::Done => None,
                Notice::Disputed => Some(ToldDispute { outcome: None }),
                Notice::DisputeClosed(outcome) => Some(ToldDispute { outcome: Some(outcome) }),
            };
            let told = serde_json::to_value(Told { command_id: key, dispute });
            let job = Job {
                queue: QUEUE,
                key: format!("{key}/{}/{}", if notice == Notice::Done { "call" } else { "dispute" }, after.as_millis()),
                content: told.map_err(|error| CallError::Unknown(error.to_string()))?,
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

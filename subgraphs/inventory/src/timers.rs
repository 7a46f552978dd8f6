//! The ends of holds: one job for all holds that end in the same second, which survives restarts with the store.

use crate::{
    Inventory, availability,
    desk::{Desk, Request},
    domain::{VariantId, WarehouseId},
    shelf::ShelfError,
    tables::{
        reservations::{self, Due},
        stock_levels,
    },
};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use hansa_event_sourcing::{Actor, Cause, Command};
use hansa_messaging::{Job, JobClaim, JobFuture, JobHandler, JobOutcome, schedule};
use hansa_relational::{StoreError, UnitOfWork, time_text};
use hansa_values::TenantId;
use serde_json::json;
use std::time::Duration;

const EXPIRY_QUEUE: &str = "hold-expiry";
const RECOUNT_QUEUE: &str = "warehouse-recount";
/// So many holds end in one commit.
const EXPIRED_AT_ONCE: i64 = 100;
/// So many variants are looked at in one commit.
const RECOUNTED_AT_ONCE: i64 = 100;

/// The end of the second that a hold ends in.
pub(crate) fn second_after(time: DateTime<Utc>) -> DateTime<Utc> {
    let second = time.trunc_subsecs(0);
    if second == time { time } else { second + TimeDelta::seconds(1) }
}

/// Sees to it that the holds of this second end.
pub(crate) async fn schedule_expiry(unit: &mut UnitOfWork, second: DateTime<Utc>) -> Result<(), StoreError> {
    let (key, content) = (time_text(second), json!({ "second": time_text(second) }));
    let job = Job { queue: EXPIRY_QUEUE, key, content, due_at: second, traceparent: None };
    schedule(unit, &job).await
}

/// Sees to it that variants which have stock in a warehouse are counted again: it serves now, or no longer.
pub(crate) async fn schedule_recount(unit: &mut UnitOfWork, warehouse: WarehouseId) -> Result<(), StoreError> {
    let job = Job {
        queue: RECOUNT_QUEUE,
        key: warehouse.to_string(),
        content: json!({}),
        due_at: unit.command().now,
        traceparent: unit.command().traceparent.clone(),
    };
    schedule(unit, &job).await
}

/// Ends holds whose time is over.
pub(crate) struct HoldExpiry(pub(crate) Inventory);

/// Tells of levels that could not be told of at once.
pub(crate) struct LevelTelling(pub(crate) Inventory);

/// Counts the variants of a warehouse again.
pub(crate) struct WarehouseRecount(pub(crate) Inventory);

impl Inventory {
    /// Ends some of the holds whose time is over, the oldest first, in one commit; gives how many. Orders may have so many
    /// lines that only one at a time has few enough events.
    pub(crate) async fn expire_some(&self) -> Result<usize, StoreError> {
        match self.expire_at_most(EXPIRED_AT_ONCE).await {
            Err(StoreError::TooManyEvents { .. }) => self.expire_at_most(1).await,
            other => other,
        }
    }

    async fn expire_at_most(&self, limit: i64) -> Result<usize, StoreError> {
        let command = self.own_command(EXPIRY_QUEUE, Cause::default());
        let due = reservations::due(&self.db, command.now, limit).await?;
        match due.is_empty() {
            true => Ok(0),
            false => self.expire(&command, &due).await,
        }
    }

    /// Ends these holds, but for those that were made longer since somebody looked; gives how many.
    pub(crate) async fn expire(&self, command: &Command, due: &[Due]) -> Result<usize, StoreError> {
        let mut unit = self.db.begin_unit(command).await?;
        let requests: Vec<Request> = due.iter().map(|due| Request::Expire { reservation: due.id }).collect();
        let mut desk = Desk::open(&mut unit, &requests).await.map_err(store_error)?;
        for (due, request) in due.iter().zip(requests) {
            let cause = Cause { correlation_id: due.correlation_id, causation_id: None };
            unit.act_for(Command { cause, ..command.clone() });
            desk.serve(&mut unit, request).await.map_err(store_error)?;
        }
        let expired = desk.close(&mut unit).await.map_err(store_error)?;
        unit.commit(&()).await?;
        Ok(expired)
    }

    /// The command of something that nobody asked for.
    fn own_command(&self, operation: &'static str, cause: Cause) -> Command {
        Command {
            operation,
            actor: Actor::default(),
            now: self.services.clock.now(),
            ids: self.services.ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause,
        }
    }

    async fn complete(&self, claim: &JobClaim) -> Result<JobOutcome, StoreError> {
        let mut unit = self.db.begin_unit(&self.own_command(claim.job.queue, Cause::default())).await?;
        claim.complete(&mut unit).await?;
        unit.commit(&()).await?;
        Ok(JobOutcome::Completed)
    }

    async fn tell_level(&self, claim: &JobClaim) -> Result<JobOutcome, StoreError> {
        let variant: Option<VariantId> = claim.job.key.parse().ok();
        let tenant = claim.job.content.get("tenant").and_then(|tenant| tenant.as_str());
        let tenant: Option<TenantId> = tenant.and_then(|tenant| tenant.parse().ok());
        let mut unit = self.db.begin_unit(&self.own_command(availability::QUEUE, Cause::default())).await?;
        if let Some(variant) = variant.zip(tenant)
            && let Some(due_at) = availability::settle_now(&mut unit, variant).await?
        {
            let after = (due_at - unit.command().now).to_std().unwrap_or_default();
            unit.rollback().await?;
            return Ok(JobOutcome::Again { after, why: "the level was told of in the meantime".to_owned() });
        }
        claim.complete(&mut unit).await?;
        unit.commit(&()).await?;
        Ok(JobOutcome::Completed)
    }

    /// Settles the variants of a warehouse, some in each commit.
    pub(crate) async fn recount(&self, warehouse: WarehouseId) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let mut unit = self.db.begin_unit(&self.own_command(RECOUNT_QUEUE, Cause::default())).await?;
            let variants = stock_levels::variants_of(&mut unit, warehouse, (&after, RECOUNTED_AT_ONCE)).await?;
            let Some((last, _)) = variants.last().copied() else { return unit.rollback().await };
            for variant in variants {
                availability::settle(&mut unit, variant).await?;
            }
            unit.commit(&()).await?;
            after = last.to_string();
        }
    }
}

impl JobHandler for HoldExpiry {
    fn queue(&self) -> &'static str {
        EXPIRY_QUEUE
    }

    /// Each takes all that is due.
    fn concurrency(&self) -> usize {
        1
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            while self.0.expire_some().await? > 0 {}
            self.0.complete(claim).await
        })
    }
}

impl JobHandler for LevelTelling {
    fn queue(&self) -> &'static str {
        availability::QUEUE
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(self.0.tell_level(claim))
    }
}

impl JobHandler for WarehouseRecount {
    fn queue(&self) -> &'static str {
        RECOUNT_QUEUE
    }

    fn concurrency(&self) -> usize {
        1
    }

    /// Nothing is wrong where it is done twice.
    fn lease(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn handle<'a>(&'a self, claim: &'a JobClaim) -> JobFuture<'a> {
        Box::pin(async move {
            if let Ok(warehouse) = claim.job.key.parse() {
                self.0.recount(warehouse).await?;
            }
            self.0.complete(claim).await
        })
    }
}

/// Errors of the shelf that are not the store's are tried again as well, and are in the log.
fn store_error(error: ShelfError) -> StoreError {
    match error {
        ShelfError::Store(error) => error,
        other => StoreError::Engine { attempted: "end holds whose time is over", source: Box::new(other) },
    }
}

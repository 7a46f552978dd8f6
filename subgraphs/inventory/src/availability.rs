//! Telling how much there is. The row of a variant is right in every commit; events about it are at least 200 ms apart. A
//! level that is another than the last event said is told at once where that was long enough ago, and by a job otherwise:
//! so the last event about a variant is always right in the end, however often its stock changes in between.

use crate::{
    domain::{AvailabilityChanged, CHANGES_APART, Level, VariantId},
    tables::availabilities::{self, Availability},
};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::DomainEvent;
use hansa_messaging::{Job, schedule};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::TenantId;
use serde_json::json;

/// Jobs that tell of a variant's level later; their keys are the variants' ids.
pub(crate) const QUEUE: &str = "availability";

/// Brings a variant's row up to date, and tells of its level where it is another, now or by a job.
pub(crate) async fn settle(unit: &mut UnitOfWork, variant: (VariantId, TenantId)) -> Result<(), StoreError> {
    match settle_now(unit, variant).await? {
        None => Ok(()),
        Some(due_at) => tell_later(unit, variant, due_at).await,
    }
}

/// The same without a job: gives when the level may be told of, where that is not now.
pub(crate) async fn settle_now(
    unit: &mut UnitOfWork,
    variant: (VariantId, TenantId),
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let (mut row, saleable) = availabilities::locked(unit, variant).await?;
    let before = row.clone();
    row.saleable = saleable;
    row.level = Level::of(saleable);
    let mut later = None;
    if row.level != row.published_level {
        later = told_again_at(&row).filter(|at| *at > unit.command().now);
        if later.is_none() {
            tell(unit, &mut row);
        }
    }
    if row != before {
        availabilities::update(unit, &row).await?;
    }
    Ok(later)
}

/// When the next event about this variant may be.
fn told_again_at(row: &Availability) -> Option<DateTime<Utc>> {
    let apart = TimeDelta::milliseconds(CHANGES_APART.as_millis() as i64);
    row.published_at.map(|at| at + apart)
}

fn tell(unit: &mut UnitOfWork, row: &mut Availability) {
    row.version += 1;
    row.published_level = row.level;
    row.published_at = Some(unit.command().now);
    let content = AvailabilityChanged { variant_id: row.variant, level: row.level };
    let stream = (row.variant.to_string(), row.version);
    unit.record(DomainEvent::new(AvailabilityChanged::AGGREGATE, stream, Some(row.tenant), &content));
}

async fn tell_later(
    unit: &mut UnitOfWork,
    (variant, tenant): (VariantId, TenantId),
    due_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let job = Job {
        queue: QUEUE,
        key: variant.to_string(),
        content: json!({ "tenant": tenant }),
        due_at,
        traceparent: unit.command().traceparent.clone(),
    };
    schedule(unit, &job).await
}

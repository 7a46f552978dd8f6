//! Appends to a stream: the row of the stream decides whether the expected version is still the version.

use hansa_event_sourcing::{Aggregate, DomainEvent, FailureMeaning, StoreFailure};
use hansa_relational::{StoreError, UnitOfWork, query};
use hansa_values::TenantId;

use crate::{Loaded, snapshot};

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else appended in the meantime: load again and decide again.
    #[error("the stream {stream_id} is no longer at version {expected}")]
    VersionConflict { stream_id: String, expected: i64 },
}

impl StoreFailure for AppendError {
    fn meaning(&self) -> FailureMeaning {
        match self {
            AppendError::Store(error) => error.meaning(),
            AppendError::VersionConflict { .. } => FailureMeaning::Conflict,
        }
    }
}

/// Appends events to the stream of an aggregate that was loaded in the same unit, or before it; gives the aggregate as it is
/// then. They are published once the unit is committed. Without events nothing happens.
pub async fn append<A: Aggregate>(
    unit: &mut UnitOfWork,
    (stream_id, tenant): (&str, Option<TenantId>),
    loaded: Loaded<A>,
    events: Vec<A::Event>,
) -> Result<Loaded<A>, AppendError> {
    let Loaded { mut state, version: expected, since_snapshot } = loaded;
    let count = events.len() as i64;
    if count == 0 {
        return Ok(Loaded { state, version: expected, since_snapshot });
    }
    raise_version::<A>(unit, (stream_id, tenant), (expected, expected + count)).await?;
    let mut version = expected;
    for event in &events {
        version += 1;
        state.evolve(event);
        unit.record(DomainEvent::new(A::NAME, (stream_id.to_owned(), version), tenant, event));
    }
    let mut since_snapshot = since_snapshot + count;
    if since_snapshot >= snapshot::EVERY {
        snapshot::write(unit, stream_id, (&state, version)).await?;
        since_snapshot = 0;
    }
    Ok(Loaded { state, version, since_snapshot })
}

async fn raise_version<A: Aggregate>(
    unit: &mut UnitOfWork,
    (stream_id, tenant): (&str, Option<TenantId>),
    (expected, version): (i64, i64),
) -> Result<(), AppendError> {
    let conflict = || AppendError::VersionConflict { stream_id: stream_id.to_owned(), expected };
    let raised = match expected {
        0 => query(
            "INSERT INTO event_streams (stream_id, aggregate, tenant, version) VALUES ($1, $2, $3, $4)
             ON CONFLICT (stream_id) DO NOTHING",
        )
        .bind(stream_id)
        .bind(A::NAME)
        .bind(tenant.map(|tenant| tenant.to_string()))
        .bind(version),
        _ => query("UPDATE event_streams SET version = $2 WHERE stream_id = $1 AND version = $3")
            .bind(stream_id)
            .bind(version)
            .bind(expected),
    };
    match raised.execute(unit).await? {
        0 => Err(conflict()),
        _ => Ok(()),
    }
}

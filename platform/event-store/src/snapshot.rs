//! Snapshots: states folded so far, used only by the fold that made them.

use hansa_event_sourcing::Aggregate;
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};

/// So many events without a snapshot make one.
pub(crate) const EVERY: i64 = 100;

struct Stored {
    state: serde_json::Value,
    stream_version: i64,
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Stored { state: row.json("state")?, stream_version: row.int("stream_version")? })
    }
}

/// The state and its stream version. A snapshot that does not read is as good as none.
pub(crate) async fn read<A: Aggregate>(source: impl Source, stream_id: &str) -> Result<Option<(A, i64)>, StoreError> {
    let stored = query("SELECT state, stream_version FROM snapshots WHERE stream_id = $1 AND fold_version = $2")
        .bind(stream_id)
        .bind(A::FOLD_VERSION);
    let Some(stored) = stored.fetch_optional::<Stored>(source).await? else { return Ok(None) };
    match serde_json::from_value(stored.state) {
        Ok(state) => Ok(Some((state, stored.stream_version))),
        Err(error) => {
            tracing::warn!(%error, stream.id = stream_id, "a snapshot has another form and is not used");
            Ok(None)
        }
    }
}

pub(crate) async fn write<A: Aggregate>(
    unit: &mut UnitOfWork,
    stream_id: &str,
    (state, version): (&A, i64),
) -> Result<(), StoreError> {
    let state = serde_json::to_value(state).map_err(StoreError::Payload)?;
    let written = query(
        "INSERT INTO snapshots (stream_id, fold_version, stream_version, state) VALUES ($1, $2, $3, $4)
         ON CONFLICT (stream_id) DO UPDATE SET fold_version = excluded.fold_version,
             stream_version = excluded.stream_version, state = excluded.state",
    )
    .bind(stream_id)
    .bind(A::FOLD_VERSION)
    .bind(version)
    .bind(state);
    written.execute_or_end(unit).await.map(|_| ())
}

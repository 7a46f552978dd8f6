//! Snapshots: states folded so far, used only by the fold that made them.

use hansa_event_sourcing::Aggregate;
use hansa_relational::{StoreError, UnitOfWork, query};

/// So many events without a snapshot make one.
pub(crate) const EVERY: i64 = 100;

/// The state of a snapshot. One that does not read is as good as none.
pub(crate) fn state_of<A: Aggregate>(stream_id: &str, state: &str) -> Option<A> {
    match serde_json::from_str(state) {
        Ok(state) => Some(state),
        Err(error) => {
            tracing::warn!(%error, stream.id = stream_id, "a snapshot has another form and is not used");
            None
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
    written.execute(unit).await.map(|_| ())
}

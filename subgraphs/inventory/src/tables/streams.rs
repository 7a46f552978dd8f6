//! Rows of event streams: which there are, and locking them.

use hansa_relational::{FromRow, Row, StoreError, UnitOfWork, query};
use std::collections::BTreeSet;

struct StreamId(String);

impl FromRow for StreamId {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.text("stream_id").map(StreamId)
    }
}

/// Locks the streams that there are until the end of the unit, and gives them. Everybody who changes stock locks
/// reservations first and stock items then, each in the order of their ids, before anything of them is read: so nobody
/// waits for somebody who waits for them, and what was decided is still true at the commit.
pub(crate) async fn lock(unit: &mut UnitOfWork, ids: &BTreeSet<String>) -> Result<BTreeSet<String>, StoreError> {
    let ids: Vec<&String> = ids.iter().collect();
    // Where there is one writer, nobody else changes them.
    let lock = unit.dialect().either("", " FOR NO KEY UPDATE");
    let mut there = BTreeSet::new();
    for some in ids.chunks(500) {
        let found = query("SELECT stream_id FROM event_streams WHERE ").push_in("stream_id", some.iter().copied());
        let found = found.push(" ORDER BY stream_id").push(lock).fetch_all::<StreamId>(&mut *unit).await?;
        there.extend(found.into_iter().map(|StreamId(id)| id));
    }
    Ok(there)
}

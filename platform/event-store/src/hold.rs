//! Streams of one unit that are locked up front, in one order for all: two units that write the same streams wait for each
//! other, and do not stand in each other's way.

use hansa_relational::{Dialect, Row, StoreError, UnitOfWork, query};
use std::collections::BTreeSet;

/// Streams that are locked by one query, at most.
const STREAMS_AT_ONCE: usize = 256;

/// Locks the rows of these streams until the unit ends, sorted by their ids; streams that there are not are passed over. On
/// SQLite, which has one writer, nothing happens. Whoever locks streams of two kinds does it in the same order everywhere.
pub async fn hold(unit: &mut UnitOfWork, stream_ids: &[String]) -> Result<(), StoreError> {
    if unit.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let sorted: BTreeSet<&str> = stream_ids.iter().map(String::as_str).collect();
    let sorted: Vec<&str> = sorted.into_iter().collect();
    for some in sorted.chunks(STREAMS_AT_ONCE) {
        // As many placeholders as a power of two, so that there are few texts to prepare. No stream has the id "".
        let mut ids = some.to_vec();
        ids.resize(ids.len().next_power_of_two(), "");
        let locked = query("SELECT stream_id FROM event_streams WHERE ").push_in("stream_id", ids);
        locked.push(" ORDER BY stream_id COLLATE \"C\" FOR UPDATE").fetch_all::<Row>(&mut *unit).await?;
    }
    Ok(())
}

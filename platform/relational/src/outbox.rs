//! The outbox: events in lanes, with positions that are without holes and in the order of commits.
//!
//! A lane's counter is raised as the last step of a commit, which locks its row until the end. So whoever sees a position
//! has seen all lower ones of the lane: a relay needs nothing but the last position that it has published.

use hansa_event_sourcing::RecordedEvent;

use crate::{FromRow, Relational, Row, StoreError, query, relational::Writing};

/// Number of lanes. Fixed: an aggregate stays in its lane.
pub const LANES: i64 = 2;

/// At most so many events in one answer.
const READ_MAX: u32 = 1_000;

/// A committed event.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    pub lane: i64,
    pub position: i64,
    pub event: RecordedEvent,
}

impl FromRow for OutboxEntry {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let event = serde_json::from_value(row.json("event")?).map_err(StoreError::Payload)?;
        Ok(OutboxEntry { lane: row.int("lane")?, position: row.int("position")?, event })
    }
}

impl Relational {
    /// The events of a lane after a position (0: from the start), in order; at most 1,000.
    pub async fn outbox_after(&self, lane: i64, position: i64, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        query("SELECT lane, position, event FROM outbox WHERE lane = $1 AND position > $2 ORDER BY position LIMIT $3")
            .bind(lane)
            .bind(position)
            .bind(limit.min(READ_MAX))
            .fetch_all(self)
            .await
    }
}

/// Appends events to their lanes. The caller commits right after it.
pub(crate) async fn append(writing: &mut Writing, events: &[RecordedEvent]) -> Result<(), StoreError> {
    // Always in the same order, so that two commits never wait for each other.
    for lane in 0..LANES {
        let events: Vec<&RecordedEvent> = events.iter().filter(|event| lane_of(&event.stream_id) == lane).collect();
        if events.is_empty() {
            continue;
        }
        let raised =
            query("UPDATE outbox_lanes SET position = position + $1 WHERE lane = $2 RETURNING position AS last")
                .bind(events.len() as i64)
                .bind(lane);
        let last = writing.read(raised, 1).await?.first().ok_or(StoreError::NoRow)?.int("last")?;
        let first = last - events.len() as i64 + 1;
        for (position, event) in (first..).zip(events) {
            let content = serde_json::to_value(event).map_err(StoreError::Payload)?;
            let insert = query("INSERT INTO outbox (lane, position, event_id, event) VALUES ($1, $2, $3, $4)")
                .bind(lane)
                .bind(position)
                .bind(event.event_id.to_string())
                .bind(content);
            writing.execute(insert).await?;
        }
    }
    Ok(())
}

/// FNV-1a of the aggregate's id: the same in every version of this program.
fn lane_of(stream_id: &str) -> i64 {
    let hash = stream_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash % LANES as u64) as i64
}

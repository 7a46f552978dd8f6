//! The log of the context: events in lanes, with positions that are without holes and in the order of commits.
//!
//! A lane's counter is raised as the last step of a commit, which locks its row until the end. So whoever sees a position
//! has seen all lower ones of the lane: a relay needs nothing but the last position that it has published.

use hansa_event_sourcing::{EVENT_BYTES_MAX, EventLog, LogError, LogFuture, LoggedEvent, RecordedEvent, lane_of};
use tokio::sync::watch;

use crate::{FromRow, Relational, Row, StoreError, engine::Writing, query};

/// At most so many events in one answer.
const READ_MAX: u32 = 1_000;

struct Logged(LoggedEvent);

struct Position(i64);

impl FromRow for Logged {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let event = serde_json::from_value(row.json("event")?).map_err(StoreError::Payload)?;
        Ok(Logged(LoggedEvent { lane: row.int("lane")?, position: row.int("position")?, event }))
    }
}

impl FromRow for Position {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("position").map(Position)
    }
}

impl Relational {
    /// The events of a lane after a position (0: from the start), in order; at most 1,000.
    pub async fn events_after(&self, lane: i64, position: i64, limit: u32) -> Result<Vec<LoggedEvent>, StoreError> {
        let events = query(
            "SELECT lane, position, event FROM events WHERE lane = $1 AND position > $2 ORDER BY position LIMIT $3",
        )
        .bind(lane)
        .bind(position)
        .bind(limit.min(READ_MAX))
        .fetch_all::<Logged>(self)
        .await?;
        Ok(events.into_iter().map(|Logged(event)| event).collect())
    }

    /// The last position of a lane; 0 where there is none.
    pub async fn last_position(&self, lane: i64) -> Result<i64, StoreError> {
        let last = query("SELECT position FROM event_lanes WHERE lane = $1").bind(lane);
        Ok(last.fetch_optional::<Position>(self).await?.map_or(0, |Position(position)| position))
    }
}

impl EventLog for Relational {
    fn lanes(&self) -> i64 {
        self.lanes
    }

    fn after(&self, lane: i64, position: i64, limit: u32) -> LogFuture<'_, Vec<LoggedEvent>> {
        Box::pin(async move { self.events_after(lane, position, limit).await.map_err(LogError::from) })
    }

    fn last_position(&self, lane: i64) -> LogFuture<'_, i64> {
        Box::pin(async move { Relational::last_position(self, lane).await.map_err(LogError::from) })
    }

    fn last_positions(&self) -> LogFuture<'_, Vec<i64>> {
        Box::pin(async move {
            let positions = query("SELECT position FROM event_lanes WHERE lane < $1 ORDER BY lane").bind(self.lanes);
            let positions = positions.fetch_all::<Position>(self).await?;
            Ok(positions.into_iter().map(|Position(position)| position).collect())
        })
    }

    fn committed(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }
}

/// Appends events to their lanes. The caller commits right after it.
pub(crate) async fn append(writing: &mut Writing, lanes: i64, events: &[RecordedEvent]) -> Result<(), StoreError> {
    // Always in the same order, so that two commits never wait for each other.
    for lane in 0..lanes {
        let events: Vec<&RecordedEvent> =
            events.iter().filter(|event| lane_of(&event.stream_id, lanes) == lane).collect();
        if events.is_empty() {
            continue;
        }
        match writing {
            Writing::Postgres(transaction) => transaction.append(lane, &events).await?,
            Writing::Sqlite(_) => append_to_lane(writing, lane, &events).await?,
        }
    }
    Ok(())
}

/// As it is stored; one that would not fit into a message is refused while somebody still can do something about it.
pub(crate) fn envelope(event: &RecordedEvent) -> Result<String, StoreError> {
    let text = serde_json::to_string(event).map_err(StoreError::Payload)?;
    if text.len() > EVENT_BYTES_MAX {
        let event_type = format!("{}.{}", event.aggregate, event.event_type);
        return Err(StoreError::EventTooLarge { event_type, bytes: text.len() });
    }
    Ok(text)
}

/// So many events in one statement, or half as many, and so on: so there are few different statements to keep prepared.
const ROWS_AT_ONCE: usize = 64;

async fn append_to_lane(writing: &mut Writing, lane: i64, events: &[&RecordedEvent]) -> Result<(), StoreError> {
    let raised = query("UPDATE event_lanes SET position = position + $1 WHERE lane = $2 RETURNING position AS last")
        .bind(events.len() as i64)
        .bind(lane);
    let last = writing.read(raised, 1).await?.first().ok_or(StoreError::NoRow)?.int("last")?;
    let mut position = last - events.len() as i64;
    let mut rest = events;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(ROWS_AT_ONCE.min(1 << rest.len().ilog2()));
        let mut insert =
            query("INSERT INTO events (lane, position, event_id, stream_id, stream_version, event) VALUES ");
        for (index, event) in now.iter().enumerate() {
            position += 1;
            insert = insert.push(if index == 0 { "(" } else { ", (" });
            insert = insert.push_bind(lane).push(", ").push_bind(position);
            insert = insert.push(", ").push_bind(event.event_id.to_string()).push(", ").push_bind(&event.stream_id);
            insert = insert.push(", ").push_bind(event.stream_version);
            let content = envelope(event)?;
            insert = insert.push(", ").push_bind(content).push(")");
        }
        writing.execute(insert).await?;
        rest = later;
    }
    Ok(())
}

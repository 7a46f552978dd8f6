//! Events of one lane in one statement: it raises the lane's counter, which locks its row, and numbers the events.

use super::{Transaction, errors::store_error, in_time};
use crate::{StoreError, event_log::envelope};
use futures_util::FutureExt;
use hansa_event_sourcing::RecordedEvent;

const APPEND: &str = "
    WITH raised AS (
        UPDATE event_lanes SET position = position + $2 WHERE lane = $1 RETURNING position
    )
    INSERT INTO events (lane, position, event_id, stream_id, stream_version, event)
    SELECT $1, raised.position - $2 + new.number, new.event_id, new.stream_id, new.stream_version, CAST(new.event AS JSON)
    FROM raised, UNNEST($3, $4, $5, $6) WITH ORDINALITY AS new (event_id, stream_id, stream_version, event, number)";

impl Transaction {
    /// Appends the events to the lane, in their order. After any error the transaction can only be dropped.
    pub(crate) async fn append(&mut self, lane: i64, events: &[&RecordedEvent]) -> Result<(), StoreError> {
        let contents: Result<Vec<String>, StoreError> = events.iter().map(|event| envelope(event)).collect();
        let append = sqlx::query(APPEND)
            .bind(lane)
            .bind(events.len() as i64)
            .bind(events.iter().map(|event| event.event_id.to_string()).collect::<Vec<_>>())
            .bind(events.iter().map(|event| event.stream_id.clone()).collect::<Vec<_>>())
            .bind(events.iter().map(|event| event.stream_version).collect::<Vec<_>>())
            .bind(contents?);
        let time = self.time();
        let done = append.execute(self.use_connection()?).map(|result| result.map_err(store_error));
        let done = in_time(time, done).await;
        let done = self.noted(done);
        self.end_after_error().await;
        match done?.rows_affected() {
            // The lane is not there.
            0 => Err(StoreError::NoRow),
            _ => Ok(()),
        }
    }
}

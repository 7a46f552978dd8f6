//! The movements of a stock item: its events, read from the log where they are.

use crate::domain::{StockItemEvent, StockItemId};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{RecordedEvent, StoredEvent as _};
use hansa_relational::{Direction, FromRow, Keyset, Relational, Row, StoreError, Value, query};
use hansa_subgraph_host::Page;

const BY_VERSION: Keyset = Keyset::new(&[("stream_version", Direction::Descending)]);

/// One event of a stock item.
#[derive(Debug, Clone)]
pub(crate) struct Movement {
    pub(crate) version: i64,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) event: StockItemEvent,
}

impl FromRow for Movement {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let recorded: RecordedEvent = serde_json::from_value(row.json("event")?).map_err(StoreError::Payload)?;
        let unreadable = |error: hansa_event_sourcing::ReadEventError| StoreError::BadRow {
            column: "event".to_owned(),
            reason: error.to_string(),
        };
        let event = StockItemEvent::read(&recorded.event_type, recorded.content).map_err(unreadable)?;
        Ok(Movement { version: recorded.stream_version, recorded_at: recorded.recorded_at, event })
    }
}

/// The newest first; one more than the page has.
pub(crate) async fn page(db: &Relational, item: StockItemId, page: &Page) -> Result<Vec<Movement>, StoreError> {
    let order = if page.is_backward() { BY_VERSION.reversed() } else { BY_VERSION };
    let mut rows = query("SELECT event FROM events WHERE stream_id = $1").bind(item.to_string());
    if let Some(start) = &page.start {
        // The cursor's id is the version: what is no number comes after nothing.
        let version: i64 = start.id.parse().unwrap_or_default();
        rows = rows.push(" AND ").push_after(order, vec![Value::from(version)]);
    }
    let limit = i64::try_from(page.fetch_limit()).unwrap_or(i64::MAX);
    rows.push_order(order).push(" LIMIT ").push_bind(limit).fetch_all(db).await
}

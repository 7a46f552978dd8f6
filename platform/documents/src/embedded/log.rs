//! The log: a table beside the collections. One transaction takes events out of documents and puts them into it.

use std::borrow::Cow;

use hansa_event_sourcing::{LoggedEvent, RecordedEvent, lane_of};
use hansa_relational::{
    OpenError as FileError, Value as Bound,
    sqlite::{Sqlite, Transaction},
};

use super::{Embedded, ROWS_MAX, schema::file_error, statement::table};
use crate::{
    CollectionSpec, OpenError, StoreError,
    event_log::{Carried, in_order},
};

/// Documents of each collection whose events are taken in one transaction.
const DOCUMENTS_AT_ONCE: i64 = 100;

const TABLES: [&str; 7] = [
    "CREATE TABLE IF NOT EXISTS documents_lanes (lane BIGINT PRIMARY KEY, position BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS documents_log (
        lane BIGINT NOT NULL, position BIGINT NOT NULL, event_id TEXT NOT NULL, event TEXT NOT NULL,
        PRIMARY KEY (lane, position)
    ) WITHOUT ROWID",
    "CREATE UNIQUE INDEX IF NOT EXISTS documents__log_event ON documents_log (event_id)",
    "CREATE TABLE IF NOT EXISTS documents_leases (
        name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, epoch BIGINT NOT NULL, expires_at TEXT NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS documents_relay (
        lane BIGINT PRIMARY KEY, position BIGINT NOT NULL, sequence BIGINT NOT NULL, stream TEXT NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS documents_checkpoints (
        consumer TEXT NOT NULL, source TEXT NOT NULL, lane BIGINT NOT NULL, position BIGINT NOT NULL,
        PRIMARY KEY (consumer, source, lane)
    )",
    "CREATE TABLE IF NOT EXISTS documents_letters (
        consumer TEXT NOT NULL, source TEXT NOT NULL, lane BIGINT NOT NULL, position BIGINT NOT NULL, letter TEXT NOT NULL,
        PRIMARY KEY (consumer, source, lane, position)
    )",
];

/// Makes the tables. The number of lanes is fixed with the first event.
pub(super) async fn make(sqlite: &Sqlite, lanes: i64) -> Result<(), OpenError> {
    let path = sqlite.path();
    match make_in(sqlite, lanes).await.map_err(|error| file_error(path, error))? {
        found if found == lanes => Ok(()),
        found => Err(OpenError::File(FileError::OtherLanes { place: path.into(), found, wanted: lanes })),
    }
}

/// How many lanes there are.
async fn make_in(sqlite: &Sqlite, lanes: i64) -> Result<i64, StoreError> {
    let mut transaction = sqlite.begin().await?;
    for statement in TABLES {
        transaction.execute(Cow::Borrowed(statement), Vec::new()).await?;
    }
    let count = "SELECT COUNT(*) AS lanes, COALESCE(SUM(position), 0) AS events FROM documents_lanes";
    let rows = transaction.read(Cow::Borrowed(count), Vec::new(), 1).await?;
    let (mut found, events) = match rows.first() {
        Some(row) => (row.int("lanes")?, row.int("events")?),
        None => (0, 0),
    };
    if found != lanes && events == 0 {
        transaction.execute(Cow::Borrowed("DELETE FROM documents_lanes"), Vec::new()).await?;
        for lane in 0..lanes {
            let insert = "INSERT INTO documents_lanes (lane, position) VALUES ($1, 0)";
            transaction.execute(Cow::Borrowed(insert), vec![lane.into()]).await?;
        }
        found = lanes;
    }
    transaction.commit().await?;
    Ok(found)
}

impl Embedded {
    pub(crate) async fn events_after(
        &self,
        lane: i64,
        position: i64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let text = "SELECT position, event_id, event FROM documents_log WHERE lane = $1 AND position > $2
             ORDER BY position LIMIT $3";
        let values = vec![lane.into(), position.into(), limit.into()];
        let rows = self.sqlite.read(Cow::Borrowed(text), values, ROWS_MAX).await?;
        let logged = |row: &hansa_relational::Row| {
            let event = serde_json::from_str(&row.text("event")?);
            let id = row.text("event_id")?;
            let event = event.map_err(|source| StoreError::Unreadable { collection: "documents_log", id, source })?;
            Ok(LoggedEvent { lane, position: row.int("position")?, event })
        };
        rows.iter().map(logged).collect()
    }

    pub(crate) async fn last_position(&self, lane: i64) -> Result<i64, StoreError> {
        let text = "SELECT position FROM documents_lanes WHERE lane = $1";
        let rows = self.sqlite.read(Cow::Borrowed(text), vec![lane.into()], 1).await?;
        rows.first().map_or(Ok(0), |row| Ok(row.int("position")?))
    }

    /// Takes the events of some documents into the log; false where no document carries any.
    pub(crate) async fn sequence_some(&self) -> Result<bool, StoreError> {
        if !self.has_carried().await? {
            return Ok(false);
        }
        let mut transaction = self.sqlite.begin().await?;
        let mut carried = Vec::new();
        for (index, collection) in self.collections.iter().enumerate() {
            carried.extend(carried_in(&mut transaction, index, collection).await?);
        }
        append(&mut transaction, self.lanes, &in_order(&carried)).await?;
        for document in &carried {
            let table = table(&self.collections[document.collection]);
            let empty = format!("UPDATE {table} SET outbox = '[]' WHERE id = $1");
            transaction.execute(Cow::Owned(empty), vec![(&document.document_id).into()]).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Without a turn to write.
    async fn has_carried(&self) -> Result<bool, StoreError> {
        for collection in self.collections.iter() {
            let text = format!("SELECT id FROM {} WHERE outbox <> '[]' LIMIT 1", table(collection));
            if !self.sqlite.read(Cow::Owned(text), Vec::new(), 1).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

async fn carried_in(
    transaction: &mut Transaction,
    index: usize,
    collection: &CollectionSpec,
) -> Result<Vec<Carried>, StoreError> {
    let text = format!("SELECT id, outbox FROM {} WHERE outbox <> '[]' ORDER BY id LIMIT $1", table(collection));
    let rows = transaction.read(Cow::Owned(text), vec![DOCUMENTS_AT_ONCE.into()], ROWS_MAX).await?;
    let carried = |row: &hansa_relational::Row| {
        let document_id = row.text("id")?;
        let events = serde_json::from_str(&row.text("outbox")?);
        let unreadable =
            |source| StoreError::Unreadable { collection: collection.name, id: document_id.clone(), source };
        Ok(Carried { collection: index, events: events.map_err(unreadable)?, document_id })
    };
    rows.iter().map(carried).collect()
}

async fn append(transaction: &mut Transaction, lanes: i64, events: &[&RecordedEvent]) -> Result<(), StoreError> {
    for lane in 0..lanes {
        let events: Vec<&&RecordedEvent> =
            events.iter().filter(|event| lane_of(&event.stream_id, lanes) == lane).collect();
        if events.is_empty() {
            continue;
        }
        let raise = "UPDATE documents_lanes SET position = position + $1 WHERE lane = $2 RETURNING position";
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let rows = transaction.read(Cow::Borrowed(raise), vec![count.into(), lane.into()], 1).await?;
        let last = rows.first().map_or(Ok(0), |row| row.int("position"))?;
        for (position, event) in (last - count + 1..).zip(events) {
            let insert = "INSERT INTO documents_log (lane, position, event_id, event) VALUES ($1, $2, $3, $4)";
            let text = serde_json::to_string(event).map_err(StoreError::Unwritable)?;
            let values: Vec<Bound> = vec![lane.into(), position.into(), event.event_id.to_string().into(), text.into()];
            transaction.execute(Cow::Borrowed(insert), values).await?;
        }
    }
    Ok(())
}

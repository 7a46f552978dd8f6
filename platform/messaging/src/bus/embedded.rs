//! The embedded bus: one SQLite file for all contexts of a machine, whose processes share it.
//!
//! What is published is on the disk when a process is killed, but may be lost when the machine loses power: relays find
//! that out, and publish it again.

mod changes;
mod publishing;
mod replays;
mod tables;

pub(crate) use replays::ReplayRequests;

use changes::Changes;

use super::{BusError, BusLane, BusMessage, BusSettings, LastMessage, StreamState};
use hansa_relational::{
    Durability, OpenOptions, Row, StoreError, Value,
    sqlite::{Sqlite, Transaction},
};
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::{OnceCell, watch};
use tracing::warn;

/// More rows in one answer are asked for again.
const ROWS_MAX: usize = 1_000;

pub(crate) struct Embedded {
    folder: PathBuf,
    settings: BusSettings,
    file: OnceCell<Sqlite>,
    changes: Changes,
}

/// New messages of a stream.
pub(crate) struct Tail {
    bus: Arc<Embedded>,
    context: String,
    made: String,
    sequence: u64,
    changed: watch::Receiver<u64>,
}

impl Embedded {
    pub(super) fn new(folder: PathBuf, settings: BusSettings) -> Embedded {
        Embedded { folder, settings, file: OnceCell::new(), changes: Changes::default() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    async fn file(&self) -> Result<&Sqlite, BusError> {
        let open = async || {
            let path = self.folder.join("bus.sqlite");
            let options = OpenOptions { durability: Durability::ProcessKill, ..OpenOptions::default() };
            let file = Sqlite::open(&path, &options).await.map_err(|error| opening(error.into()))?;
            tables::make(&file).await.map_err(|error| opening(error.into()))?;
            Ok(file)
        };
        self.file.get_or_try_init(open).await
    }

    async fn read(&self, text: &'static str, values: Vec<Value>) -> Result<Vec<Row>, BusError> {
        self.file().await?.read(Cow::Borrowed(text), values, ROWS_MAX).await.map_err(reading)
    }

    async fn begin(&self) -> Result<Transaction, BusError> {
        self.file().await?.begin().await.map_err(writing)
    }

    pub(super) async fn declare(&self, context: &str, lanes: Option<i64>) -> Result<StreamState, BusError> {
        let found = self.state(context).await?;
        if let Some(state) = found
            && (lanes.is_none() || lanes == state.lanes)
        {
            return Ok(state);
        }
        let mut transaction = self.begin().await?;
        let declare = "INSERT INTO streams (context, made, lanes, last_sequence, bytes) VALUES ($1, $2, $3, 0, 0)
                       ON CONFLICT (context) DO UPDATE SET lanes = coalesce(excluded.lanes, lanes)";
        let made = format!("{:032x}", fastrand::u128(..));
        execute(&mut transaction, declare, vec![context.into(), made.into(), lanes.into()]).await?;
        transaction.commit().await.map_err(writing)?;
        let state = self.state(context).await?;
        state.ok_or_else(|| reading(StoreError::NoRow))
    }

    async fn state(&self, context: &str) -> Result<Option<StreamState>, BusError> {
        let state = "SELECT made, lanes, last_sequence,
                         (SELECT MIN(sequence) FROM messages WHERE messages.context = streams.context) AS first_sequence
                     FROM streams WHERE context = $1";
        let rows = self.read(state, vec![context.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let last_sequence = number(row, "last_sequence")?;
        let first = row.optional_int("first_sequence").map_err(reading)?;
        let first_sequence = first.map_or(last_sequence + 1, i64::unsigned_abs);
        let (made, lanes) = (row.text("made").map_err(reading)?, row.optional_int("lanes").map_err(reading)?);
        Ok(Some(StreamState { made, first_sequence, last_sequence, lanes }))
    }

    pub(super) async fn last(&self, BusLane { context, lane }: BusLane<'_>) -> Result<Option<LastMessage>, BusError> {
        let last = "SELECT sequence, position FROM messages WHERE context = $1 AND lane = $2
                    ORDER BY sequence DESC LIMIT 1";
        let rows = self.read(last, vec![context.into(), lane.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let position = row.optional_int("position").map_err(reading)?;
        Ok(Some(LastMessage { sequence: number(row, "sequence")?, position }))
    }

    pub(super) async fn fetch(
        &self,
        BusLane { context, lane }: BusLane<'_>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<BusMessage>, BusError> {
        let fetch = "SELECT sequence, subject, headers, body FROM messages
                     WHERE context = $1 AND lane = $2 AND position > $3 ORDER BY position LIMIT $4";
        let limit = limit.min(ROWS_MAX) as i64;
        let rows = self.read(fetch, vec![context.into(), lane.into(), after.into(), limit.into()]).await?;
        rows.iter().map(message).collect()
    }

    pub(super) async fn tail(self: &Arc<Self>, context: &str) -> Result<Tail, BusError> {
        let changed = self.changes.of(context);
        let StreamState { made, last_sequence: sequence, .. } = self.declare(context, None).await?;
        Ok(Tail { bus: self.clone(), context: context.to_owned(), made, sequence, changed })
    }
}

impl Tail {
    pub(super) async fn next(&mut self, max: usize) -> Result<Vec<BusMessage>, BusError> {
        loop {
            self.changed.borrow_and_update();
            let after = "SELECT sequence, subject, headers, body FROM messages WHERE context = $1 AND sequence > $2
                         ORDER BY sequence LIMIT $3";
            let limit = max.min(ROWS_MAX) as i64;
            let values = vec![self.context.as_str().into(), (self.sequence as i64).into(), limit.into()];
            let rows = self.bus.read(after, values).await?;
            let messages: Vec<BusMessage> = rows.iter().map(message).collect::<Result<_, _>>()?;
            if let Some(last) = messages.last() {
                self.sequence = last.sequence;
                return Ok(messages);
            }
            self.check_stream().await?;
            self.bus.wait(&mut self.changed).await;
        }
    }

    /// An older copy of the file may have been brought back, or none.
    async fn check_stream(&self) -> Result<(), BusError> {
        let state = self.bus.state(&self.context).await?;
        match state.is_some_and(|state| state.made == self.made && state.last_sequence >= self.sequence) {
            true => Ok(()),
            false => Err(reading(StoreError::NoRow)),
        }
    }
}

fn message(row: &Row) -> Result<BusMessage, BusError> {
    let headers = row.text("headers").map_err(reading)?;
    let headers = serde_json::from_str(&headers).unwrap_or_else(|error| {
        warn!(%error, "the headers of a message on the bus cannot be read");
        Default::default()
    });
    let body = row.bytes("body").map_err(reading)?.into();
    let subject = row.text("subject").map_err(reading)?;
    Ok(BusMessage { sequence: number(row, "sequence")?, subject, headers, body })
}

fn number(row: &Row, column: &str) -> Result<u64, BusError> {
    row.int(column).map(i64::unsigned_abs).map_err(reading)
}

async fn execute(transaction: &mut Transaction, text: &'static str, values: Vec<Value>) -> Result<u64, BusError> {
    transaction.execute(Cow::Borrowed(text), values).await.map_err(writing)
}

fn opening(source: Box<dyn std::error::Error + Send + Sync>) -> BusError {
    BusError::Failed { attempted: "open the embedded bus", source }
}

fn reading(error: StoreError) -> BusError {
    BusError::Failed { attempted: "read from the embedded bus", source: error.into() }
}

fn writing(error: StoreError) -> BusError {
    BusError::Failed { attempted: "write to the embedded bus", source: error.into() }
}

//! SQLite: one writer, a small pool of readers, write-ahead log. For this crate and for the documents' embedded
//! backend; contexts use neither its types nor its texts.

mod connect;
mod constraints;
mod errors;
mod values;
mod writer;

use std::{borrow::Cow, collections::HashMap, path::Path, sync::Arc, time::Duration};

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};

use crate::{OpenError, Row, StoreError, Value};
use errors::store_error;
use writer::{Loan, Writer};

/// What is lost when the machine loses power. When only the process is killed, nothing is, and the database is whole in
/// any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Every commit is on the disk before it is acknowledged (`synchronous = FULL`).
    #[default]
    PowerCut,
    /// The last commits may be gone after a power cut (`synchronous = NORMAL`). Commits are several times faster.
    ProcessKill,
}

/// What may be chosen when a store is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    pub durability: Durability,
    /// How long a query waits for a connection, and a command for those before it, of this process and of others.
    pub wait: Duration,
    /// How many lanes the log of events has, at most 64. Fixed when the store is made.
    pub lanes: i64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions { durability: Durability::default(), wait: Duration::from_secs(5), lanes: 2 }
    }
}

/// An open database file. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Sqlite {
    path: Arc<Path>,
    readers: SqlitePool,
    writer: Arc<Writer>,
    /// Names of unique constraints by `table.column, table.column`, as the engine's messages have them.
    constraints: Arc<HashMap<String, String>>,
}

/// The writes of one command; there is one at a time. Dropped, it is rolled back before anybody else writes.
///
/// The driver's own transactions are not used: the engine ends a transaction by itself when the disk is full, which they
/// do not notice, and what follows would be committed statement by statement.
#[derive(Debug)]
pub struct Transaction {
    loan: Loan,
    constraints: Arc<HashMap<String, String>>,
    /// The engine may have ended it.
    is_broken: bool,
    /// A statement has begun and was not ended, so nobody knows what became of it.
    is_in_flight: bool,
    /// Until it has ended, somebody writes.
    _writer: Arc<Writer>,
}

impl Sqlite {
    /// Opens or creates the file and its folder.
    pub async fn open(path: &Path, options: &OpenOptions) -> Result<Sqlite, OpenError> {
        connect::open(path, options).await
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Learns the names of unique constraints; again whenever tables were made.
    pub async fn learn_constraints(&mut self) -> Result<(), StoreError> {
        self.constraints = Arc::new(constraints::names(self).await?);
        Ok(())
    }

    /// Reads what is committed.
    pub async fn read(&self, text: Cow<'static, str>, values: Vec<Value>, max: usize) -> Result<Vec<Row>, StoreError> {
        let mut connection = self.readers.acquire().await.map_err(|error| store_error(error, &self.constraints))?;
        fetch(&mut connection, (text, values), max, &self.constraints).await
    }

    /// Waits for its turn, and begins. `Busy` when the others take too long.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(Transaction {
            loan: self.writer.begin().await?,
            constraints: self.constraints.clone(),
            is_broken: false,
            is_in_flight: false,
            _writer: self.writer.clone(),
        })
    }

    /// Changes what a power cut can lose, from the next commit on; with `PowerCut` what was committed before is brought
    /// to the disk first. For a load that can be repeated.
    pub async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        let statements = match durability {
            Durability::PowerCut => "PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(FULL);",
            Durability::ProcessKill => "PRAGMA synchronous = NORMAL;",
        };
        self.writer.run(statements).await
    }

    /// Brings all that was committed into the file, and empties the one beside it, which has pages as they were before. `Busy`
    /// where somebody was reading for too long.
    pub async fn shred(&self) -> Result<(), StoreError> {
        self.writer.run("PRAGMA wal_checkpoint(TRUNCATE);").await?;
        let mut beside = self.path.as_os_str().to_owned();
        beside.push("-wal");
        match tokio::fs::metadata(&beside).await {
            Ok(file) if file.len() > 0 => Err(StoreError::Busy),
            _ => Ok(()),
        }
    }

    /// Waits for running queries, and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Transaction {
    /// Reads, with its own writes.
    pub async fn read(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Value>,
        max: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.start()?;
        let rows = fetch(self.loan.connection(), (text, values), max, &self.constraints).await;
        self.noted(rows)
    }

    /// Writes; gives how many rows were changed.
    pub async fn execute(&mut self, text: Cow<'static, str>, values: Vec<Value>) -> Result<u64, StoreError> {
        self.start()?;
        let query = sqlx::query_with(AssertSqlSafe(text), values::arguments(values));
        let result = query.execute(self.loan.connection()).await;
        let changed = result.map(|done| done.rows_affected()).map_err(|error| store_error(error, &self.constraints));
        self.noted(changed)
    }

    /// Runs several statements without values: migrations.
    pub async fn execute_script(&mut self, text: impl Into<Cow<'static, str>>) -> Result<(), StoreError> {
        self.start()?;
        let result = sqlx::raw_sql(AssertSqlSafe(text.into())).execute(self.loan.connection()).await;
        let done = result.map(|_| ()).map_err(|error| store_error(error, &self.constraints));
        self.noted(done)
    }

    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.start()?;
        self.loan.commit().await
    }

    pub async fn rollback(self) -> Result<(), StoreError> {
        self.loan.rollback().await
    }

    fn start(&mut self) -> Result<(), StoreError> {
        if self.is_broken || self.is_in_flight {
            let source = "an earlier statement failed, or was given up".into();
            return Err(StoreError::Engine { attempted: "go on", source });
        }
        self.is_in_flight = true;
        Ok(())
    }

    /// After an error it can only be dropped: the engine may have ended it, and PostgreSQL goes on after none.
    fn noted<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.is_in_flight = false;
        self.is_broken = result.is_err();
        result
    }
}

async fn fetch(
    connection: &mut SqliteConnection,
    (text, values): (Cow<'static, str>, Vec<Value>),
    max: usize,
    constraints: &HashMap<String, String>,
) -> Result<Vec<Row>, StoreError> {
    let mut stream = sqlx::query_with(AssertSqlSafe(text), values::arguments(values)).fetch(connection);
    let mut rows = Vec::new();
    let mut columns: Option<Arc<[String]>> = None;
    while let Some(row) = stream.try_next().await.map_err(|error| store_error(error, constraints))? {
        if rows.len() == max {
            return Err(StoreError::TooManyRows { limit: max });
        }
        let columns = columns.get_or_insert_with(|| values::columns(&row)).clone();
        rows.push(values::row(&row, columns)?);
    }
    Ok(rows)
}

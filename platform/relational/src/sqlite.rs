//! SQLite: one writer connection, a small pool of readers, write-ahead log. For this crate and for the documents' embedded
//! backend; contexts use neither its types nor its texts.

mod connect;
mod constraints;
mod errors;
mod values;

use std::{borrow::Cow, collections::HashMap, path::Path, sync::Arc};

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};

use crate::{OpenError, Row, StoreError, Value};
use errors::store_error;

/// What is lost when the machine loses power. When only the process is killed, nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Every commit is on the disk before it is acknowledged (`synchronous = FULL`).
    #[default]
    PowerCut,
    /// The last commits may be gone after a power cut, the database is whole (`synchronous = NORMAL`).
    ProcessKill,
}

/// An open database file. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Sqlite {
    path: Arc<Path>,
    readers: SqlitePool,
    writer: SqlitePool,
    /// Names of unique constraints by `table.column, table.column`, as the engine's messages have them.
    constraints: Arc<HashMap<String, String>>,
}

/// The write transaction; there is one at a time. Dropped, it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    inner: sqlx::Transaction<'static, sqlx::Sqlite>,
    constraints: Arc<HashMap<String, String>>,
}

impl Sqlite {
    /// Opens or creates the file and its folder.
    pub async fn open(path: &Path, durability: Durability) -> Result<Sqlite, OpenError> {
        connect::open(path, durability).await
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
        let inner = self.writer.begin_with("BEGIN IMMEDIATE").await;
        let inner = inner.map_err(|error| store_error(error, &self.constraints))?;
        Ok(Transaction { inner, constraints: self.constraints.clone() })
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
        fetch(&mut self.inner, (text, values), max, &self.constraints).await
    }

    /// Writes; gives how many rows were changed.
    pub async fn execute(&mut self, text: Cow<'static, str>, values: Vec<Value>) -> Result<u64, StoreError> {
        let arguments = values::arguments(values);
        let result = sqlx::query_with(AssertSqlSafe(text), arguments).execute(&mut *self.inner).await;
        result.map(|done| done.rows_affected()).map_err(|error| store_error(error, &self.constraints))
    }

    /// Runs several statements without values: migrations.
    pub async fn execute_script(&mut self, text: &'static str) -> Result<(), StoreError> {
        let result = sqlx::raw_sql(text).execute(&mut *self.inner).await;
        result.map(|_| ()).map_err(|error| store_error(error, &self.constraints))
    }

    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await.map_err(|error| store_error(error, &self.constraints))
    }

    pub async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await.map_err(|error| store_error(error, &self.constraints))
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

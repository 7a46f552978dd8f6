//! A write transaction. A statement that was given up in the middle costs its connection; after one that failed the transaction
//! is ended at once, and whatever else is left open is rolled back before the connection is used again.

use std::{borrow::Cow, time::Duration};

use futures_util::FutureExt;
use sqlx::{AssertSqlSafe, PgConnection, pool::PoolConnection};
use tokio::sync::OwnedMutexGuard;

use super::{errors::store_error, in_time, values};
use crate::{Row, StoreError, Value};

#[derive(Debug)]
pub(crate) struct Transaction {
    connection: PoolConnection<sqlx::Postgres>,
    /// Nobody of this process is alone beside it. Given back after the connection.
    turn: Option<OwnedMutexGuard<()>>,
    /// For one statement.
    time: Duration,
    /// The server refuses everything but the end.
    is_broken: bool,
    /// A statement has begun and its answer was not read to the end.
    is_in_flight: bool,
    has_ended: bool,
}

impl Transaction {
    /// Runs the script that begins it.
    pub(super) async fn begin(
        connection: PoolConnection<sqlx::Postgres>,
        (script, time): (String, Duration),
    ) -> Result<Transaction, StoreError> {
        let mut transaction =
            Transaction { connection, turn: None, time, is_broken: false, is_in_flight: false, has_ended: false };
        match transaction.execute_script(script).await {
            Ok(()) => Ok(transaction),
            Err(error) => {
                transaction.end_after_error().await;
                Err(error)
            }
        }
    }

    pub(super) fn keep(&mut self, turn: Option<OwnedMutexGuard<()>>) {
        self.turn = turn;
    }

    /// Reads, with its own writes; or writes with `RETURNING`.
    pub(crate) async fn read(
        &mut self,
        text: Cow<'static, str>,
        values: Vec<Value>,
        max: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.fetch((text, values), max).await
    }

    /// Writes; gives how many rows were changed.
    pub(crate) async fn execute(&mut self, text: Cow<'static, str>, values: Vec<Value>) -> Result<u64, StoreError> {
        let time = self.time();
        let query = sqlx::query_with(AssertSqlSafe(text), values::arguments(values));
        let done = query.execute(self.use_connection()?).map(|result| result.map_err(store_error));
        let done = in_time(time, done).await;
        let changed = self.noted(done.map(|done| done.rows_affected()));
        self.end_after_error().await;
        changed
    }

    /// Runs several statements without values.
    pub(crate) async fn execute_script(&mut self, text: impl Into<Cow<'static, str>>) -> Result<(), StoreError> {
        let time = self.time();
        let script = sqlx::raw_sql(AssertSqlSafe(text.into()));
        let done = script.execute(self.use_connection()?).map(|result| result.map_err(store_error));
        let done = in_time(time, done).await;
        self.noted(done.map(|_| ()))
    }

    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        // A server answers the commit of a broken transaction with success, and rolls it back.
        match self.execute_script("COMMIT").await {
            Err(StoreError::Unreachable { source }) => Err(StoreError::InDoubt { source }),
            Err(error) => Err(error),
            Ok(()) => {
                self.has_ended = true;
                Ok(())
            }
        }
    }

    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        if self.is_in_flight || self.has_ended {
            return Ok(());
        }
        self.is_broken = false;
        self.execute_script("ROLLBACK").await?;
        self.has_ended = true;
        Ok(())
    }

    async fn fetch(&mut self, query: (Cow<'static, str>, Vec<Value>), max: usize) -> Result<Vec<Row>, StoreError> {
        let time = self.time();
        let rows = in_time(time, values::fetch(self.use_connection()?, query, max)).await;
        let rows = self.noted(rows);
        self.end_after_error().await;
        rows
    }

    /// Ends what can only be dropped while somebody waits for the server: it has something to say first, and where that comes
    /// late nothing could be sent when the transaction is dropped, so that the connection's next user would be in it.
    pub(super) async fn end_after_error(&mut self) {
        if self.is_broken && !self.is_in_flight {
            self.is_broken = false;
            self.has_ended = self.execute_script("ROLLBACK").await.is_ok();
            self.is_broken = true;
        }
    }

    /// How long one statement may take.
    pub(super) fn time(&self) -> Duration {
        self.time
    }

    /// The connection for one statement, until [`Self::noted`] is told its result.
    pub(super) fn use_connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        if self.is_broken || self.is_in_flight {
            let source = "an earlier statement failed, or was given up".into();
            return Err(StoreError::Engine { attempted: "go on", source });
        }
        self.is_in_flight = true;
        Ok(&mut self.connection)
    }

    pub(super) fn noted<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        // Then there is more of the answer, or nobody who sends it.
        let is_open_ended = matches!(
            &result,
            Err(StoreError::TooManyRows { .. } | StoreError::BadRow { .. } | StoreError::Unreachable { .. })
        );
        self.is_in_flight = is_open_ended;
        self.is_broken = result.is_err();
        result
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.is_in_flight || (self.is_broken && !self.has_ended) {
            self.connection.close_on_drop();
        } else if !self.has_ended {
            // Sent now; the pool reads the answer before it gives the connection to anybody.
            let _ = sqlx::raw_sql("ROLLBACK").execute(&mut *self.connection).now_or_never();
        }
    }
}

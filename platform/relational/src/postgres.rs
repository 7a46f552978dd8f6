//! PostgreSQL: a schema for each context, a pool that only reads and a pool that writes. Transactions that must be alone in
//! the store take an advisory lock of the schema, others share it; so they wait for those of other processes, too.

mod append;
mod collation;
mod connect;
mod errors;
mod transaction;
mod values;

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection, PgPool, pool::PoolConnection, postgres::PgConnectOptions};
use tokio::{sync::Mutex, time::timeout};

use crate::{Durability, OpenError, OpenOptions, Place, Row, StoreError, Value, engine::Company};

pub(crate) use collation::sort_by_bytes;
pub(crate) use errors::is_forbidden;
pub(crate) use transaction::Transaction;

/// How long a look at a silent server may take, when a connection was waited for in vain.
const LOOK: Duration = Duration::from_secs(1);

/// How long the server may take for one statement, which is a little more than it is allowed there; then it is away.
const STATEMENT_MAX: Duration = Duration::from_secs(connect::SECONDS_MAX as u64 + 5);
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// An open schema. Clones share its connections.
#[derive(Clone)]
pub(crate) struct Postgres {
    readers: PgPool,
    writers: PgPool,
    schema: Arc<Schema>,
    /// Whoever must be alone waits here for those of this process, without a connection.
    turn: Arc<Mutex<()>>,
    /// Commits are acknowledged before they are on the disk.
    is_hasty: Arc<AtomicBool>,
}

pub(crate) struct Schema {
    place: Place,
    name: String,
    options: PgConnectOptions,
    wait: Duration,
}

impl Postgres {
    /// Finds the server and the database. The schema is made by the migrations.
    pub(crate) async fn open((url, schema): (&str, &str), options: &OpenOptions) -> Result<Postgres, OpenError> {
        connect::open((url, schema), options).await
    }

    pub(crate) fn place(&self) -> &Place {
        &self.schema.place
    }

    pub(crate) fn schema(&self) -> &str {
        &self.schema.name
    }

    /// Reads what is committed. A connection that was lost while nothing was asked is replaced.
    pub(crate) async fn read(
        &self,
        text: Cow<'static, str>,
        values: Vec<Value>,
        max: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let until = Instant::now() + self.schema.wait;
        loop {
            let mut connection = self.acquire(&self.readers).await?;
            let rows = values::fetch(&mut connection, (text.clone(), values.clone()), max);
            let error = match in_time(STATEMENT_MAX, rows).await {
                Ok(rows) => return Ok(rows),
                Err(error) => error,
            };
            match error {
                StoreError::Unreachable { .. } | StoreError::TooManyRows { .. } | StoreError::BadRow { .. } => {
                    // Nothing more is read from it, not even the rest of this answer.
                    connection.close_on_drop();
                }
                _ => return Err(error),
            }
            if !matches!(error, StoreError::Unreachable { .. }) || Instant::now() >= until {
                return Err(error);
            }
        }
    }

    /// Begins, once the company allows it. `Busy` when the others take too long.
    pub(crate) async fn begin(&self, company: Company) -> Result<Transaction, StoreError> {
        let turn = match company {
            Company::Others { .. } => None,
            Company::Nobody | Company::NobodyForLong => {
                let turn = timeout(self.schema.wait, self.turn.clone().lock_owned()).await;
                Some(turn.map_err(|_| StoreError::Busy)?)
            }
        };
        // Migrations take as long as they take.
        let time = if company == Company::NobodyForLong { LONG } else { STATEMENT_MAX };
        let script = self.schema.begin_script(&company, self.is_hasty.load(Ordering::Relaxed));
        let until = Instant::now() + self.schema.wait;
        let mut transaction = loop {
            let connection = self.acquire(&self.writers).await?;
            match Transaction::begin(connection, (script.clone(), time)).await {
                Err(StoreError::Unreachable { .. }) if Instant::now() < until => {}
                other => break other?,
            }
        };
        transaction.keep(turn);
        Ok(transaction)
    }

    /// Changes whether commits wait for the disk of the server. Before it is promised again, what was committed in the
    /// meantime is brought there.
    pub(crate) async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        self.is_hasty.store(durability == Durability::ProcessKill, Ordering::Relaxed);
        if durability == Durability::ProcessKill {
            return Ok(());
        }
        let mut transaction = self.begin(Company::Others { key: None }).await?;
        // A transaction with a number is written to the log, which is one for all.
        transaction.execute_script("SELECT pg_current_xact_id()").await?;
        transaction.commit().await
    }

    /// Waits for running queries, and closes the connections.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }

    async fn acquire(&self, pool: &PgPool) -> Result<PoolConnection<sqlx::Postgres>, StoreError> {
        match pool.acquire().await {
            Ok(connection) => Ok(connection),
            Err(sqlx::Error::PoolTimedOut) => Err(self.why_none().await),
            Err(error) => Err(errors::acquire_error(error)),
        }
    }

    /// Why there was no connection: all are in use, or the server is not there.
    async fn why_none(&self) -> StoreError {
        match timeout(LOOK, PgConnection::connect_with(&self.schema.options)).await {
            Ok(Ok(connection)) => {
                let _ = timeout(LOOK, connection.close()).await;
                StoreError::Busy
            }
            Ok(Err(error)) => errors::acquire_error(error),
            Err(_) => StoreError::Unreachable { source: "it does not answer".into() },
        }
    }
}

/// What takes longer is given up, and with it the connection.
async fn in_time<T>(time: Duration, answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let answer = timeout(time, answer).await;
    answer.unwrap_or_else(|_| Err(StoreError::Unreachable { source: "it does not answer".into() }))
}

impl Schema {
    fn begin_script(&self, company: &Company, is_hasty: bool) -> String {
        let lock = self.lock("");
        let locks = match company {
            Company::Nobody => format!("SELECT pg_advisory_xact_lock({lock});"),
            Company::NobodyForLong => format!(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 60000; SELECT pg_advisory_xact_lock({lock});"
            ),
            Company::Others { key: None } => format!("SELECT pg_advisory_xact_lock_shared({lock});"),
            Company::Others { key: Some(key) } => format!(
                "SELECT pg_advisory_xact_lock_shared({lock}); SELECT pg_advisory_xact_lock({});",
                self.lock(key)
            ),
        };
        let haste = if is_hasty { "SET LOCAL synchronous_commit = off;" } else { "" };
        format!("BEGIN; {haste} {locks}")
    }

    /// The number of an advisory lock, which are of the whole database: of the schema, or of a key in it.
    fn lock(&self, key: &str) -> i64 {
        let hash = hansa_event_sourcing::InputHash::of(&("hansa", &self.name, key)).0;
        i64::from_be_bytes(hash[..8].try_into().expect("a hash has 32 bytes"))
    }
}

// The options hold a password.
impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Postgres").field("place", &self.schema.place).finish_non_exhaustive()
    }
}

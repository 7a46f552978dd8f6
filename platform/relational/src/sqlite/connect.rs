//! Opening: the folder, the file, the settings of its connections.

use std::{collections::HashMap, path::Path, sync::Arc};

use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Durability, OpenOptions, Sqlite, errors::open_error};
use crate::OpenError;

/// Reads at the same time; each connection costs a thread and up to 2 MiB of cache.
const READERS: u32 = 4;

pub(super) async fn open(path: &Path, options: &OpenOptions) -> Result<Sqlite, OpenError> {
    if let Some(folder) = path.parent() {
        // The files in it get the process's usual mode, so the folder is what keeps others out.
        let mut builder = tokio::fs::DirBuilder::new();
        #[cfg(unix)]
        builder.mode(0o700);
        let made = builder.recursive(true).create(folder).await;
        made.map_err(|source| OpenError::Folder { path: path.to_owned(), source })?;
    }
    let synchronous = match options.durability {
        Durability::PowerCut => SqliteSynchronous::Full,
        Durability::ProcessKill => SqliteSynchronous::Normal,
    };
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(options.wait)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new().acquire_timeout(options.wait).idle_timeout(None).max_lifetime(None);
    let writer = pool
        .clone()
        .max_connections(1)
        .min_connections(1)
        .after_release(|connection, _| Box::pin(roll_back(connection)));
    let writer = connected(writer, connect.clone(), path).await?;
    let readers = pool.max_connections(READERS);
    let readers = connected(readers, connect.pragma("query_only", "ON"), path).await?;
    Ok(Sqlite { path: Arc::from(path), readers, writer, constraints: Arc::new(HashMap::new()) })
}

async fn connected(
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
    path: &Path,
) -> Result<SqlitePool, OpenError> {
    let pool = pool.connect_with(options).await;
    pool.map_err(|error| open_error(error, path))
}

/// Ends what was dropped before its commit. There is nothing to end after a commit, which the engine calls an error.
async fn roll_back(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    match sqlx::query("ROLLBACK").execute(connection).await {
        Err(sqlx::Error::Database(error)) if error.message().contains("no transaction is active") => Ok(true),
        result => result.map(|_| true),
    }
}

//! Opening: the folder, the file, the settings of its connections.

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Durability, Sqlite, errors::open_error};
use crate::OpenError;

/// How long a write waits for the others of this process, and then for other processes.
const WAIT: Duration = Duration::from_secs(5);
/// Reads at the same time; each connection costs a thread and up to 2 MiB of cache.
const READERS: u32 = 4;

pub(super) async fn open(path: &Path, durability: Durability) -> Result<Sqlite, OpenError> {
    if let Some(folder) = path.parent() {
        let made = tokio::fs::create_dir_all(folder).await;
        made.map_err(|source| OpenError::Folder { path: path.to_owned(), source })?;
    }
    let synchronous = match durability {
        Durability::PowerCut => SqliteSynchronous::Full,
        Durability::ProcessKill => SqliteSynchronous::Normal,
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(WAIT)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .disable_statement_logging();
    let writer = SqlitePoolOptions::new().max_connections(1).min_connections(1);
    let writer = connected(writer, options.clone(), path).await?;
    let readers = SqlitePoolOptions::new().max_connections(READERS);
    let readers = connected(readers, options.pragma("query_only", "ON"), path).await?;
    Ok(Sqlite { path: Arc::from(path), readers, writer, constraints: Arc::new(HashMap::new()) })
}

async fn connected(
    pool: SqlitePoolOptions,
    options: SqliteConnectOptions,
    path: &Path,
) -> Result<SqlitePool, OpenError> {
    let pool = pool.acquire_timeout(WAIT).idle_timeout(None).max_lifetime(None).connect_with(options).await;
    pool.map_err(|error| open_error(error, path))
}

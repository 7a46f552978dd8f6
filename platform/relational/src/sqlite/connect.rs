//! Opening: the folder, the file, the settings of its connections.

use std::{collections::HashMap, path::Path, sync::Arc};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{Durability, OpenOptions, Sqlite, errors::open_error, writer::Writer};
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
        // What is deleted or replaced is overwritten: people are erased, and the file is read by more than this program.
        .pragma("secure_delete", "ON")
        .disable_statement_logging();
    let failed = |error| open_error(error, path);
    let writer = SqliteConnection::connect_with(&connect).await.map_err(failed)?;
    let readers = SqlitePoolOptions::new()
        .acquire_timeout(options.wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .max_connections(READERS)
        .connect_with(connect.pragma("query_only", "ON"));
    Ok(Sqlite {
        path: Arc::from(path),
        readers: readers.await.map_err(failed)?,
        writer: Arc::new(Writer::new(writer, options.wait)),
        constraints: Arc::new(HashMap::new()),
    })
}

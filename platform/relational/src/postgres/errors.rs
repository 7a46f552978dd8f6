//! What the server's errors mean: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.

use sqlx::{error::ErrorKind, postgres::PgDatabaseError};

use crate::StoreError;

pub(super) const FORBIDDEN: &str = "42501";
const DISK_FULL: &str = "53100";
pub(super) const TOO_MANY_CONNECTIONS: &str = "53300";
/// A lock, a serialisation, a deadlock, or a statement's time.
const WAITED_TOO_LONG: [&str; 4] = ["55P03", "40001", "40P01", "57014"];
/// The server is stopped, crashes, or is about to start.
pub(super) const STARTING: &str = "57P03";
const ENDED: [&str; 5] = ["57P01", "57P02", STARTING, "57P05", "25P03"];
/// All of a class: the connection failed.
const CONNECTION: &str = "08";

pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let Some(database) = of_database(&error) else { return without_code(error) };
    let constraint = || database.constraint().unwrap_or_default().to_owned();
    match sqlx::error::DatabaseError::kind(database) {
        ErrorKind::UniqueViolation => StoreError::UniqueViolation { constraint: constraint() },
        ErrorKind::ForeignKeyViolation => StoreError::ForeignKeyViolation,
        ErrorKind::CheckViolation => StoreError::CheckViolation { constraint: constraint() },
        ErrorKind::NotNullViolation => {
            let (table, column) = (database.table().unwrap_or_default(), database.column().unwrap_or_default());
            StoreError::CheckViolation { constraint: format!("{table}.{column}") }
        }
        _ => match database.code() {
            DISK_FULL => StoreError::Full,
            code if WAITED_TOO_LONG.contains(&code) => StoreError::Busy,
            code if ENDED.contains(&code) || code.starts_with(CONNECTION) => {
                StoreError::Unreachable { source: Box::new(error) }
            }
            _ => StoreError::Engine { attempted: "run a query", source: Box::new(error) },
        },
    }
}

/// Of a connection that could not be made, or of a pool that is closed.
pub(super) fn acquire_error(error: sqlx::Error) -> StoreError {
    match of_database(&error).map(PgDatabaseError::code) {
        Some(TOO_MANY_CONNECTIONS) => StoreError::Busy,
        Some(_) => StoreError::Unreachable { source: Box::new(error) },
        None => without_code(error),
    }
}

/// Whether the user has no right to it.
pub(crate) fn is_forbidden(error: &crate::EngineError) -> bool {
    let error = error.downcast_ref::<sqlx::Error>().and_then(of_database);
    error.is_some_and(|error| error.code() == FORBIDDEN)
}

pub(super) fn of_database(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

fn without_code(error: sqlx::Error) -> StoreError {
    use sqlx::Error;
    match error {
        Error::PoolTimedOut => StoreError::Busy,
        // What follows on a connection that broke is nonsense to the driver, too.
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => {
            StoreError::Unreachable { source: Box::new(error) }
        }
        error => StoreError::Engine { attempted: "run a query", source: Box::new(error) },
    }
}

//! What the engine's errors mean.

use std::{collections::HashMap, path::Path};

use sqlx::error::{DatabaseError, ErrorKind};

use crate::{OpenError, Place, StoreError};

/// Primary result codes: <https://www.sqlite.org/rescode.html>.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READ_ONLY: i32 = 8;
const FULL: i32 = 13;
const CANNOT_OPEN: i32 = 14;
const NOT_A_DATABASE: i32 = 26;

pub(super) fn store_error(error: sqlx::Error, constraints: &HashMap<String, String>) -> StoreError {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return StoreError::Busy;
    }
    let Some(database) = error.as_database_error() else {
        return StoreError::Engine { attempted: "run a query", source: Box::new(error) };
    };
    let message = database.message();
    let after_colon = || message.split_once(": ").map_or(message, |(_, rest)| rest).to_owned();
    match database.kind() {
        ErrorKind::UniqueViolation => {
            let columns = after_colon();
            let index = columns.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')).map(str::to_owned);
            let constraint = index.or_else(|| constraints.get(&columns).cloned()).unwrap_or(columns);
            StoreError::UniqueViolation { constraint }
        }
        ErrorKind::ForeignKeyViolation => StoreError::ForeignKeyViolation,
        ErrorKind::CheckViolation | ErrorKind::NotNullViolation => {
            StoreError::CheckViolation { constraint: after_colon() }
        }
        _ => match primary_code(database) {
            BUSY | LOCKED => StoreError::Busy,
            FULL => StoreError::Full,
            _ => StoreError::Engine { attempted: "run a query", source: Box::new(error) },
        },
    }
}

/// Of statements that break no constraint.
pub(super) fn engine_error(error: sqlx::Error) -> StoreError {
    store_error(error, &HashMap::new())
}

pub(super) fn open_error(error: sqlx::Error, path: &Path) -> OpenError {
    let (place, path) = (Place::from(path), path.to_owned());
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return OpenError::Busy { place };
    }
    match error.as_database_error().map(primary_code) {
        Some(NOT_A_DATABASE) => OpenError::NotADatabase { path },
        Some(READ_ONLY) => OpenError::ReadOnly { path },
        Some(FULL) => OpenError::Full { place },
        Some(BUSY | LOCKED) => OpenError::Busy { place },
        Some(CANNOT_OPEN) if path.exists() => OpenError::NotADatabase { path },
        _ => OpenError::Engine { place, source: Box::new(error) },
    }
}

fn primary_code(error: &dyn DatabaseError) -> i32 {
    error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(0) & 0xff
}

//! The driver's errors, as what they mean here.

use mongodb::error::{Error, ErrorKind, WriteFailure};

use crate::StoreError;

const DUPLICATE_KEY: i32 = 11_000;
const OUT_OF_DISK_SPACE: i32 = 14_031;
const AUTHENTICATION_FAILED: i32 = 18;
const UNAUTHORIZED: i32 = 13;

impl From<Error> for StoreError {
    fn from(error: Error) -> StoreError {
        match error.kind.as_ref() {
            ErrorKind::Command(command) if command.code == OUT_OF_DISK_SPACE => StoreError::Full,
            ErrorKind::ServerSelection { .. } | ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. } => {
                StoreError::Unreachable(error.into())
            }
            _ => StoreError::Engine(error.into()),
        }
    }
}

/// The text of the server where a unique index was violated.
pub(super) fn duplicate(error: &Error) -> Option<&str> {
    match error.kind.as_ref() {
        ErrorKind::Write(WriteFailure::WriteError(error)) if error.code == DUPLICATE_KEY => Some(&error.message),
        ErrorKind::InsertMany(error) => {
            let mut errors = error.write_errors.iter().flatten();
            errors.find(|error| error.code == DUPLICATE_KEY).map(|error| error.message.as_str())
        }
        ErrorKind::Command(error) if error.code == DUPLICATE_KEY => Some(&error.message),
        // As FerretDB says it of a document that is replaced.
        ErrorKind::Command(error) if error.message.contains("UNIQUE constraint failed") => Some(&error.message),
        _ => None,
    }
}

/// The index in the text of a violation, where the server says it.
pub(super) fn index_in(message: &str) -> Option<&str> {
    message.split(" index: ").nth(1)?.split_whitespace().next()
}

/// Whether the server does not let us in.
pub(super) fn is_login(error: &Error) -> bool {
    match error.kind.as_ref() {
        ErrorKind::Authentication { .. } => true,
        ErrorKind::Command(command) => matches!(command.code, AUTHENTICATION_FAILED | UNAUTHORIZED),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::index_in;

    #[test]
    fn reads_the_index_of_a_violation() {
        let message = "E11000 duplicate key error collection: hansa_blog.posts index: unique_handle dup key: { x: 1 }";
        assert_eq!(index_in(message), Some("unique_handle"));
        assert_eq!(index_in("E11000 duplicate key error collection: hansa_blog.posts"), None);
    }
}

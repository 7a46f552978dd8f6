//! Why a folder of objects could not be opened, and why an operation on an object failed.

use std::path::PathBuf;

use crate::KeyError;

/// Why a folder of objects could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("create the folder of objects {}", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("write in the folder of objects {}", path.display())]
    ReadOnly {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// Why an operation failed. `key` is with its tenant.
#[derive(Debug, thiserror::Error)]
pub enum ObjectsError {
    #[error("there is no object `{key}`")]
    NotFound { key: String },
    #[error("there is an object `{key}` already")]
    AlreadyThere { key: String },
    #[error("object `{key}` has {found} bytes, of at most {limit}")]
    TooLarge { key: String, found: u64, limit: u64 },
    #[error("a content type is `type/subtype` of at most 100 printable ASCII characters")]
    ContentType,
    #[error("object `{key}` has {length} bytes; {start} to {end} is no range of them")]
    Range { key: String, start: u64, end: u64, length: u64 },
    #[error("`{key}` passes a symbolic link or something that is no folder, {}", path.display())]
    Blocked { key: String, path: PathBuf },
    #[error("the file of object `{key}` is not as it was written")]
    Corrupt { key: String },
    #[error("list objects")]
    Prefix(#[source] KeyError),
    #[error("{attempted} object `{key}`")]
    Store {
        attempted: &'static str,
        key: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

//! Why a store of documents could not be opened, and why a read or a write failed.

use std::path::PathBuf;

use hansa_event_sourcing::{FailureMeaning, StoreFailure};
use hansa_relational::EngineError;

/// Why a read or a write failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `index` is the name in the collection's specification; `id` when there is a document with this id.
    #[error("another document has the same values (unique index `{index}`)")]
    UniqueViolation { index: String },
    #[error("the document has version {current} by now")]
    VersionConflict { current: i64 },
    #[error("there is no such document")]
    NotFound,
    #[error("the idempotency key was used for another input")]
    KeyReused,
    #[error("the store is busy with other writes; nothing was written")]
    Busy,
    #[error("the disk is full, or the database as large as it may be; nothing was written")]
    Full,
    #[error("the document has version {found} where {expected} is due")]
    WrongVersion { found: i64, expected: i64 },
    #[error("`{0}` is no path of a field")]
    BadPath(String),
    #[error("`{0}` is compared with a time, and is not among the times of its collection")]
    NoTime(String),
    #[error("a value cannot be stored or compared: {0}")]
    BadValue(&'static str),
    #[error("{what} is limited to {limit}")]
    TooMuch { what: &'static str, limit: usize },
    #[error("the document `{id}` of `{collection}` cannot be read")]
    Unreadable {
        collection: &'static str,
        id: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("write a document, its events or its answer as JSON")]
    Unwritable(#[source] serde_json::Error),
    #[error("read the answer to an earlier command as JSON")]
    Answer(#[source] serde_json::Error),
    #[error("the server does not answer")]
    Unreachable(#[source] EngineError),
    #[error("read or write the collections")]
    Engine(#[source] EngineError),
}

impl StoreError {
    /// Whether somebody else wrote the same document first: another version of it, or the first one with its id.
    pub fn is_conflict(&self) -> bool {
        match self {
            StoreError::VersionConflict { .. } => true,
            StoreError::UniqueViolation { index } => index == "id",
            _ => false,
        }
    }
}

impl StoreFailure for StoreError {
    fn meaning(&self) -> FailureMeaning {
        match *self {
            StoreError::KeyReused => FailureMeaning::KeyReused,
            StoreError::TooMuch { what, limit } => FailureMeaning::TooMuch { what, limit },
            StoreError::Busy | StoreError::Full | StoreError::Unreachable(_) => FailureMeaning::Passing,
            ref conflict if conflict.is_conflict() => FailureMeaning::Conflict,
            _ => FailureMeaning::Broken,
        }
    }
}

/// Why a store of documents could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file itself.
    #[error(transparent)]
    File(hansa_relational::OpenError),
    #[error("{} was written by a newer version of this program (format {found}, known is {known})", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("the specification of collection `{collection}` is wrong: {reason}")]
    Specification { collection: &'static str, reason: String },
    /// Of a server. Its text has no part of the URL, which may hold a password.
    #[error("the URL of the server is wrong: `mongodb://user:password@host:port/prefix?authSource=admin` is its form")]
    BadUrl,
    #[error("no server answers at {server}")]
    Refused {
        server: String,
        #[source]
        source: EngineError,
    },
    #[error(
        "{server} does not let the user `{user}` in, or not into the database: look at the name, the password, `authSource` and the user's roles"
    )]
    Login { server: String, user: String },
    #[error("{server} is version {found}; {needed} or newer is needed")]
    TooOld { server: String, found: String, needed: String },
    #[error("ask {server} for its version")]
    Server {
        server: String,
        #[source]
        source: EngineError,
    },
    #[error(
        "the database `{database}` was written by a newer version of this program (format {found}, known is {known})"
    )]
    NewerDatabase { database: String, found: i64, known: i64 },
    #[error(
        "the log of the database `{database}` has {found} lanes, and this program wants {wanted}: they are fixed when it is made"
    )]
    OtherLanes { database: String, found: i64, wanted: i64 },
    #[error("make the indexes of `{collection}` in the database `{database}`")]
    Indexes {
        database: String,
        collection: &'static str,
        #[source]
        source: StoreError,
    },
    #[error("make the tables and indexes of collection `{collection}` in {}", path.display())]
    Collection {
        path: PathBuf,
        collection: &'static str,
        #[source]
        source: StoreError,
    },
}

impl From<hansa_relational::StoreError> for StoreError {
    fn from(error: hansa_relational::StoreError) -> StoreError {
        use hansa_relational::StoreError as Engine;
        match error {
            Engine::UniqueViolation { constraint } => StoreError::UniqueViolation { index: constraint },
            Engine::Busy => StoreError::Busy,
            Engine::Full => StoreError::Full,
            Engine::BadValue(why) => StoreError::BadValue(why),
            Engine::TooManyRows { limit } => StoreError::TooMuch { what: "an answer", limit },
            other => StoreError::Engine(other.into()),
        }
    }
}

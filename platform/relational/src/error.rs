//! Why a store could not be opened, and why a query or a commit failed.

use std::path::PathBuf;

use hansa_event_sourcing::{FailureMeaning, StoreFailure};

use crate::Place;

/// The error of an engine, without its type.
pub type EngineError = Box<dyn std::error::Error + Send + Sync>;

/// Why a query or a commit failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `constraint` is the index's name; for a constraint without a name the one that PostgreSQL gives:
    /// `users_email_key` for `UNIQUE (email)` in `users`, `users_pkey` for its primary key.
    #[error("a row with these values is there already (`{constraint}`)")]
    UniqueViolation { constraint: String },
    #[error("a row refers to another that is not there, or is still referred to")]
    ForeignKeyViolation,
    /// `constraint` is the check's name, or `table.column` that must not be null.
    #[error("a row breaks the rule `{constraint}`")]
    CheckViolation { constraint: String },
    #[error("the idempotency key was used for another input")]
    KeyReused,
    #[error("another process has moved the checkpoint of this consumer")]
    CheckpointMoved,
    #[error("the store is busy with other writes; nothing was written")]
    Busy,
    #[error("the disk is full, or the database as large as it may be; nothing was written")]
    Full,
    #[error("a value cannot be stored: {0}")]
    BadValue(&'static str),
    #[error("column `{column}` of a row: {reason}")]
    BadRow { column: String, reason: String },
    #[error("a query that should give one row gave none")]
    NoRow,
    #[error("a query gave more than {limit} rows")]
    TooManyRows { limit: usize },
    #[error("a command recorded more than {limit} events")]
    TooManyEvents { limit: usize },
    #[error("the event `{event_type}` has {bytes} bytes, and {} are allowed", hansa_event_sourcing::EVENT_BYTES_MAX)]
    EventTooLarge { event_type: String, bytes: usize },
    #[error("read or write the payload of a command as JSON")]
    Payload(#[source] serde_json::Error),
    /// A unit of work that it happened to wrote nothing.
    #[error("the database server cannot be reached, or has ended the connection")]
    Unreachable {
        #[source]
        source: EngineError,
    },
    /// Only a repetition of the command with its idempotency key, or a look at the data, tells.
    #[error("the connection broke during the commit: whether everything was written, or nothing, is not known")]
    InDoubt {
        #[source]
        source: EngineError,
    },
    #[error("{attempted}")]
    Engine {
        attempted: &'static str,
        #[source]
        source: EngineError,
    },
}

impl StoreError {
    /// Whether the same may succeed a little later.
    pub fn is_passing(&self) -> bool {
        use StoreError::{Busy, Full, InDoubt, Unreachable};
        matches!(self, Busy | Full | Unreachable { .. } | InDoubt { .. })
    }
}

impl StoreFailure for StoreError {
    fn meaning(&self) -> FailureMeaning {
        match self {
            StoreError::KeyReused => FailureMeaning::KeyReused,
            passing if passing.is_passing() => FailureMeaning::Passing,
            _ => FailureMeaning::Broken,
        }
    }
}

/// Why a store could not be opened. Each text names the file, or the schema, database and server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("create the folder of the database {}", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is no SQLite database", path.display())]
    NotADatabase { path: PathBuf },
    #[error("{place} is a database of another program: it has tables, and no list of our migrations")]
    Foreign { place: Place },
    #[error("{} cannot be written: it, or its folder, is read-only", path.display())]
    ReadOnly { path: PathBuf },
    #[error("{place} cannot be written: the disk is full")]
    Full { place: Place },
    #[error("the log of {place} has {found} lanes, and this program wants {wanted}: they are fixed when it is made")]
    OtherLanes { place: Place, found: i64, wanted: i64 },
    #[error("{place} is locked by another process, or has too many connections")]
    Busy { place: Place },
    #[error("the database {place} does not fit this program")]
    Migrations {
        place: Place,
        #[source]
        source: MigrationsError,
    },
    /// The text of the source has no password.
    #[error("the URL of the database is wrong: `postgres://user:password@host:port/database` is its form")]
    BadUrl {
        #[source]
        source: EngineError,
    },
    #[error("`{schema}` is no name of a schema: small letters, digits and underscores, at most 63")]
    BadSchema { schema: String },
    #[error("the server of {place} cannot be reached")]
    Unreachable {
        place: Place,
        #[source]
        source: EngineError,
    },
    #[error("the server of {place} does not let this user in: the password may be wrong")]
    NotLetIn {
        place: Place,
        #[source]
        source: EngineError,
    },
    #[error("the server has no such database: {place}")]
    NoDatabase {
        place: Place,
        #[source]
        source: EngineError,
    },
    #[error("this user may not make or change {place}: make the schema for it, or grant CREATE on the database")]
    Forbidden {
        place: Place,
        #[source]
        source: EngineError,
    },
    #[error("{place} is on PostgreSQL {found}; 13 or newer is needed")]
    TooOld { place: Place, found: String },
    #[error("the database of {place} is encoded as {found}; UTF8 is needed")]
    BadEncoding { place: Place, found: String },
    #[error("{place} can only be read: the server is a standby, or this user may only read")]
    Standby { place: Place },
    #[error("open the database {place}")]
    Engine {
        place: Place,
        #[source]
        source: EngineError,
    },
}

/// Why migrations could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum MigrationsError {
    #[error("migration `{name}` is named wrongly: `0001_what_it_does`, numbered from 1 without holes")]
    Misnamed { name: String },
    #[error("migration {number} is `{sqlite}` for SQLite and `{postgres}` for PostgreSQL")]
    EnginesDiffer { number: u32, sqlite: String, postgres: String },
    #[error("migration `{name}` was applied with another text; migrations are only added, never changed")]
    Changed { name: String },
    #[error("migration `{applied}` was applied where this program has `{expected}`")]
    Renamed { applied: String, expected: String },
    #[error("migration `{name}` was applied and is unknown to this program: it is older than the database")]
    Newer { name: String },
    #[error("apply migration `{name}`")]
    Failed {
        name: String,
        #[source]
        source: EngineError,
    },
    #[error("read which migrations were applied")]
    Unreadable(#[source] StoreError),
}

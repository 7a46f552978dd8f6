//! What a bounded context gets from the process it runs in.

use crate::CursorKey;
use hansa_event_sourcing::{Clock, IdSource};
use hansa_messaging::Bus;
use hansa_relational::Database;
use std::{fmt, path::PathBuf};

/// How careful the process is about what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Introspection is on.
    Development,
    #[default]
    Production,
}

/// Given to a context when it opens.
#[derive(Debug, Clone)]
pub struct Services {
    /// This context's own folder, which exists.
    pub data_folder: PathBuf,
    pub clock: Clock,
    pub ids: IdSource,
    /// Seals the cursors of connections.
    pub cursors: CursorKey,
    pub mode: Mode,
    pub servers: Servers,
    /// Where the context publishes and listens.
    pub bus: Bus,
}

/// Servers that are used in place of embedded stores. Their URLs may hold passwords, so they are not shown.
#[derive(Clone, Default)]
pub struct Servers {
    /// `postgres://user:password@host:port/database`; each context has a schema of its own in it.
    pub postgres: Option<String>,
    /// `mongodb://user:password@host:port`; each context has a database of its own there.
    pub mongo: Option<String>,
}

impl Services {
    /// The relational database of a context.
    pub fn database(&self, context: &str) -> Database {
        Database::of(self.servers.postgres.as_deref(), &self.data_folder, context)
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |url: &Option<String>| url.as_ref().map(|_| "…");
        let mut debug = formatter.debug_struct("Servers");
        debug.field("postgres", &shown(&self.postgres)).field("mongo", &shown(&self.mongo)).finish()
    }
}

/// Why a context cannot open: what was attempted, and why that failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {attempted}")]
pub struct OpenError {
    pub attempted: String,
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

impl OpenError {
    /// `attempted` completes "could not …", such as `open the catalog's database`.
    pub fn new(attempted: impl Into<String>, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
        OpenError { attempted: attempted.into(), cause: cause.into() }
    }
}

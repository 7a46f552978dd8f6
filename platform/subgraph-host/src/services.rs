//! What a bounded context gets from the process it runs in.

use crate::CursorKey;
use hansa_event_sourcing::{Clock, IdSource};
use std::path::PathBuf;

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

//! Where a database is, as errors say it: without a password.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file, or a schema on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Arc<str>);

impl Place {
    pub(crate) fn schema(schema: &str, database: &str, server: &str) -> Place {
        Place(format!("schema `{schema}` of the database `{database}` at {server}").into())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Place {
        Place(path.to_string_lossy().into())
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Place {
        Place::from(path.as_path())
    }
}

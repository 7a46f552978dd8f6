//! Where a context's database is.

use std::path::{Path, PathBuf};

/// A file of the embedded engine, or a schema of a PostgreSQL database.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// SQLite.
    File(PathBuf),
    /// PostgreSQL. Each context has its own schema.
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
        schema: String,
    },
}

impl Database {
    /// The schema `name` where there is a server; otherwise the file `name.sqlite` in the folder.
    pub fn of(server: Option<&str>, folder: &Path, name: &str) -> Database {
        match server {
            Some(url) => Database::Postgres { url: url.to_owned(), schema: name.to_owned() },
            None => Database::File(folder.join(format!("{name}.sqlite"))),
        }
    }
}

impl From<&Path> for Database {
    fn from(path: &Path) -> Database {
        Database::File(path.to_owned())
    }
}

impl From<&PathBuf> for Database {
    fn from(path: &PathBuf) -> Database {
        Database::File(path.clone())
    }
}

// A URL may hold a password.
impl std::fmt::Debug for Database {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Database::File(path) => formatter.debug_tuple("File").field(path).finish(),
            Database::Postgres { schema, .. } => {
                formatter.debug_struct("Postgres").field("schema", schema).finish_non_exhaustive()
            }
        }
    }
}

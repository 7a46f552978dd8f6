//! Where a context's documents are.

use std::path::{Path, PathBuf};

/// A file of the embedded engine, or a database of a MongoDB server.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// SQLite.
    File(PathBuf),
    Mongo {
        /// `mongodb://user:password@host:port/prefix?authSource=admin`.
        url: String,
        /// The context's. Its database is `<prefix>_<name>`, with the prefix of the URL, or `hansa`.
        name: String,
    },
}

impl Database {
    /// A database where there is a server; otherwise the file `<name>.db` in the folder.
    pub fn of(server: Option<&str>, folder: &Path, name: &str) -> Database {
        match server {
            Some(url) => Database::Mongo { url: url.to_owned(), name: name.to_owned() },
            None => Database::File(folder.join(format!("{name}.db"))),
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
            Database::Mongo { name, .. } => formatter.debug_struct("Mongo").field("name", name).finish_non_exhaustive(),
        }
    }
}

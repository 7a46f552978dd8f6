//! An empty store beside another one, with the same tables: where a projection is built anew while the old one serves.

use std::{borrow::Cow, ffi::OsString, io::ErrorKind, path::Path};

use crate::{Database, Durability, OpenError, OpenOptions, Query, Relational, StoreError, engine::Company};

/// What is added to the name of the file, or of the schema.
const SUFFIX: &str = "_beside";

/// A store that is taken away at the end. One that was left behind is taken away by the next.
#[derive(Debug)]
pub struct Beside {
    pub store: Relational,
    of: Relational,
}

impl Relational {
    /// Makes an empty store with the tables of this one. One at a time.
    pub async fn open_beside(&self) -> Result<Beside, OpenError> {
        let place = self.engine.place();
        self.remove_beside().await.map_err(|error| OpenError::Engine { place, source: error.into() })?;
        let opened = &self.opened;
        let options = OpenOptions { durability: Durability::ProcessKill, ..opened.options.clone() };
        let store = Box::pin(Relational::open_with(beside(&opened.database), &opened.migrations, options)).await?;
        Ok(Beside { store, of: self.clone() })
    }

    async fn remove_beside(&self) -> Result<(), StoreError> {
        match beside(&self.opened.database) {
            Database::File(path) => ["", "-wal", "-shm"].iter().try_for_each(|end| remove(&path, end)),
            Database::Postgres { schema, .. } => {
                // The schema was a name when its owner was opened.
                let text = Cow::Owned(format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
                let mut writing = self.engine.begin(Company::Others { key: None }).await?;
                writing.execute(Query::of_text(text)).await?;
                writing.commit().await
            }
        }
    }
}

impl Beside {
    /// Takes the store away.
    pub async fn remove(self) -> Result<(), StoreError> {
        self.store.close().await;
        self.of.remove_beside().await
    }
}

fn beside(database: &Database) -> Database {
    match database {
        Database::File(path) => {
            let mut name = path.file_name().map_or_else(OsString::new, |name| name.to_owned());
            name.push(SUFFIX);
            Database::File(path.with_file_name(name))
        }
        Database::Postgres { url, schema } => {
            Database::Postgres { url: url.clone(), schema: format!("{schema}{SUFFIX}") }
        }
    }
}

fn remove(path: &Path, end: &str) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    match std::fs::remove_file(&name) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StoreError::Engine { attempted: "remove the store beside this one", source: error.into() })
        }
        _ => Ok(()),
    }
}

//! Migrations: numbered texts for both engines, applied in order and never changed. What was applied is in the database,
//! with a hash of its text.

use std::{borrow::Cow, path::Path};

use hansa_event_sourcing::{Clock, InputHash};

use crate::{
    MigrationsError, OpenError, Row, StoreError, Value,
    sqlite::{Sqlite, Transaction},
};

/// More migrations than a context will ever have.
const MIGRATIONS_MAX: usize = 10_000;

/// The migrations of one context. Made by [`migrations!`](crate::migrations!).
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    pub sqlite: &'static [Migration],
    pub postgres: &'static [Migration],
}

/// One step: `0001_what_it_does` and the statements.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub name: &'static str,
    pub text: &'static str,
}

/// Embeds `migrations/sqlite/NAME.sql` and `migrations/postgres/NAME.sql` of the calling crate for each name, in order:
/// `migrations!["0001_users", "0002_sessions"]`.
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        $crate::Migrations {
            sqlite: &[$($crate::Migration {
                name: $name,
                text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite/", $name, ".sql")),
            }),*],
            postgres: &[$($crate::Migration {
                name: $name,
                text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres/", $name, ".sql")),
            }),*],
        }
    };
}

/// Tables of this crate.
pub(crate) const PLATFORM: Migrations =
    migrations!["0001_outbox_and_idempotency", "0002_event_streams", "0003_messaging"];

impl Migrations {
    /// Both engines have the same steps, numbered from 1 without holes.
    pub fn check(&self) -> Result<(), MigrationsError> {
        for engine in [self.sqlite, self.postgres] {
            for (index, migration) in engine.iter().enumerate() {
                let number = format!("{:04}_", index + 1);
                let rest = migration.name.strip_prefix(&number).unwrap_or_default();
                let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
                if rest.is_empty() || !rest.bytes().all(is_word) {
                    return Err(MigrationsError::Misnamed { name: migration.name.to_owned() });
                }
            }
        }
        for index in 0..self.sqlite.len().max(self.postgres.len()) {
            let name = |list: &[Migration]| list.get(index).map_or("missing", |migration| migration.name).to_owned();
            let (sqlite, postgres) = (name(self.sqlite), name(self.postgres));
            if sqlite != postgres {
                return Err(MigrationsError::EnginesDiffer { number: index as u32 + 1, sqlite, postgres });
            }
        }
        Ok(())
    }

    /// For a context's test: the folder has exactly these files for each engine. Panics with what differs.
    pub fn assert_folder(&self, folder: &Path) {
        self.check().unwrap_or_else(|error| panic!("{error}"));
        for (engine, list) in [("sqlite", self.sqlite), ("postgres", self.postgres)] {
            let entries = std::fs::read_dir(folder.join(engine));
            let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.join(engine).display()));
            let mut files: Vec<String> =
                entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            files.sort();
            let names: Vec<String> = list.iter().map(|migration| format!("{}.sql", migration.name)).collect();
            assert_eq!(files, names, "files in {engine} and migrations in the list");
        }
    }
}

pub(crate) fn unreadable(path: &Path, error: StoreError) -> OpenError {
    OpenError::Migrations { path: path.to_owned(), source: MigrationsError::Unreadable(error) }
}

/// Applies what is missing of each owner's list, all or nothing.
pub(crate) async fn apply(
    sqlite: &Sqlite,
    lists: &[(&'static str, &Migrations)],
    clock: &Clock,
) -> Result<(), OpenError> {
    let path = sqlite.path().to_owned();
    let misfit = |source| OpenError::Migrations { path: path.clone(), source };
    for (_, list) in lists {
        list.check().map_err(misfit)?;
    }
    let mut transaction = sqlite.begin().await.map_err(|error| begin_error(&path, error))?;
    let tables = names(&mut transaction, "SELECT name FROM sqlite_schema WHERE type = 'table'", Vec::new()).await;
    let tables = tables.map_err(|error| unreadable(&path, error))?;
    if tables.is_empty() {
        let made = transaction.execute_script(TABLE).await;
        made.map_err(|error| begin_error(&path, error))?;
    } else if !tables.iter().any(|table| table == "applied_migrations") {
        return Err(OpenError::Foreign { path });
    }
    for (owner, list) in lists {
        apply_list(&mut transaction, owner, list.sqlite, clock).await.map_err(misfit)?;
    }
    transaction.commit().await.map_err(|error| begin_error(&path, error))
}

const TABLE: &str = "
    CREATE TABLE applied_migrations (
        owner TEXT NOT NULL,
        number BIGINT NOT NULL,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        applied_at TEXT NOT NULL,
        PRIMARY KEY (owner, number)
    )";

async fn apply_list(
    transaction: &mut Transaction,
    owner: &'static str,
    list: &[Migration],
    clock: &Clock,
) -> Result<(), MigrationsError> {
    let applied = "SELECT name, hash FROM applied_migrations WHERE owner = $1 ORDER BY number";
    let applied = transaction.read(Cow::Borrowed(applied), vec![owner.into()], MIGRATIONS_MAX).await;
    let applied = applied.map_err(MigrationsError::Unreadable)?;
    for (index, row) in applied.iter().enumerate() {
        let (name, hash) = name_and_hash(row).map_err(MigrationsError::Unreadable)?;
        let Some(expected) = list.get(index) else { return Err(MigrationsError::Newer { name }) };
        if name != expected.name {
            return Err(MigrationsError::Renamed { applied: name, expected: expected.name.to_owned() });
        }
        if hash != InputHash::of(&expected.text).text() {
            return Err(MigrationsError::Changed { name });
        }
    }
    for (index, migration) in list.iter().enumerate().skip(applied.len()) {
        let failed =
            |error: StoreError| MigrationsError::Failed { name: migration.name.to_owned(), source: error.into() };
        transaction.execute_script(migration.text).await.map_err(failed)?;
        let record =
            "INSERT INTO applied_migrations (owner, number, name, hash, applied_at) VALUES ($1, $2, $3, $4, $5)";
        let values: Vec<Value> = vec![
            owner.into(),
            (index as i64 + 1).into(),
            migration.name.into(),
            InputHash::of(&migration.text).text().into(),
            clock.now().into(),
        ];
        transaction.execute(Cow::Borrowed(record), values).await.map_err(failed)?;
        tracing::debug!(migration = migration.name, "applied");
    }
    Ok(())
}

fn name_and_hash(row: &Row) -> Result<(String, String), StoreError> {
    Ok((row.text("name")?, row.text("hash")?))
}

async fn names(
    transaction: &mut Transaction,
    text: &'static str,
    values: Vec<Value>,
) -> Result<Vec<String>, StoreError> {
    let rows = transaction.read(Cow::Borrowed(text), values, MIGRATIONS_MAX).await?;
    rows.iter().map(|row| row.text("name")).collect()
}

fn begin_error(path: &Path, error: StoreError) -> OpenError {
    let path = path.to_owned();
    match error {
        StoreError::Busy => OpenError::Busy { path },
        StoreError::Full => OpenError::Full { path },
        other => OpenError::Engine { path, source: other.into() },
    }
}

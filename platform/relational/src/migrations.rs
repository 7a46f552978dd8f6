//! Migrations: numbered texts for both engines, applied in order and never changed. What was applied is in the database,
//! with a hash of its text.

use std::path::Path;

use hansa_event_sourcing::{Clock, InputHash};

use crate::{
    Dialect, MigrationsError, OpenError, Place, Row, StoreError,
    engine::{Company, Engine, Writing},
    postgres::{is_forbidden, sort_by_bytes},
    query,
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

/// Applies what is missing of each owner's list, all or nothing.
pub(crate) async fn apply(
    engine: &Engine,
    lists: &[(&'static str, &Migrations)],
    clock: &Clock,
) -> Result<(), OpenError> {
    let place = engine.place();
    let failed = |error| failed(place.clone(), error);
    let misfit = |source| OpenError::Migrations { place: place.clone(), source };
    for (_, list) in lists {
        list.check().map_err(misfit)?;
    }
    let mut writing = engine.begin(Company::NobodyForLong).await.map_err(failed)?;
    let tables = made_schema(engine, &mut writing).await.map_err(failed)?;
    if tables.is_empty() {
        let applied_migrations = writing.dialect().either(SQLITE_TABLE, POSTGRES_TABLE);
        writing.execute_script(applied_migrations).await.map_err(failed)?;
    } else if !tables.iter().any(|table| table == "applied_migrations") {
        return Err(OpenError::Foreign { place });
    }
    for (owner, list) in lists {
        apply_list(&mut writing, (owner, list), clock).await.map_err(misfit)?;
    }
    if let Engine::Postgres(postgres) = engine {
        sort_by_bytes(&mut writing, postgres.schema()).await.map_err(failed)?;
    }
    writing.commit().await.map_err(failed)
}

pub(crate) fn failed(place: Place, error: StoreError) -> OpenError {
    match error {
        StoreError::Busy => OpenError::Busy { place },
        StoreError::Full => OpenError::Full { place },
        StoreError::Unreachable { source } => OpenError::Unreachable { place, source },
        StoreError::Engine { source, .. } if is_forbidden(&source) => OpenError::Forbidden { place, source },
        other => OpenError::Engine { place, source: other.into() },
    }
}

const SQLITE_TABLE: &str = "
    CREATE TABLE applied_migrations (
        owner TEXT NOT NULL,
        number BIGINT NOT NULL,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        applied_at TEXT NOT NULL,
        PRIMARY KEY (owner, number)
    )";

const POSTGRES_TABLE: &str = "
    CREATE TABLE applied_migrations (
        owner TEXT NOT NULL,
        number BIGINT NOT NULL,
        name TEXT NOT NULL,
        hash TEXT NOT NULL,
        applied_at TIMESTAMPTZ NOT NULL,
        PRIMARY KEY (owner, number)
    )";

/// The names of the tables that are there. The schema is made where it is missing, and only there: who finds it made may
/// have no right to make one.
async fn made_schema(engine: &Engine, writing: &mut Writing) -> Result<Vec<String>, StoreError> {
    let tables = match engine {
        Engine::Sqlite(_) => query("SELECT name FROM sqlite_schema WHERE type = 'table'"),
        Engine::Postgres(postgres) => {
            let schema = postgres.schema();
            let found = query("SELECT nspname AS name FROM pg_catalog.pg_namespace WHERE nspname = $1").bind(schema);
            if writing.read(found, 1).await?.is_empty() {
                writing.execute_script(format!("CREATE SCHEMA {schema}")).await?;
            }
            query("SELECT tablename AS name FROM pg_catalog.pg_tables WHERE schemaname = $1").bind(schema)
        }
    };
    writing.read(tables, MIGRATIONS_MAX).await?.iter().map(|row| row.text("name")).collect()
}

async fn apply_list(
    writing: &mut Writing,
    (owner, list): (&'static str, &Migrations),
    clock: &Clock,
) -> Result<(), MigrationsError> {
    let list = match writing.dialect() {
        Dialect::Sqlite => list.sqlite,
        Dialect::Postgres => list.postgres,
    };
    let applied = query("SELECT name, hash FROM applied_migrations WHERE owner = $1 ORDER BY number").bind(owner);
    let applied = writing.read(applied, MIGRATIONS_MAX).await.map_err(MigrationsError::Unreadable)?;
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
        writing.execute_script(migration.text).await.map_err(failed)?;
        let record =
            query("INSERT INTO applied_migrations (owner, number, name, hash, applied_at) VALUES ($1, $2, $3, $4, $5)")
                .bind(owner)
                .bind(index as i64 + 1)
                .bind(migration.name)
                .bind(InputHash::of(&migration.text).text())
                .bind(clock.now());
        writing.execute(record).await.map_err(failed)?;
        tracing::debug!(migration = migration.name, "applied");
    }
    Ok(())
}

fn name_and_hash(row: &Row) -> Result<(String, String), StoreError> {
    Ok((row.text("name")?, row.text("hash")?))
}

//! A store of accounts of one's own: a file in a folder, or a database on the server for tests.

use std::time::Duration;

use hansa_event_sourcing::Command;
use hansa_relational::{Begun, Database, OpenOptions, Relational, UnitOfWork};
use hansa_testkit::PostgresServer;
use tempfile::TempDir;

use super::accounts::{MIGRATIONS, command};

pub(crate) struct World {
    pub(crate) store: Relational,
    _folder: Option<TempDir>,
    _server: Option<PostgresServer>,
}

impl World {
    pub(crate) async fn sqlite() -> Option<World> {
        let folder = tempfile::tempdir().unwrap();
        let store = open(Database::File(folder.path().join("bank/accounts.db"))).await;
        Some(World { store, _folder: Some(folder), _server: None })
    }

    pub(crate) async fn postgres() -> Option<World> {
        let server = hansa_testkit::postgres()?;
        let store = open(Database::Postgres { url: server.url().to_owned(), schema: "bank".to_owned() }).await;
        Some(World { store, _folder: None, _server: Some(server) })
    }
}

async fn open(database: Database) -> Relational {
    let options = OpenOptions { wait: Duration::from_secs(2), ..OpenOptions::default() };
    Relational::open_with(database, &MIGRATIONS, options).await.unwrap()
}

/// Begins a command that has no key.
pub(crate) async fn fresh(store: &Relational, command: &Command) -> UnitOfWork {
    match store.begin::<()>(command).await.unwrap() {
        Begun::Fresh(unit) => unit,
        Begun::Replayed(()) => panic!("a new command"),
    }
}

pub(crate) async fn unit(store: &Relational) -> UnitOfWork {
    fresh(store, &command(None, "")).await
}

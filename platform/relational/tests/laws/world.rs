//! A store of accounts in a folder of its own.

use std::time::Duration;

use hansa_event_sourcing::Command;
use hansa_relational::{Begun, OpenOptions, Relational, UnitOfWork};
use tempfile::TempDir;

use super::accounts::{MIGRATIONS, command};

pub(crate) struct World {
    pub(crate) store: Relational,
    pub(crate) _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let options = OpenOptions { wait: Duration::from_secs(2), ..OpenOptions::default() };
        let path = folder.path().join("bank/accounts.db");
        let store = Relational::open_with(&path, &MIGRATIONS, options).await.unwrap();
        World { store, _folder: folder }
    }
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

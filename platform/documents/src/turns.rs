//! Turns: of commands with the same key, one at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hansa_event_sourcing::{Command, IdempotencyKey};
use tokio::sync::OwnedMutexGuard;

use crate::{CollectionSpec, StoreError};

/// A lock for each key of a command that is under way; as many as there are such commands.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    /// How long a twin waits for the first.
    wait: Duration,
    locks: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

/// Held by a command from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Turn {
    key: String,
    turns: Turns,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    pub(crate) fn new(wait: Duration) -> Turns {
        Turns { wait, locks: Arc::default() }
    }

    /// Waits for the twins of a command.
    pub(crate) async fn of_command(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        key: &IdempotencyKey,
    ) -> Result<Turn, StoreError> {
        let key = format!("{} {} {} {}", collection.name, command.operation, command.actor.scope(), key.text);
        self.of(key).await
    }

    /// Waits for those with the same key before it.
    pub(crate) async fn of(&self, key: String) -> Result<Turn, StoreError> {
        let lock = self.all().entry(key.clone()).or_default().clone();
        let mut turn = Turn { key, turns: self.clone(), guard: None };
        let guard = tokio::time::timeout(self.wait, lock.lock_owned()).await;
        turn.guard = Some(guard.map_err(|_| StoreError::Busy)?);
        Ok(turn)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    /// The last one of a key takes its lock away: the map has one, and nobody else.
    fn drop(&mut self) {
        self.guard = None;
        let mut locks = self.turns.all();
        if locks.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.key);
        }
    }
}

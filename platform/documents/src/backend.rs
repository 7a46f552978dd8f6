//! What stands behind collections: an engine, the turns of twins, and word of what was written.

use std::sync::Arc;

use hansa_event_sourcing::{Command, IdempotencyKey, RecordedEvent};
use hansa_relational::{Durability, OpenOptions};
use tokio::sync::{Mutex, watch};

use crate::{
    CollectionSpec, Database, Filter, Find, Group, OpenError, OutboxEntry, StoreError,
    change::Change,
    embedded::Embedded,
    event_log::Sequenced,
    mongo::Mongo,
    turns::{Turn, Turns},
};

#[derive(Debug, Clone)]
pub(crate) struct Backend {
    pub(crate) engine: Engine,
    turns: Turns,
    /// Raised whenever events were written.
    pub(crate) commits: Arc<watch::Sender<u64>>,
    pub(crate) sequenced: Arc<Mutex<Sequenced>>,
}

/// Where documents are.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    Embedded(Embedded),
    Mongo(Mongo),
}

/// A document as it is kept.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) content: String,
}

/// The same call, on whichever engine it is.
macro_rules! on_engine {
    ($engine:expr, $call:ident($($argument:expr),*)) => {
        match $engine {
            Engine::Embedded(engine) => engine.$call($($argument),*).await,
            Engine::Mongo(engine) => engine.$call($($argument),*).await,
        }
    };
}
pub(crate) use on_engine;

impl Backend {
    pub(crate) async fn open(
        database: &Database,
        collections: &[CollectionSpec],
        options: &OpenOptions,
    ) -> Result<Backend, OpenError> {
        let engine = match database {
            Database::File(path) => Engine::Embedded(Embedded::open(path, collections, options).await?),
            Database::Mongo { url, name } => Engine::Mongo(Mongo::open((url, name), collections, options).await?),
        };
        Ok(Backend { engine, turns: Turns::new(options.wait), commits: Arc::default(), sequenced: Arc::default() })
    }

    pub(crate) async fn turn(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        key: &IdempotencyKey,
    ) -> Result<Turn, StoreError> {
        self.turns.of_command(collection, command, key).await
    }

    pub(crate) async fn shred(&self) -> Result<(), StoreError> {
        on_engine!(&self.engine, shred())
    }

    pub(crate) async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        on_engine!(&self.engine, set_durability(durability))
    }

    pub(crate) async fn close(&self) {
        on_engine!(&self.engine, close());
    }

    pub(crate) async fn get(&self, collection: &CollectionSpec, id: &str) -> Result<Option<Stored>, StoreError> {
        on_engine!(&self.engine, get(collection, id))
    }

    pub(crate) async fn get_many(
        &self,
        collection: &CollectionSpec,
        ids: Vec<String>,
    ) -> Result<Vec<Stored>, StoreError> {
        on_engine!(&self.engine, get_many(collection, ids))
    }

    pub(crate) async fn find(&self, collection: &CollectionSpec, find: &Find) -> Result<Vec<Stored>, StoreError> {
        on_engine!(&self.engine, find(collection, find))
    }

    pub(crate) async fn find_each(
        &self,
        collection: &CollectionSpec,
        finds: &[Find],
    ) -> Result<Vec<Vec<Stored>>, StoreError> {
        on_engine!(&self.engine, find_each(collection, finds))
    }

    pub(crate) async fn count(&self, collection: &CollectionSpec, filter: &Filter) -> Result<i64, StoreError> {
        on_engine!(&self.engine, count(collection, filter))
    }

    pub(crate) async fn group(
        &self,
        collection: &CollectionSpec,
        (by, of): (&[&'static str], Option<&'static str>),
        filter: &Filter,
    ) -> Result<Vec<Group>, StoreError> {
        on_engine!(&self.engine, group(collection, by, of, filter))
    }

    pub(crate) async fn next_version(&self, collection: &CollectionSpec, id: &str) -> Result<i64, StoreError> {
        on_engine!(&self.engine, next_version(collection, id))
    }

    pub(crate) async fn outbox_after(
        &self,
        collection: &CollectionSpec,
        after: &str,
        limit: u32,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        on_engine!(&self.engine, outbox_after(collection, after, limit))
    }

    pub(crate) async fn recorded_payload(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        key: &IdempotencyKey,
    ) -> Result<Option<String>, StoreError> {
        on_engine!(&self.engine, recorded_payload(collection, command, key))
    }

    /// Writes; or gives the answer to the same command, if another process has written it in the meantime.
    pub(crate) async fn write(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        change: Change,
        (events, payload): (Vec<RecordedEvent>, String),
    ) -> Result<Option<String>, StoreError> {
        let has_events = !events.is_empty();
        let earlier = on_engine!(&self.engine, write(collection, command, change, (events, payload)))?;
        if has_events && earlier.is_none() {
            self.commits.send_modify(|commits| *commits += 1);
        }
        Ok(earlier)
    }
}

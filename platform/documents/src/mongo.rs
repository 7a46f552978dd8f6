//! The backend on a server of the MongoDB protocol. A document is `{ _id, rev, version, deleted, content, outbox,
//! commands }`: one write of it has everything in it. `rev` is raised by every write, whoever does it and why: whoever
//! replaces a document says which one it has read. Fields for indexes stand beside the content, and are left out where they
//! have nothing, because indexes that are sparse leave out what is missing, and nothing else:
//!
//! | field | what it has | its index |
//! |---|---|---|
//! | `keys` | actor, operation and idempotency key of each of `commands` | unique, over the array's elements |
//! | `forget_at` | when the first of `commands` expires | sparse |
//! | `unpublished` | `true` while `outbox` has events | sparse |
//! | `unique.<index>` | the values of a unique index's fields, as one text | unique |
//! | `elements.<index>` | the elements of an array of which each is in one document | unique, over the array's elements |

mod aggregate;
mod connect;
mod elements;
mod errors;
mod filter;
mod indexes;
mod json;
mod letters;
mod log;
mod page;
mod read;
mod relay;
mod write;

use std::{sync::Arc, time::Duration};

use hansa_relational::OpenOptions;
use mongodb::{Client, Collection, Database, bson::Document as Bson};

use crate::{
    CollectionSpec, OpenError, StoreError,
    turns::{Turn, Turns},
};

/// More rows than this in one answer are an error.
const ROWS_MAX: usize = 10_000;

const LOG: &str = "documents_log";
const LEASES: &str = "documents_leases";
const RELAY: &str = "documents_relay";
const CHECKPOINTS: &str = "documents_checkpoints";
const LETTERS: &str = "documents_letters";
const INDEXES: &str = "documents_indexes";
const FORMAT: &str = "documents_format";

#[derive(Debug, Clone)]
pub(crate) struct Mongo {
    client: Client,
    database: Database,
    collections: Arc<[CollectionSpec]>,
    lanes: i64,
    /// Whether the server looks for objects in arrays.
    has_element_match: bool,
    /// Writes of one document, one at a time in this process: less is tried in vain.
    turns: Turns,
    wait: Duration,
}

impl Mongo {
    /// `name`: the context's; its database is `<database of the URL or hansa>_<name>`.
    pub(crate) async fn open(
        (url, name): (&str, &str),
        collections: &[CollectionSpec],
        options: &OpenOptions,
    ) -> Result<Mongo, OpenError> {
        crate::specification::check(collections)?;
        let connect::Connected { client, database, is_for_tests } = connect::connected(url, name, options.wait).await?;
        let mongo = Mongo {
            client,
            database,
            collections: collections.into(),
            lanes: options.lanes,
            has_element_match: !is_for_tests,
            turns: if is_for_tests { Turns::of_process(options.wait) } else { Turns::new(options.wait) },
            wait: options.wait,
        };
        mongo.make().await?;
        Ok(mongo)
    }

    pub(crate) fn lanes(&self) -> i64 {
        self.lanes
    }

    /// The server's own matter.
    pub(crate) async fn shred(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Every write waits for a majority of the servers, and for their disks, whatever is asked.
    pub(crate) async fn set_durability(&self, _: hansa_relational::Durability) -> Result<(), StoreError> {
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.client.clone().shutdown().await;
    }

    /// Waits until nobody else in this process writes the document.
    async fn turn(&self, collection: &CollectionSpec, id: &str) -> Result<Turn, StoreError> {
        self.turns.of(format!("{} {} {id}", self.database.name(), collection.name)).await
    }

    fn of(&self, collection: &CollectionSpec) -> Collection<Bson> {
        self.database.collection(collection.name)
    }
}

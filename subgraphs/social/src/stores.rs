//! The collections of this context, and how they are read. Reads are counted: a page must cost few of them, however
//! many rows it has.

mod documents;

use crate::domain::{Comment, Delivery, Post, Profile, Reaction, Relationship, Report, Review, ShelvedProduct};
use hansa_documents::{
    Collection, Database, Document, Documents, Durability, Filter, Find, Group, OpenError, StoreError,
};
use hansa_event_sourcing::DomainEvent;
use hansa_values::{EntityKind, Id};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub(crate) use documents::EventOf;

/// One database for the whole context.
#[derive(Debug, Clone)]
pub(crate) struct Stores {
    documents: Documents,
    reads: Arc<AtomicU64>,
}

/// A document of this context, with the events that its writes have.
pub(crate) trait Kept: Document + Clone {
    type Event: EventOf;
}

impl Stores {
    pub(crate) async fn open(database: Database) -> Result<Stores, OpenError> {
        let collections = [
            Profile::COLLECTION,
            Relationship::COLLECTION,
            Post::COLLECTION,
            Comment::COLLECTION,
            Reaction::COLLECTION,
            Review::COLLECTION,
            Report::COLLECTION,
            Delivery::COLLECTION,
            ShelvedProduct::COLLECTION,
        ];
        let documents = Documents::open(database, &collections).await?;
        Ok(Stores { documents, reads: Arc::default() })
    }

    /// Where state and events are: for whoever publishes them.
    pub(crate) fn documents(&self) -> &Documents {
        &self.documents
    }

    pub(crate) fn of<D: Kept>(&self) -> Collection<D> {
        self.documents.collection()
    }

    pub(crate) async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        self.documents.set_durability(durability).await
    }

    pub(crate) async fn close(&self) {
        self.documents.close().await;
    }

    /// How many reads there were.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    pub(crate) async fn get<D: Kept>(&self, id: &str) -> Result<Option<D>, StoreError> {
        self.count_read();
        self.of::<D>().get(id).await
    }

    /// Those that are there, by the texts of their ids.
    pub(crate) async fn texts<D: Kept>(&self, ids: &[String]) -> Result<HashMap<String, D>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        self.count_read();
        self.of::<D>().get_many(ids).await
    }

    /// Those that are there, by their ids.
    pub(crate) async fn many<D: Kept, K: EntityKind>(&self, ids: &[Id<K>]) -> Result<HashMap<Id<K>, D>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        self.count_read();
        let mut found = self.of::<D>().get_many(ids).await?;
        Ok(ids.iter().filter_map(|id| Some((*id, found.remove(&id.to_string())?))).collect())
    }

    pub(crate) async fn find<D: Kept>(&self, find: &Find) -> Result<Vec<D>, StoreError> {
        self.count_read();
        self.of::<D>().find(find).await
    }

    /// Several finds at once, in their order.
    pub(crate) async fn find_each<D: Kept>(&self, finds: &[Find]) -> Result<Vec<Vec<D>>, StoreError> {
        if finds.is_empty() {
            return Ok(Vec::new());
        }
        self.count_read();
        self.of::<D>().find_each(finds).await
    }

    pub(crate) async fn count<D: Kept>(&self, filter: &Filter) -> Result<i64, StoreError> {
        self.count_read();
        self.of::<D>().count(filter).await
    }

    pub(crate) async fn count_by<D: Kept>(
        &self,
        by: &[&'static str],
        filter: &Filter,
    ) -> Result<Vec<Group>, StoreError> {
        self.count_read();
        self.of::<D>().count_by(by, filter).await
    }

    pub(crate) async fn sum_by<D: Kept>(
        &self,
        of: &'static str,
        by: &[&'static str],
        filter: &Filter,
    ) -> Result<Vec<Group>, StoreError> {
        self.count_read();
        self.of::<D>().sum_by(of, by, filter).await
    }

    fn count_read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }
}

/// What a write of a document makes true.
pub(crate) fn event_of<D: Kept>(document: &D, event: &D::Event) -> DomainEvent {
    DomainEvent::new(event.aggregate(), (document.id(), document.version()), None, event)
}

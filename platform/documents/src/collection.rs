//! Opening a context's collections, and reading from one.

use std::{collections::HashMap, fmt::Display, marker::PhantomData};

use hansa_relational::{Durability, OpenOptions};

use crate::{
    CollectionSpec, Database, Document, Filter, Find, Group, OpenError, StoreError,
    backend::{Backend, Stored},
};

/// The collections of one context. Clones share the connections.
#[derive(Debug, Clone)]
pub struct Documents {
    pub(crate) backend: Backend,
}

/// The documents of one type.
#[derive(Debug)]
pub struct Collection<D> {
    pub(crate) backend: Backend,
    document: PhantomData<fn() -> D>,
}

impl Documents {
    /// Opens or creates the file or the database, and makes the collections and indexes that are missing.
    pub async fn open(database: impl Into<Database>, collections: &[CollectionSpec]) -> Result<Documents, OpenError> {
        Documents::open_with(database, collections, OpenOptions::default()).await
    }

    pub async fn open_with(
        database: impl Into<Database>,
        collections: &[CollectionSpec],
        options: OpenOptions,
    ) -> Result<Documents, OpenError> {
        Ok(Documents { backend: Backend::open(&database.into(), collections, &options).await? })
    }

    pub fn collection<D: Document>(&self) -> Collection<D> {
        Collection { backend: self.backend.clone(), document: PhantomData }
    }

    /// Takes what was deleted or replaced out of the files of the embedded store; a server does so by itself. For personal
    /// data: `Busy` where it is to be tried again.
    pub async fn shred(&self) -> Result<(), StoreError> {
        self.backend.shred().await
    }

    /// Changes what a power cut can lose, from the next write on. For a load that can be repeated: the demo's.
    pub async fn set_durability(&self, durability: Durability) -> Result<(), StoreError> {
        self.backend.set_durability(durability).await
    }

    /// Waits for running reads and writes, and closes the file. What is dropped without it loses nothing.
    pub async fn close(&self) {
        self.backend.close().await;
    }
}

impl<D: Document> Collection<D> {
    pub async fn get(&self, id: &(impl Display + Sync + ?Sized)) -> Result<Option<D>, StoreError> {
        let stored = self.backend.get(&D::COLLECTION, &id.to_string()).await?;
        stored.map(read).transpose()
    }

    /// Those of the documents that are there, by id.
    pub async fn get_many<I: Display>(&self, ids: &[I]) -> Result<HashMap<String, D>, StoreError> {
        let ids: Vec<String> = ids.iter().map(I::to_string).collect();
        let stored = self.backend.get_many(&D::COLLECTION, ids).await?;
        stored.into_iter().map(|stored| Ok((stored.id.clone(), read(stored)?))).collect()
    }

    pub async fn find(&self, find: &Find) -> Result<Vec<D>, StoreError> {
        self.backend.find(&D::COLLECTION, find).await?.into_iter().map(read).collect()
    }

    /// What each of these finds, in their order: for a page of a list below each of many parents. Up to fifty are one
    /// question.
    pub async fn find_each(&self, finds: &[Find]) -> Result<Vec<Vec<D>>, StoreError> {
        let lists = self.backend.find_each(&D::COLLECTION, finds).await?;
        lists.into_iter().map(|list| list.into_iter().map(read).collect()).collect()
    }

    /// The first document of a filter.
    pub async fn find_one(&self, filter: Filter) -> Result<Option<D>, StoreError> {
        Ok(self.find(&Find::new(filter, 1)).await?.pop())
    }

    pub async fn count(&self, filter: &Filter) -> Result<i64, StoreError> {
        self.backend.count(&D::COLLECTION, filter).await
    }

    /// Counts of documents with the same values in these fields, sorted by the values.
    pub async fn count_by(&self, by: &[&'static str], filter: &Filter) -> Result<Vec<Group>, StoreError> {
        self.backend.group(&D::COLLECTION, (by, None), filter).await
    }

    /// Sum, average, smallest and largest of the numbers in the field `of`, for documents with the same values in the
    /// fields `by`; without any of these one group, or none if the filter finds nothing.
    pub async fn sum_by(
        &self,
        of: &'static str,
        by: &[&'static str],
        filter: &Filter,
    ) -> Result<Vec<Group>, StoreError> {
        self.backend.group(&D::COLLECTION, (by, Some(of)), filter).await
    }

    /// The version with which a document of this id is to be inserted: 1, or one more than that of a deleted one, so
    /// that versions of a stream never go back.
    pub async fn next_version(&self, id: &(impl Display + Sync + ?Sized)) -> Result<i64, StoreError> {
        self.backend.next_version(&D::COLLECTION, &id.to_string()).await
    }
}

fn read<D: Document>(stored: Stored) -> Result<D, StoreError> {
    let Stored { id, content } = stored;
    serde_json::from_str(&content).map_err(|source| StoreError::Unreadable {
        collection: D::COLLECTION.name,
        id,
        source,
    })
}

// A derive would ask for documents that can be cloned.
impl<D> Clone for Collection<D> {
    fn clone(&self) -> Self {
        Collection { backend: self.backend.clone(), document: PhantomData }
    }
}

//! Reading documents.

use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::bson::{Bson, Document, doc};

use super::{
    Mongo, ROWS_MAX,
    json::of_bson,
    page::{Question, question},
};
use crate::{CollectionSpec, Find, OutboxEntry, StoreError, backend::Stored};

/// At most so many ids in one question.
const IDS_MAX: usize = 10_000;
/// Finds that are asked at the same time.
const FINDS_AT_ONCE: usize = 8;

impl Mongo {
    pub(crate) async fn get(&self, collection: &CollectionSpec, id: &str) -> Result<Option<Stored>, StoreError> {
        let filter = doc! { "_id": id, "deleted": false };
        let found = self.of(collection).find_one(filter).projection(doc! { "content": 1 }).await?;
        Ok(found.map(|document| stored(&document)))
    }

    pub(crate) async fn get_many(
        &self,
        collection: &CollectionSpec,
        ids: Vec<String>,
    ) -> Result<Vec<Stored>, StoreError> {
        if ids.len() > IDS_MAX {
            return Err(StoreError::TooMuch { what: "number of ids in one question", limit: IDS_MAX });
        }
        let filter = doc! { "_id": { "$in": ids }, "deleted": false };
        self.stored(collection, Question { filter, sort: doc! { "_id": 1 } }, ROWS_MAX).await
    }

    pub(crate) async fn find(&self, collection: &CollectionSpec, find: &Find) -> Result<Vec<Stored>, StoreError> {
        let filter = self.understood(collection, &find.filter).await?.into_owned();
        let question = question(collection, &Find { filter, ..find.clone() })?;
        if find.limit == 0 {
            return Ok(Vec::new());
        }
        // One more than an answer may have tells that there are too many.
        let limit = usize::try_from(find.limit).unwrap_or(usize::MAX).min(ROWS_MAX + 1);
        let found = self.stored(collection, question, limit).await?;
        match found.len() > ROWS_MAX {
            true => Err(StoreError::TooMuch { what: "an answer", limit: ROWS_MAX }),
            false => Ok(found),
        }
    }

    pub(crate) async fn find_each(
        &self,
        collection: &CollectionSpec,
        finds: &[Find],
    ) -> Result<Vec<Vec<Stored>>, StoreError> {
        let asked: Vec<_> = finds.iter().map(|find| self.find(collection, find)).collect();
        stream::iter(asked).buffered(FINDS_AT_ONCE).try_collect().await
    }

    pub(crate) async fn outbox_after(
        &self,
        collection: &CollectionSpec,
        after: &str,
        limit: u32,
    ) -> Result<Vec<OutboxEntry>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let filter = doc! { "unpublished": true, "_id": { "$gt": after } };
        let documents = self.of(collection);
        let cursor = documents.find(filter).sort(doc! { "_id": 1 }).limit(i64::from(limit));
        let documents: Vec<Document> = cursor.projection(doc! { "outbox": 1 }).await?.try_collect().await?;
        documents.iter().map(|document| outbox_entry(collection, document)).collect()
    }

    async fn stored(
        &self,
        collection: &CollectionSpec,
        Question { filter, sort }: Question,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let documents = self.of(collection);
        let cursor = documents.find(filter).sort(sort).limit(limit).projection(doc! { "content": 1 });
        let documents: Vec<Document> = cursor.await?.try_collect().await?;
        Ok(documents.iter().map(stored).collect())
    }
}

/// The events of a document, as they were written.
pub(super) fn outbox_entry(collection: &CollectionSpec, document: &Document) -> Result<OutboxEntry, StoreError> {
    let document_id = document.get_str("_id").unwrap_or_default().to_owned();
    let texts = document.get_array("outbox").map(Vec::as_slice).unwrap_or_default();
    let events = texts.iter().map(|text| serde_json::from_str(text.as_str().unwrap_or_default())).collect();
    let unreadable = |source| StoreError::Unreadable { collection: collection.name, id: document_id.clone(), source };
    Ok(OutboxEntry { events: Result::map_err(events, unreadable)?, document_id })
}

fn stored(document: &Document) -> Stored {
    let id = document.get_str("_id").unwrap_or_default().to_owned();
    let content = document.get("content").map_or(serde_json::Value::Null, |content: &Bson| of_bson(content));
    Stored { id, content: content.to_string() }
}

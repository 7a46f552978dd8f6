//! The one write of a command: a document with its events and its idempotency record. Whoever was faster is found by the
//! number that every write raises, or by the unique index over keys; then it is tried again with what is there now.

use futures_util::TryStreamExt;
use hansa_event_sourcing::{Command, IdempotencyKey, RecordedEvent};
use hansa_relational::time_text;
use mongodb::bson::{Bson, Document, doc};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::{
    Mongo,
    errors::{duplicate, index_in},
    indexes::{made_as, put_unique},
    json::{integer, of_bson, to_bson},
};
use crate::{
    CollectionSpec, StoreError,
    change::{Change, Content, Envelope, with_sortable_times},
    document::IndexKind,
    record::{Record, payload_of},
};

/// How many documents lose their expired records with one write: more than the one record that it adds.
const CLEARED_AT_ONCE: i64 = 8;
/// The server takes no larger document than 16 MiB.
const WHOLE_BYTES_MAX: usize = 15 << 20;

/// A document as it was read.
struct Found {
    rev: i64,
    document: Document,
    envelope: Envelope,
}

impl Mongo {
    /// Writes; or gives the answer to the same command, if another process has written it in the meantime.
    pub(crate) async fn write(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        change: Change,
        (events, payload): (Vec<RecordedEvent>, String),
    ) -> Result<Option<String>, StoreError> {
        let id = change.id().to_owned();
        let texts: Result<Vec<Json>, _> =
            events.iter().map(|event| serde_json::to_string(event).map(Json::String)).collect();
        let texts = texts.map_err(StoreError::Unwritable)?;
        let until = Instant::now() + self.wait;
        loop {
            if let Some(key) = &command.idempotency_key {
                let earlier = self.recorded_payload(collection, command, key).await?;
                if earlier.is_some() {
                    return Ok(earlier);
                }
                self.clear_expired(collection, command, key).await?;
            }
            let turn = self.turns.of(format!("{} {id}", collection.name)).await?;
            let found = self.found(collection, &id).await?;
            let (rev, before) = match &found {
                Some(found) => (found.rev, Some(found.document.clone())),
                None => (0, None),
            };
            let (mut envelope, content) = change.clone().apply(found.map(|found| found.envelope))?;
            envelope.outbox.extend(texts.iter().cloned());
            envelope.commands.retain(|record| !record.is_expired(command.now));
            if let Some(key) = &command.idempotency_key {
                envelope.commands.push(Record::new(command, key, payload.clone()));
            }
            let document = document_of(collection, (&id, rev + 1, before.as_ref()), (&envelope, content))?;
            self.check_elements(collection, &document).await?;
            let is_written = self.put(collection, rev, &document).await?;
            drop(turn);
            if is_written {
                return Ok(None);
            }
            if Instant::now() > until {
                return Err(StoreError::Busy);
            }
        }
    }

    pub(crate) async fn next_version(&self, collection: &CollectionSpec, id: &str) -> Result<i64, StoreError> {
        let found = self.of(collection).find_one(doc! { "_id": id }).projection(doc! { "version": 1 }).await?;
        Ok(found.map_or(1, |found| integer(&found, "version") + 1))
    }

    pub(crate) async fn recorded_payload(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        key: &IdempotencyKey,
    ) -> Result<Option<String>, StoreError> {
        let filter = doc! { "keys": key_text(&command.actor.scope(), command.operation, &key.text) };
        let found = self.of(collection).find_one(filter).projection(doc! { "commands": 1 }).await?;
        let Some(found) = found else { return Ok(None) };
        payload_of(records(collection, &found)?, command, key)
    }

    async fn found(&self, collection: &CollectionSpec, id: &str) -> Result<Option<Found>, StoreError> {
        let Some(document) = self.of(collection).find_one(doc! { "_id": id }).await? else { return Ok(None) };
        let outbox = document.get_array("outbox").map(|outbox| outbox.iter().map(of_bson).collect());
        let envelope = Envelope {
            version: integer(&document, "version"),
            is_deleted: document.get_bool("deleted").unwrap_or_default(),
            outbox: outbox.unwrap_or_default(),
            commands: records(collection, &document)?,
        };
        Ok(Some(Found { rev: integer(&document, "rev"), document, envelope }))
    }

    /// Writes a document that was read with this number, 0 if there was none; false where somebody was faster.
    async fn put(&self, collection: &CollectionSpec, rev: i64, document: &Document) -> Result<bool, StoreError> {
        let documents = self.of(collection);
        let written = match rev {
            0 => documents.insert_one(document).await.map(|_| true),
            _ => {
                let filter = doc! { "_id": document.get_str("_id").unwrap_or_default(), "rev": rev };
                documents.replace_one(filter, document).await.map(|replaced| replaced.matched_count > 0)
            }
        };
        let error = match written {
            Ok(is_written) => return Ok(is_written),
            Err(error) => error,
        };
        let Some(message) = duplicate(&error) else { return Err(error.into()) };
        let unique = || collection.indexes.iter().filter(|index| index.kind.is_unique());
        match index_in(message) {
            Some(name) => match unique().find(|index| made_as(index) == name) {
                Some(index) => Err(StoreError::UniqueViolation { index: index.name.to_owned() }),
                None => Ok(false),
            },
            // The server does not say which one it was.
            None => self.check_unique(collection, document).await.map(|()| false),
        }
    }

    /// No other document has the values of a unique index.
    async fn check_unique(&self, collection: &CollectionSpec, document: &Document) -> Result<(), StoreError> {
        let values = document.get_document("unique").cloned().unwrap_or_default();
        for (name, value) in values {
            let filter = doc! { format!("unique.{name}"): value };
            self.expect_none(collection, document, (name, filter)).await?;
        }
        self.check_elements(collection, document).await
    }

    /// No other document has an element of which each is in one document. Looked at before the write as well: not every
    /// server keeps unique indexes over arrays.
    async fn check_elements(&self, collection: &CollectionSpec, document: &Document) -> Result<(), StoreError> {
        let elements = document.get_document("elements").cloned().unwrap_or_default();
        for (name, texts) in elements {
            let filter = doc! { format!("elements.{name}"): { "$in": texts } };
            self.expect_none(collection, document, (name, filter)).await?;
        }
        Ok(())
    }

    async fn expect_none(
        &self,
        collection: &CollectionSpec,
        document: &Document,
        (index, mut filter): (String, Document),
    ) -> Result<(), StoreError> {
        filter.insert("_id", doc! { "$ne": document.get_str("_id").unwrap_or_default() });
        match self.of(collection).find_one(filter).projection(doc! { "_id": 1 }).await? {
            Some(_) => Err(StoreError::UniqueViolation { index }),
            None => Ok(()),
        }
    }

    /// Takes expired records out of documents: a few with each write, and the one of this very key.
    async fn clear_expired(
        &self,
        collection: &CollectionSpec,
        command: &Command,
        key: &IdempotencyKey,
    ) -> Result<(), StoreError> {
        let documents = self.of(collection);
        let (now, fields) = (time_text(command.now), doc! { "commands": 1, "rev": 1 });
        let expired = documents.find(doc! { "forget_at": { "$lte": &now } }).sort(doc! { "forget_at": 1 });
        let expired = expired.limit(CLEARED_AT_ONCE).projection(fields.clone()).await?;
        let mut expired: Vec<Document> = expired.try_collect().await?;
        let of_key = doc! { "keys": key_text(&command.actor.scope(), command.operation, &key.text) };
        expired.extend(documents.find_one(of_key).projection(fields).await?);
        for document in expired {
            let id = document.get_str("_id").unwrap_or_default();
            let turn = self.turns.of(format!("{} {id}", collection.name)).await?;
            let mut records = records(collection, &document)?;
            records.retain(|record| !record.is_expired(command.now));
            let (set, unset) = record_fields(&records)?;
            let rev = integer(&document, "rev");
            let mut update = doc! { "$set": set, "$inc": { "rev": 1_i64 } };
            if !unset.is_empty() {
                update.insert("$unset", unset);
            }
            // Where somebody was faster they have done it, or whoever comes next does.
            documents.update_one(doc! { "_id": id, "rev": rev }, update).await?;
            drop(turn);
        }
        Ok(())
    }
}

/// One text for each actor, operation and key.
fn key_text(scope: &str, operation: &str, key: &str) -> String {
    format!("{scope} {operation} {key}")
}

fn records(collection: &CollectionSpec, document: &Document) -> Result<Vec<Record>, StoreError> {
    let id = || document.get_str("_id").unwrap_or_default().to_owned();
    let commands = document.get("commands").map_or(Json::Array(Vec::new()), of_bson);
    serde_json::from_value(commands).map_err(|source| StoreError::Unreadable {
        collection: collection.name,
        id: id(),
        source,
    })
}

/// What is written for the records, and what is left out when there are none.
fn record_fields(records: &[Record]) -> Result<(Document, Document), StoreError> {
    let commands = serde_json::to_value(records).map_err(StoreError::Unwritable)?;
    let mut set = doc! { "commands": to_bson(&commands)? };
    let first = records.iter().map(|record| &record.expires_at).min();
    let Some(first) = first else { return Ok((set, doc! { "keys": "", "forget_at": "" })) };
    let keys: Vec<String> =
        records.iter().map(|record| key_text(&record.actor_scope, &record.operation, &record.key)).collect();
    set.insert("keys", keys);
    set.insert("forget_at", first);
    Ok((set, Document::new()))
}

fn document_of(
    collection: &CollectionSpec,
    (id, rev, before): (&str, i64, Option<&Document>),
    (envelope, content): (&Envelope, Content),
) -> Result<Document, StoreError> {
    let mut document = doc! { "_id": id, "rev": rev, "version": envelope.version, "deleted": envelope.is_deleted };
    let mut content_bytes = 0;
    match content {
        Content::Same => {
            for name in ["content", "unique", "elements"] {
                document.extend(before.and_then(|before| Some((name.to_owned(), before.get(name)?.clone()))));
            }
        }
        Content::Gone => {
            document.insert("content", Bson::Document(Document::new()));
        }
        Content::New(content) => {
            let content = with_sortable_times(collection, content)?;
            content_bytes = content.to_string().len();
            document.insert("content", to_bson(&content)?);
            put_unique(collection, &mut document, Some(&content));
        }
    }
    envelope.check_limits(content_bytes)?;
    let outbox: Vec<&str> = envelope.outbox.iter().filter_map(Json::as_str).collect();
    let (set, _) = record_fields(&envelope.commands)?;
    let payload_bytes: usize = envelope.commands.iter().map(|record| record.payload.len() + 1_000).sum();
    let outbox_bytes: usize = outbox.iter().map(|text| text.len() + 20).sum();
    if content_bytes * 2 + payload_bytes + outbox_bytes > WHOLE_BYTES_MAX {
        let what = "size of a document in bytes, with its unpublished events and its commands";
        return Err(StoreError::TooMuch { what, limit: WHOLE_BYTES_MAX });
    }
    if !outbox.is_empty() {
        document.insert("unpublished", true);
    }
    document.insert("outbox", outbox);
    document.extend(set);
    Ok(document)
}

impl IndexKind {
    fn is_unique(self) -> bool {
        matches!(self, IndexKind::Unique | IndexKind::UniqueElements)
    }
}

//! Indexes of collections. What a program no longer asks for is dropped, what it asks for otherwise is made anew; a list
//! says which there are. Documents stay, except for the fields beside their content that indexes are over.

use futures_util::TryStreamExt;
use mongodb::{
    IndexModel,
    bson::{Bson, Document, doc},
    options::IndexOptions,
};

use super::{
    FORMAT, INDEXES, LOG, Mongo,
    errors::duplicate,
    filter::field,
    json::{integer, of_bson},
};
use crate::{CollectionSpec, Index, OpenError, StoreError, document::IndexKind, specification::direction};

/// How documents are laid out. A database with a higher number is of a newer program.
const FORMAT_KNOWN: i64 = 1;

impl Mongo {
    /// Makes what is missing. Two processes may do it at once.
    pub(super) async fn make(&self) -> Result<(), OpenError> {
        let database = self.database.name().to_owned();
        let failed = |collection, source| OpenError::Indexes { database: database.clone(), collection, source };
        let format = self.formatted("format", FORMAT_KNOWN).await.map_err(|source| failed(FORMAT, source))?;
        if format > FORMAT_KNOWN {
            return Err(OpenError::NewerDatabase { database, found: format, known: FORMAT_KNOWN });
        }
        let lanes = self.settled_lanes().await.map_err(|source| failed(LOG, source))?;
        if lanes != self.lanes {
            return Err(OpenError::OtherLanes { database, found: lanes, wanted: self.lanes });
        }
        for collection in self.collections.iter() {
            self.make_collection(collection).await.map_err(|source| failed(collection.name, source))?;
        }
        Ok(())
    }

    /// A number that is written the first time and stays.
    async fn formatted(&self, name: &str, number: i64) -> Result<i64, StoreError> {
        let formats = self.database.collection::<Document>(FORMAT);
        match formats.insert_one(doc! { "_id": name, "number": number }).await {
            Ok(_) => return Ok(number),
            Err(error) if duplicate(&error).is_some() => {}
            Err(error) => return Err(error.into()),
        }
        let found = formats.find_one(doc! { "_id": name }).await?;
        Ok(found.map_or(number, |found| integer(&found, "number")))
    }

    /// The number of lanes, which is fixed with the first event.
    async fn settled_lanes(&self) -> Result<i64, StoreError> {
        let log = self.database.collection::<Document>(LOG);
        let place = doc! { "lane": 1, "position": 1 };
        log.create_index(index("place", place, true)).await?;
        let found = self.formatted("lanes", self.lanes).await?;
        if found == self.lanes || log.find_one(doc! {}).await?.is_some() {
            return Ok(found);
        }
        let formats = self.database.collection::<Document>(FORMAT);
        formats.update_one(doc! { "_id": "lanes" }, doc! { "$set": { "number": self.lanes } }).await?;
        Ok(self.lanes)
    }

    async fn make_collection(&self, collection: &CollectionSpec) -> Result<(), StoreError> {
        let documents = self.of(collection);
        for (name, is_unique) in [("keys", true), ("forget_at", false), ("unpublished", false)] {
            documents.create_index(index(name, doc! { name: 1 }, is_unique)).await?;
        }
        let list = self.database.collection::<Document>(INDEXES);
        let of_collection = doc! { "collection": collection.name };
        let listed: Vec<Document> = list.find(of_collection).await?.try_collect().await?;
        let mut there: Vec<&Index> = Vec::new();
        for entry in &listed {
            let name = entry.get_str("name").unwrap_or_default();
            let wanted = collection.indexes.iter().find(|index| index.name == name);
            match wanted.filter(|index| entry.get_str("definition").is_ok_and(|found| found == definition(index))) {
                Some(index) => there.push(index),
                None => {
                    // It may be gone already.
                    let _ = documents.drop_index(entry.get_str("made_as").unwrap_or_default()).await;
                    list.delete_one(doc! { "_id": entry.get_str("_id").unwrap_or_default() }).await?;
                }
            }
        }
        let missing: Vec<&Index> = collection.indexes.iter().filter(|index| !there.contains(index)).collect();
        if missing.iter().any(|index| matches!(index.kind, IndexKind::Unique | IndexKind::UniqueElements)) {
            self.fill(collection).await?;
        }
        for index in missing {
            documents.create_index(model(index)).await?;
            let entry = doc! {
                "_id": format!("{}.{}", collection.name, index.name),
                "collection": collection.name,
                "name": index.name,
                "definition": definition(index),
                "made_as": made_as(index),
            };
            match list.insert_one(entry).await {
                Err(error) if duplicate(&error).is_none() => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives all documents the fields that unique indexes are over.
    async fn fill(&self, collection: &CollectionSpec) -> Result<(), StoreError> {
        let documents = self.of(collection);
        let mut cursor = documents.find(doc! { "deleted": false }).await?;
        while let Some(mut document) = cursor.try_next().await? {
            loop {
                let Ok(id) = document.get_str("_id").map(str::to_owned) else { break };
                let before = document.clone();
                let content = document.get("content").map_or(serde_json::Value::Null, of_bson);
                put_unique(collection, &mut document, Some(&content));
                if document == before {
                    break;
                }
                let rev = integer(&document, "rev");
                document.insert("rev", rev + 1);
                let replaced = documents.replace_one(doc! { "_id": &id, "rev": rev }, &document).await?;
                if replaced.matched_count > 0 {
                    break;
                }
                // Somebody was faster; what they wrote may still be of the old program.
                match documents.find_one(doc! { "_id": &id, "deleted": false }).await? {
                    Some(newer) => document = newer,
                    None => break,
                }
            }
        }
        Ok(())
    }
}

/// Sparse, because it leaves out what is missing.
fn index(name: &str, keys: Document, is_unique: bool) -> IndexModel {
    let options = IndexOptions::builder().name(name.to_owned()).sparse(true).unique(is_unique.then_some(true)).build();
    IndexModel::builder().keys(keys).options(options).build()
}

fn model(of: &Index) -> IndexModel {
    match of.kind {
        IndexKind::Unique => index(&made_as(of), doc! { format!("unique.{}", of.name): 1 }, true),
        IndexKind::UniqueElements => index(&made_as(of), doc! { format!("elements.{}", of.name): 1 }, true),
        IndexKind::Plain | IndexKind::Elements => {
            let mut keys = Document::new();
            for path in of.paths {
                let (path, is_descending) = direction(path);
                keys.insert(field(path), if is_descending { -1 } else { 1 });
            }
            if of.kind == IndexKind::Plain {
                let is_descending = of.paths.last().is_some_and(|path| direction(path).1);
                keys.insert("_id", if is_descending { -1 } else { 1 });
            }
            let options = IndexOptions::builder().name(made_as(of)).build();
            IndexModel::builder().keys(keys).options(options).build()
        }
    }
}

/// The index's name on the server.
pub(super) fn made_as(index: &Index) -> String {
    match index.kind {
        IndexKind::Unique => format!("unique_{}", index.name),
        IndexKind::UniqueElements => format!("elements_{}", index.name),
        IndexKind::Plain | IndexKind::Elements => format!("plain_{}", index.name),
    }
}

fn definition(index: &Index) -> String {
    format!("{:?} {}", index.kind, index.paths.join(" "))
}

/// The fields beside the content that unique indexes are over; without a content there are none.
pub(super) fn put_unique(collection: &CollectionSpec, document: &mut Document, content: Option<&serde_json::Value>) {
    let at = |path: &str| content.and_then(|content| path.split('.').try_fold(content, |json, part| json.get(part)));
    let (mut unique, mut elements) = (Document::new(), Document::new());
    for index in collection.indexes {
        match index.kind {
            IndexKind::Unique => {
                let values: Option<Vec<&serde_json::Value>> =
                    index.paths.iter().map(|path| at(path).filter(|value| !value.is_null())).collect();
                if let Some(values) = values {
                    unique.insert(index.name, serde_json::json!(values).to_string());
                }
            }
            IndexKind::UniqueElements => {
                let found = match at(index.paths[0]) {
                    Some(serde_json::Value::Array(found)) => found.as_slice(),
                    Some(one) => std::slice::from_ref(one),
                    None => &[],
                };
                let mut texts: Vec<String> = found
                    .iter()
                    .filter(|value| value.is_string() || value.is_i64())
                    .map(serde_json::Value::to_string)
                    .collect();
                texts.sort();
                texts.dedup();
                if !texts.is_empty() {
                    elements.insert(index.name, texts);
                }
            }
            IndexKind::Plain | IndexKind::Elements => {}
        }
    }
    for (name, fields) in [("unique", unique), ("elements", elements)] {
        match fields.is_empty() {
            true => document.remove(name),
            false => document.insert(name, Bson::Document(fields)),
        };
    }
}

//! Dead letters of consumers: a document for each, with what is looked for beside its text.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use hansa_event_sourcing::{Checkpoint, DeadLetter, DeadLetterState, LetterKey, LetterOutline, LettersWanted};
use mongodb::{
    Collection,
    bson::{Document, doc},
};

use super::{LETTERS, Mongo, errors::duplicate, json::integer, relay::place};
use crate::{StoreError, relay_store::LETTERS_MAX};

impl Mongo {
    pub(crate) async fn keep_letter(&self, letter: DeadLetter) -> Result<(), StoreError> {
        let mut kept = kept(&letter)?;
        kept.insert("_id", id(letter.key()));
        match self.letter_documents().insert_one(kept).await {
            Err(error) if duplicate(&error).is_none() => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(crate) async fn change_letter(
        &self,
        letter: DeadLetter,
        was_due_at: Option<DateTime<Utc>>,
    ) -> Result<bool, StoreError> {
        let there = doc! { "_id": id(letter.key()), "next_at": was_due_at.map(|at| at.to_rfc3339()) };
        let changed = self.letter_documents().replace_one(there, kept(&letter)?).await?;
        Ok(changed.matched_count > 0)
    }

    pub(crate) async fn letters(&self, wanted: LettersWanted<'_>) -> Result<Vec<DeadLetter>, StoreError> {
        let LettersWanted { consumer, stream_id, with_skipped } = wanted;
        let mut filter = Document::new();
        for (field, value) in [("consumer", consumer), ("stream_id", stream_id)] {
            if let Some(value) = value {
                filter.insert(field, value);
            }
        }
        if !with_skipped {
            filter.insert("state", doc! { "$ne": "skipped" });
        }
        let found = self.letter_documents().find(filter).sort(in_order()).limit(LETTERS_MAX).await?;
        let found: Vec<Document> = found.try_collect().await?;
        found.iter().map(letter_of).collect()
    }

    pub(crate) async fn letter_outlines(&self, consumer: &str) -> Result<Vec<LetterOutline>, StoreError> {
        let filter = doc! { "consumer": consumer, "state": { "$ne": "skipped" } };
        let letters = self.letter_documents();
        let found = letters.find(filter).sort(in_order()).limit(10_000);
        let found: Vec<Document> = found.projection(doc! { "letter": 0 }).await?.try_collect().await?;
        let text = |found: &Document, field| found.get_str(field).unwrap_or_default().to_owned();
        let outline = |found: &Document| LetterOutline {
            source: text(found, "source"),
            lane: integer(found, "lane"),
            position: integer(found, "position"),
            stream_id: text(found, "stream_id"),
            // Letters of earlier programs have no state: they are parked.
            state: text(found, "state").parse().unwrap_or(DeadLetterState::Parked),
            next_at: text(found, "next_at").parse().ok(),
        };
        Ok(found.iter().map(outline).collect())
    }

    pub(crate) async fn letter(&self, key: LetterKey<'_>) -> Result<Option<DeadLetter>, StoreError> {
        let found = self.letter_documents().find_one(doc! { "_id": id(key) }).await?;
        found.as_ref().map(letter_of).transpose()
    }

    pub(crate) async fn drop_letter(&self, key: LetterKey<'_>) -> Result<bool, StoreError> {
        let dropped = self.letter_documents().delete_one(doc! { "_id": id(key) }).await?;
        Ok(dropped.deleted_count > 0)
    }

    fn letter_documents(&self) -> Collection<Document> {
        self.database.collection(LETTERS)
    }
}

fn in_order() -> Document {
    doc! { "consumer": 1, "source": 1, "lane": 1, "position": 1 }
}

fn id(LetterKey { consumer, source, lane, position }: LetterKey<'_>) -> String {
    format!("{} {position}", place(Checkpoint { consumer, source, lane }))
}

fn kept(letter: &DeadLetter) -> Result<Document, StoreError> {
    let text = serde_json::to_string(letter).map_err(StoreError::Unwritable)?;
    let DeadLetter { consumer, source, lane, position, stream_id, state, next_at, .. } = letter;
    Ok(doc! {
        "consumer": consumer, "source": source, "lane": lane, "position": position, "stream_id": stream_id,
        "state": state.as_str(), "next_at": next_at.map(|at| at.to_rfc3339()), "letter": text,
    })
}

fn letter_of(found: &Document) -> Result<DeadLetter, StoreError> {
    serde_json::from_str(found.get_str("letter").unwrap_or_default()).map_err(StoreError::Answer)
}

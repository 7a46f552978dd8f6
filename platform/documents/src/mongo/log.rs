//! The log: a collection of its own. An event comes into it, and is taken out of its document afterwards; where that did not
//! happen, the log's unique ids tell that it is there already. The unique place keeps two from taking the same one: whoever
//! comes second looks again.

use futures_util::TryStreamExt;
use hansa_event_sourcing::{LoggedEvent, RecordedEvent, lane_of};
use mongodb::{
    Collection,
    bson::{Document, doc},
};
use std::collections::HashSet;
use tokio::time::Instant;

use super::{LOG, Mongo, errors::duplicate, json::integer, read::outbox_entry};
use crate::{
    OutboxEntry, StoreError,
    event_log::{Carried, in_order},
};

/// Documents of each collection whose events are taken at once.
const DOCUMENTS_AT_ONCE: i64 = 100;
const EVENTS_AT_ONCE: usize = 200;

impl Mongo {
    fn log(&self) -> Collection<Document> {
        self.database.collection(LOG)
    }

    pub(crate) async fn events_after(
        &self,
        lane: i64,
        position: i64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let filter = doc! { "lane": lane, "position": { "$gt": position } };
        let log = self.log();
        let cursor = log.find(filter).sort(doc! { "position": 1 }).limit(i64::from(limit));
        let entries: Vec<Document> = cursor.await?.try_collect().await?;
        let logged = |entry: &Document| {
            let event = serde_json::from_str(entry.get_str("event").unwrap_or_default());
            let id = || entry.get_str("_id").unwrap_or_default().to_owned();
            let event = event.map_err(|source| StoreError::Unreadable { collection: LOG, id: id(), source })?;
            Ok(LoggedEvent { lane, position: integer(entry, "position"), event })
        };
        entries.iter().map(logged).collect()
    }

    pub(crate) async fn last_position(&self, lane: i64) -> Result<i64, StoreError> {
        let log = self.log();
        let last = log.find_one(doc! { "lane": lane }).sort(doc! { "position": -1 });
        Ok(last.projection(doc! { "position": 1 }).await?.map_or(0, |last| integer(&last, "position")))
    }

    /// Takes the events of some documents into the log; false where no document carries any.
    pub(crate) async fn sequence_some(&self) -> Result<bool, StoreError> {
        let (mut carried, mut revs) = (Vec::new(), Vec::new());
        for (index, collection) in self.collections.iter().enumerate() {
            let all = self.of(collection);
            let cursor = all.find(doc! { "unpublished": true }).limit(DOCUMENTS_AT_ONCE);
            let fields = doc! { "outbox": 1, "rev": 1 };
            let documents: Vec<Document> = cursor.projection(fields).await?.try_collect().await?;
            for document in documents {
                let OutboxEntry { document_id, events } = outbox_entry(collection, &document)?;
                revs.push(integer(&document, "rev"));
                carried.push(Carried { collection: index, document_id, events });
            }
        }
        let events = in_order(&carried);
        for lane in 0..self.lanes {
            let of_lane: Vec<&RecordedEvent> =
                events.iter().filter(|event| lane_of(&event.stream_id, self.lanes) == lane).copied().collect();
            for events in of_lane.chunks(EVENTS_AT_ONCE) {
                self.append(lane, events).await?;
            }
        }
        for (document, rev) in carried.iter().zip(revs) {
            let collection = &self.collections[document.collection];
            let id = &document.document_id;
            let turn = self.turns.of(format!("{} {id}", collection.name)).await?;
            let empty: [&str; 0] = [];
            let taken = doc! {
                "$set": { "outbox": empty.to_vec() }, "$unset": { "unpublished": "" }, "$inc": { "rev": 1_i64 }
            };
            // A document that was written meanwhile keeps its events until the next time.
            self.of(collection).update_one(doc! { "_id": id, "rev": rev }, taken).await?;
            drop(turn);
        }
        Ok(!carried.is_empty())
    }

    /// Puts events at the end of a lane, in this order; those that are there already are left out.
    async fn append(&self, lane: i64, events: &[&RecordedEvent]) -> Result<(), StoreError> {
        let until = Instant::now() + self.wait;
        loop {
            let ids: Vec<String> = events.iter().map(|event| event.event_id.to_string()).collect();
            let there = self.log().find(doc! { "_id": { "$in": ids } }).projection(doc! { "_id": 1 }).await?;
            let there: Vec<Document> = there.try_collect().await?;
            let there: HashSet<&str> = there.iter().filter_map(|entry| entry.get_str("_id").ok()).collect();
            let missing = events.iter().filter(|event| !there.contains(event.event_id.to_string().as_str()));
            let last = self.last_position(lane).await?;
            let mut entries = Vec::new();
            for (position, event) in (last + 1..).zip(missing) {
                let text = serde_json::to_string(event).map_err(StoreError::Unwritable)?;
                entries.push(
                    doc! { "_id": event.event_id.to_string(), "lane": lane, "position": position, "event": text },
                );
            }
            if entries.is_empty() {
                return Ok(());
            }
            // In their order, and no further than the first that cannot be put there.
            match self.log().insert_many(entries).ordered(true).await {
                Ok(_) => return Ok(()),
                Err(error) if duplicate(&error).is_none() => return Err(error.into()),
                Err(_) if Instant::now() > until => return Err(StoreError::Busy),
                Err(_) => {}
            }
        }
    }
}

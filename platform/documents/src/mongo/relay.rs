//! Leases, the relay's notes and checkpoints: a document for each.

use futures_util::TryStreamExt;
use hansa_event_sourcing::{Checkpoint, HeldLease, LeaseRequest, PublishedLane, StoredCheckpoint};
use hansa_relational::time_text;
use mongodb::{
    Collection,
    bson::{Document, doc},
    options::ReturnDocument,
};

use super::{CHECKPOINTS, LEASES, Mongo, RELAY, errors::duplicate, json::integer};
use crate::StoreError;

impl Mongo {
    pub(crate) async fn take_leases(&self, request: LeaseRequest) -> Result<Vec<HeldLease>, StoreError> {
        let mut names = request.names.clone();
        names.sort();
        let mut held = Vec::new();
        for name in names {
            if let Some(epoch) = self.take_lease(&name, &request).await? {
                held.push(HeldLease { name, epoch });
            }
        }
        Ok(held)
    }

    /// Its epoch, where the holder has it now.
    async fn take_lease(&self, name: &str, request: &LeaseRequest) -> Result<Option<i64>, StoreError> {
        let leases: Collection<Document> = self.database.collection(LEASES);
        let (holder, until) = (&request.holder, time_text(request.until));
        let renew = leases
            .find_one_and_update(doc! { "_id": name, "holder": holder }, doc! { "$set": { "expires_at": &until } });
        if let Some(lease) = renew.await? {
            return Ok(Some(integer(&lease, "epoch")));
        }
        let take = leases.find_one_and_update(
            doc! { "_id": name, "expires_at": { "$lte": time_text(request.now) } },
            doc! { "$set": { "holder": holder, "expires_at": &until }, "$inc": { "epoch": 1_i64 } },
        );
        if let Some(lease) = take.return_document(ReturnDocument::After).await? {
            return Ok(Some(integer(&lease, "epoch")));
        }
        let lease = doc! { "_id": name, "holder": holder, "epoch": 1_i64, "expires_at": until };
        match leases.insert_one(lease).await {
            Ok(_) => Ok(Some(1)),
            Err(error) if duplicate(&error).is_some() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn give_up_leases(&self, holder: &str) -> Result<(), StoreError> {
        let leases: Collection<Document> = self.database.collection(LEASES);
        let free = doc! { "$set": { "holder": "", "expires_at": time_text(chrono::DateTime::UNIX_EPOCH) } };
        leases.update_many(doc! { "holder": holder }, free).await?;
        Ok(())
    }

    pub(crate) async fn published(&self) -> Result<Vec<PublishedLane>, StoreError> {
        let notes: Collection<Document> = self.database.collection(RELAY);
        let notes: Vec<Document> = notes.find(doc! {}).sort(doc! { "_id": 1 }).await?.try_collect().await?;
        let note = |note: &Document| PublishedLane {
            lane: integer(note, "_id"),
            position: integer(note, "position"),
            sequence: integer(note, "sequence"),
            stream: note.get_str("stream").unwrap_or_default().to_owned(),
        };
        Ok(notes.iter().map(note).collect())
    }

    pub(crate) async fn note_published(&self, lanes: Vec<PublishedLane>) -> Result<(), StoreError> {
        let notes: Collection<Document> = self.database.collection(RELAY);
        for PublishedLane { lane, position, sequence, stream } in lanes {
            let note = doc! { "position": position, "sequence": sequence, "stream": stream };
            notes.replace_one(doc! { "_id": lane }, note).upsert(true).await?;
        }
        Ok(())
    }

    pub(crate) async fn checkpoint(&self, checkpoint: Checkpoint<'_>) -> Result<i64, StoreError> {
        let checkpoints: Collection<Document> = self.database.collection(CHECKPOINTS);
        let found = checkpoints.find_one(doc! { "_id": place(checkpoint) }).await?;
        Ok(found.map_or(0, |found| integer(&found, "position")))
    }

    pub(crate) async fn checkpoints(&self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let checkpoints: Collection<Document> = self.database.collection(CHECKPOINTS);
        let found = checkpoints.find(doc! {}).limit(10_000).await?;
        let found: Vec<Document> = found.try_collect().await?;
        let mut stored: Vec<StoredCheckpoint> = found.iter().filter_map(stored_checkpoint).collect();
        stored.sort_by(|one, other| {
            (&one.consumer, &one.source, one.lane).cmp(&(&other.consumer, &other.source, other.lane))
        });
        Ok(stored)
    }

    pub(crate) async fn move_checkpoint(
        &self,
        checkpoint: Checkpoint<'_>,
        (from, to): (i64, i64),
    ) -> Result<bool, StoreError> {
        let checkpoints: Collection<Document> = self.database.collection(CHECKPOINTS);
        let id = place(checkpoint);
        let moved = doc! { "$set": { "position": to } };
        let moved = checkpoints.update_one(doc! { "_id": &id, "position": from }, moved).await?;
        if moved.matched_count > 0 || from != 0 {
            return Ok(moved.matched_count > 0);
        }
        match checkpoints.insert_one(doc! { "_id": id, "position": to }).await {
            Ok(_) => Ok(true),
            Err(error) if duplicate(&error).is_some() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

pub(super) fn place(Checkpoint { consumer, source, lane }: Checkpoint<'_>) -> String {
    format!("{consumer} {source} {lane}")
}

/// What its id says; no name has a space in it.
fn stored_checkpoint(found: &Document) -> Option<StoredCheckpoint> {
    let mut parts = found.get_str("_id").ok()?.split(' ');
    let (consumer, source) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let lane = parts.next()?.parse().ok()?;
    Some(StoredCheckpoint { consumer, source, lane, position: integer(found, "position") })
}

//! Leases and the relay's notes, kept beside the log.

use hansa_event_sourcing::{HeldLease, LeaseRequest, LogError, LogFuture, PublishedLane, RelayStore};

use crate::{FromRow, Relational, Row, StoreError, engine::Company, query};

/// Each statement is right in any company.
const BESIDE_OTHERS: Company = Company::Others { key: None };

struct Epoch(i64);

struct Noted(PublishedLane);

impl FromRow for Epoch {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("epoch").map(Epoch)
    }
}

impl FromRow for Noted {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Noted(PublishedLane {
            lane: row.int("lane")?,
            position: row.int("position")?,
            sequence: row.int("sequence")?,
            stream: row.text("stream")?,
        }))
    }
}

impl RelayStore for Relational {
    fn take_leases(&self, request: LeaseRequest) -> LogFuture<'_, Vec<HeldLease>> {
        Box::pin(async move { self.take(request).await.map_err(LogError::from) })
    }

    fn give_up_leases(&self, holder: String) -> LogFuture<'_, ()> {
        Box::pin(async move { self.give_up(&holder).await.map_err(LogError::from) })
    }

    fn published(&self) -> LogFuture<'_, Vec<PublishedLane>> {
        Box::pin(async move {
            let notes = query("SELECT lane, position, sequence, stream FROM relay_lanes ORDER BY lane");
            let notes = notes.fetch_all::<Noted>(self).await?;
            Ok(notes.into_iter().map(|Noted(note)| note).collect())
        })
    }

    fn note_published(&self, lanes: Vec<PublishedLane>) -> LogFuture<'_, ()> {
        Box::pin(async move { self.note(lanes).await.map_err(LogError::from) })
    }
}

impl Relational {
    async fn take(&self, mut request: LeaseRequest) -> Result<Vec<HeldLease>, StoreError> {
        // Always in the same order, so that two processes never wait for each other.
        request.names.sort();
        let mut writing = self.engine.begin(BESIDE_OTHERS).await?;
        let mut held = Vec::new();
        for name in request.names {
            let take = query(
                "INSERT INTO leases (name, holder, epoch, expires_at) VALUES ($1, $2, 1, $3)
                 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,
                     epoch = CASE WHEN leases.holder = excluded.holder THEN leases.epoch ELSE leases.epoch + 1 END
                 WHERE leases.holder = excluded.holder OR leases.expires_at <= $4
                 RETURNING epoch",
            )
            .bind(&name)
            .bind(&request.holder)
            .bind(request.until)
            .bind(request.now);
            if let Some(row) = writing.read(take, 1).await?.first() {
                held.push(HeldLease { name, epoch: Epoch::from_row(row)?.0 });
            }
        }
        writing.commit().await?;
        Ok(held)
    }

    async fn give_up(&self, holder: &str) -> Result<(), StoreError> {
        let mut writing = self.engine.begin(BESIDE_OTHERS).await?;
        let free = query("UPDATE leases SET expires_at = $2, holder = '' WHERE holder = $1")
            .bind(holder)
            .bind(chrono::DateTime::UNIX_EPOCH);
        writing.execute(free).await?;
        writing.commit().await
    }

    async fn note(&self, lanes: Vec<PublishedLane>) -> Result<(), StoreError> {
        let mut writing = self.engine.begin(BESIDE_OTHERS).await?;
        for lane in lanes {
            let note = query(
                "INSERT INTO relay_lanes (lane, position, sequence, stream) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (lane) DO UPDATE SET position = excluded.position, sequence = excluded.sequence,
                     stream = excluded.stream",
            )
            .bind(lane.lane)
            .bind(lane.position)
            .bind(lane.sequence)
            .bind(lane.stream);
            writing.execute(note).await?;
        }
        writing.commit().await
    }
}

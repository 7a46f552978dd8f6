//! Leases, the relay's notes and checkpoints: tables beside the log.

use std::borrow::Cow;

use hansa_event_sourcing::{Checkpoint, HeldLease, LeaseRequest, PublishedLane, StoredCheckpoint};
use hansa_relational::{Row, Value as Bound, time_text};

use super::{Embedded, ROWS_MAX};
use crate::StoreError;

impl Embedded {
    pub(crate) async fn take_leases(&self, mut request: LeaseRequest) -> Result<Vec<HeldLease>, StoreError> {
        request.names.sort();
        let mut transaction = self.sqlite.begin().await?;
        let mut held = Vec::new();
        for name in request.names {
            let take = "INSERT INTO documents_leases (name, holder, epoch, expires_at) VALUES ($1, $2, 1, $3)
                 ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,
                     epoch = epoch + (holder <> excluded.holder)
                 WHERE holder = excluded.holder OR expires_at <= $4
                 RETURNING epoch";
            let values: Vec<Bound> = vec![
                (&name).into(),
                (&request.holder).into(),
                time_text(request.until).into(),
                time_text(request.now).into(),
            ];
            if let Some(row) = transaction.read(Cow::Borrowed(take), values, 1).await?.first() {
                held.push(HeldLease { name, epoch: row.int("epoch")? });
            }
        }
        transaction.commit().await?;
        Ok(held)
    }

    pub(crate) async fn give_up_leases(&self, holder: &str) -> Result<(), StoreError> {
        let free = "UPDATE documents_leases SET holder = '', expires_at = $2 WHERE holder = $1";
        self.change(vec![(free, vec![holder.into(), time_text(chrono::DateTime::UNIX_EPOCH).into()])]).await?;
        Ok(())
    }

    pub(crate) async fn published(&self) -> Result<Vec<PublishedLane>, StoreError> {
        let text = "SELECT lane, position, sequence, stream FROM documents_relay ORDER BY lane";
        let rows = self.sqlite.read(Cow::Borrowed(text), Vec::new(), ROWS_MAX).await?;
        let note = |row: &Row| {
            Ok(PublishedLane {
                lane: row.int("lane")?,
                position: row.int("position")?,
                sequence: row.int("sequence")?,
                stream: row.text("stream")?,
            })
        };
        rows.iter().map(note).collect()
    }

    pub(crate) async fn note_published(&self, lanes: Vec<PublishedLane>) -> Result<(), StoreError> {
        let note = "INSERT INTO documents_relay (lane, position, sequence, stream) VALUES ($1, $2, $3, $4)
             ON CONFLICT (lane) DO UPDATE SET position = excluded.position, sequence = excluded.sequence,
                 stream = excluded.stream";
        let values = |lane: PublishedLane| -> Vec<Bound> {
            vec![lane.lane.into(), lane.position.into(), lane.sequence.into(), lane.stream.into()]
        };
        self.change(lanes.into_iter().map(|lane| (note, values(lane))).collect()).await?;
        Ok(())
    }

    pub(crate) async fn checkpoint(&self, checkpoint: Checkpoint<'_>) -> Result<i64, StoreError> {
        let text = "SELECT position FROM documents_checkpoints WHERE consumer = $1 AND source = $2 AND lane = $3";
        let values = vec![checkpoint.consumer.into(), checkpoint.source.into(), checkpoint.lane.into()];
        let rows = self.sqlite.read(Cow::Borrowed(text), values, 1).await?;
        rows.first().map_or(Ok(0), |row| Ok(row.int("position")?))
    }

    pub(crate) async fn checkpoints(&self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let text = "SELECT consumer, source, lane, position FROM documents_checkpoints
             ORDER BY consumer, source, lane LIMIT 10000";
        let rows = self.sqlite.read(Cow::Borrowed(text), Vec::new(), ROWS_MAX).await?;
        let stored = |row: &Row| {
            Ok(StoredCheckpoint {
                consumer: row.text("consumer")?,
                source: row.text("source")?,
                lane: row.int("lane")?,
                position: row.int("position")?,
            })
        };
        rows.iter().map(stored).collect()
    }

    pub(crate) async fn move_checkpoint(
        &self,
        checkpoint: Checkpoint<'_>,
        (from, to): (i64, i64),
    ) -> Result<bool, StoreError> {
        let text = "INSERT INTO documents_checkpoints (consumer, source, lane, position)
             SELECT $1, $2, $3, $4 WHERE $5 = 0 OR EXISTS (
                 SELECT 1 FROM documents_checkpoints WHERE consumer = $1 AND source = $2 AND lane = $3
             )
             ON CONFLICT (consumer, source, lane) DO UPDATE SET position = excluded.position WHERE position = $5";
        let Checkpoint { consumer, source, lane } = checkpoint;
        let values = vec![consumer.into(), source.into(), lane.into(), to.into(), from.into()];
        Ok(self.change(vec![(text, values)]).await? > 0)
    }

    /// Gives how many rows were changed.
    pub(super) async fn change(&self, statements: Vec<(&'static str, Vec<Bound>)>) -> Result<u64, StoreError> {
        let mut transaction = self.sqlite.begin().await?;
        let mut changed = 0;
        for (text, values) in statements {
            changed += transaction.execute(Cow::Borrowed(text), values).await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }
}

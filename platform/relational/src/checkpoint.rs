//! How far a consumer has come in the log of another context: read and moved in the unit of work that has the effect.

use std::collections::BTreeMap;

use crate::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};

/// A consumer's place in one lane of a context's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint<'a> {
    /// Name of the consumer, unique in its context.
    pub consumer: &'a str,
    /// The context whose log it is.
    pub source: &'a str,
    pub lane: i64,
}

struct Position(i64);

impl FromRow for Position {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("position").map(Position)
    }
}

struct Stored {
    source: String,
    lane: i64,
    position: i64,
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Stored { source: row.text("source")?, lane: row.int("lane")?, position: row.int("position")? })
    }
}

impl Relational {
    /// Where a consumer is, by source and lane.
    pub async fn checkpoints(&self, consumer: &str) -> Result<BTreeMap<(String, i64), i64>, StoreError> {
        let stored = query("SELECT source, lane, position FROM checkpoints WHERE consumer = $1").bind(consumer);
        let stored = stored.fetch_all::<Stored>(self).await?;
        Ok(stored.into_iter().map(|Stored { source, lane, position }| ((source, lane), position)).collect())
    }

    /// The last position whose effect is committed; 0 where there is none.
    pub async fn checkpoint(&self, checkpoint: Checkpoint<'_>) -> Result<i64, StoreError> {
        position(self, checkpoint).await
    }
}

impl UnitOfWork {
    /// The last position whose effect is committed; 0 where there is none.
    pub async fn checkpoint(&mut self, checkpoint: Checkpoint<'_>) -> Result<i64, StoreError> {
        position(self, checkpoint).await
    }

    /// Moves it from one position to a later one.
    ///
    /// # Errors
    /// `CheckpointMoved` where another process has moved it in the meantime: nothing of the unit may be committed.
    pub async fn move_checkpoint(
        &mut self,
        Checkpoint { consumer, source, lane }: Checkpoint<'_>,
        (from, to): (i64, i64),
    ) -> Result<(), StoreError> {
        let moved = match from {
            0 => query(
                "INSERT INTO checkpoints (consumer, source, lane, position) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (consumer, source, lane) DO UPDATE SET position = excluded.position
                 WHERE checkpoints.position = 0",
            )
            .bind(consumer)
            .bind(source)
            .bind(lane)
            .bind(to),
            _ => query(
                "UPDATE checkpoints SET position = $4
                 WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $5",
            )
            .bind(consumer)
            .bind(source)
            .bind(lane)
            .bind(to)
            .bind(from),
        };
        match moved.execute(self).await? {
            0 => Err(StoreError::CheckpointMoved),
            _ => Ok(()),
        }
    }
}

async fn position(source: impl Source, checkpoint: Checkpoint<'_>) -> Result<i64, StoreError> {
    let position = query("SELECT position FROM checkpoints WHERE consumer = $1 AND source = $2 AND lane = $3")
        .bind(checkpoint.consumer)
        .bind(checkpoint.source)
        .bind(checkpoint.lane);
    Ok(position.fetch_optional::<Position>(source).await?.map_or(0, |Position(position)| position))
}

//! How far a consumer has come in the log of another context: read and moved in the unit of work that has the effect.

use std::collections::BTreeMap;

use crate::{FromRow, Query, Relational, Row, Source, StoreError, UnitOfWork, query};

/// A consumer's place in one lane of a context's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint<'a> {
    /// Name of the consumer, unique in its context.
    pub consumer: &'a str,
    /// The context whose log it is.
    pub source: &'a str,
    pub lane: i64,
}

/// From one position of a lane to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointMove<'a> {
    pub source: &'a str,
    pub lane: i64,
    pub from: i64,
    pub to: i64,
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
        self.move_checkpoints(consumer, &[CheckpointMove { source, lane, from, to }]).await
    }

    /// Moves several of a consumer in one statement, and one more for each that is moved for the first time.
    ///
    /// # Errors
    /// `CheckpointMoved` where another process has moved one of them in the meantime: nothing of the unit may be committed.
    pub async fn move_checkpoints(&mut self, consumer: &str, moves: &[CheckpointMove<'_>]) -> Result<(), StoreError> {
        let (first, later): (Vec<_>, Vec<_>) = moves.iter().partition(|moved| moved.from == 0);
        for moved in first {
            expect(1, begin(consumer, moved).execute(self).await?)?;
        }
        match later.is_empty() {
            true => Ok(()),
            false => expect(later.len(), go_on(consumer, &later).execute(self).await?),
        }
    }
}

fn expect(moves: usize, moved: u64) -> Result<(), StoreError> {
    if moved == moves as u64 { Ok(()) } else { Err(StoreError::CheckpointMoved) }
}

fn begin(consumer: &str, CheckpointMove { source, lane, to, .. }: &CheckpointMove<'_>) -> Query {
    query(
        "INSERT INTO checkpoints (consumer, source, lane, position) VALUES ($1, $2, $3, $4)
         ON CONFLICT (consumer, source, lane) DO UPDATE SET position = excluded.position WHERE checkpoints.position = 0",
    )
    .bind(consumer)
    .bind(*source)
    .bind(*lane)
    .bind(*to)
}

fn go_on(consumer: &str, moves: &[&CheckpointMove<'_>]) -> Query {
    let mut update = query("UPDATE checkpoints SET position = moved.column4 FROM (VALUES ");
    for (number, CheckpointMove { source, lane, from, to }) in moves.iter().enumerate() {
        update = update.push(if number == 0 { "(" } else { ", (" }).push_bind(*source).push(", ").push_bind(*lane);
        update = update.push(", ").push_bind(*from).push(", ").push_bind(*to).push(")");
    }
    update
        .push(") AS moved WHERE source = moved.column1 AND lane = moved.column2 AND position = moved.column3 AND consumer = ")
        .push_bind(consumer)
}

async fn position(source: impl Source, checkpoint: Checkpoint<'_>) -> Result<i64, StoreError> {
    let position = query("SELECT position FROM checkpoints WHERE consumer = $1 AND source = $2 AND lane = $3")
        .bind(checkpoint.consumer)
        .bind(checkpoint.source)
        .bind(checkpoint.lane);
    Ok(position.fetch_optional::<Position>(source).await?.map_or(0, |Position(position)| position))
}

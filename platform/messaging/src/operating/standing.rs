//! Where the consumers of a context are, and what waits for them.

use crate::{Listening, Workers};
use hansa_event_sourcing::{DeadLetter, DeadLetterState, LettersWanted, LogError, StoredCheckpoint};
use hansa_relational::{FromRow, Row, StoreError, query};
use std::collections::{BTreeMap, BTreeSet};

/// One lane of a source, as a consumer has taken it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub consumer: &'static str,
    pub source: &'static str,
    pub lane: i64,
    /// The last position that it has handled, or passed over.
    pub position: i64,
    /// The last position of the log; `None` where the log is not here.
    pub last: Option<i64>,
    /// Its dead letters of this lane that are not skipped.
    pub letters: usize,
    /// The position before which the lane stands.
    pub halted_at: Option<i64>,
}

/// What is known of a context, to say where its consumers are.
struct Known {
    /// By consumer, source and lane.
    positions: BTreeMap<(String, String, i64), i64>,
    /// The last positions of logs, by context.
    lasts: BTreeMap<&'static str, Vec<i64>>,
    letters: Vec<DeadLetter>,
}

struct CheckpointRow(StoredCheckpoint);

impl FromRow for CheckpointRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(CheckpointRow(StoredCheckpoint {
            consumer: row.text("consumer")?,
            source: row.text("source")?,
            lane: row.int("lane")?,
            position: row.int("position")?,
        }))
    }
}

impl Workers {
    /// All checkpoints of the context, those of consumers that it has not any more, too: none may be ahead of its source's
    /// log.
    pub async fn checkpoints(&self) -> Result<Vec<StoredCheckpoint>, LogError> {
        if let Some((_, store)) = self.document_consumers.first() {
            return store.checkpoints().await;
        }
        let Some(store) = &self.store else { return Ok(Vec::new()) };
        let stored = query(
            "SELECT consumer, source, lane, position FROM checkpoints ORDER BY consumer, source, lane LIMIT 10000",
        );
        Ok(stored.fetch_all(store).await?.into_iter().map(|CheckpointRow(stored)| stored).collect())
    }

    /// Where the consumers are, lane by lane. `all` are workers whose logs are known; at most 1,000 letters are counted.
    pub async fn standings(&self, all: &[Workers]) -> Result<Vec<Standing>, LogError> {
        let mut known = Known { positions: BTreeMap::new(), lasts: BTreeMap::new(), letters: Vec::new() };
        for StoredCheckpoint { consumer, source, lane, position } in self.checkpoints().await? {
            known.positions.insert((consumer, source, lane), position);
        }
        if let Some(letters) = self.letters() {
            known.letters = letters.list(LettersWanted::default()).await?;
        }
        // Read after the checkpoints: a log only grows.
        for workers in all {
            known.lasts.insert(workers.context, workers.log.last_positions().await?);
        }
        let mut standings = Vec::new();
        for (consumer, listens) in self.listening() {
            let sources: BTreeSet<&'static str> = listens.iter().map(|listening| listening.context).collect();
            for source in sources {
                standings.extend(known.lanes(consumer, source).map(|lane| known.standing((consumer, source, lane))));
            }
        }
        Ok(standings)
    }

    /// All consumers of the context, with what they listen to.
    pub(crate) fn listening(&self) -> Vec<(&'static str, &'static [Listening])> {
        let relational = self.consumers.iter().map(|consumer| (consumer.name(), consumer.listens_to()));
        let of_documents = self.document_consumers.iter().map(|(one, _)| (one.name(), one.listens_to()));
        relational.chain(of_documents).collect()
    }
}

impl Known {
    fn lanes(&self, consumer: &str, source: &str) -> std::ops::Range<i64> {
        let of_log = self.lasts.get(source).map_or(0, |lasts| lasts.len() as i64);
        let stored = self.positions.keys().filter(|(of, from, _)| of == consumer && from == source);
        0..stored.map(|(_, _, lane)| lane + 1).max().unwrap_or(0).max(of_log)
    }

    fn standing(&self, (consumer, source, lane): (&'static str, &'static str, i64)) -> Standing {
        let position = self.positions.get(&(consumer.to_owned(), source.to_owned(), lane)).copied().unwrap_or(0);
        let last = self.lasts.get(source).map(|lasts| lasts.get(lane as usize).copied().unwrap_or(0));
        let letters: Vec<&DeadLetter> = self
            .letters
            .iter()
            .filter(|letter| letter.consumer == consumer && letter.source == source && letter.lane == lane)
            .collect();
        let halted = letters.iter().find(|letter| letter.state == DeadLetterState::Halted);
        let halted_at = halted.map(|letter| letter.position);
        Standing { consumer, source, lane, position, last, letters: letters.len(), halted_at }
    }
}

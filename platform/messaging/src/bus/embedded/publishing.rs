//! Publishing on the embedded bus: repetitions are recognised, a lane's last message must be the expected one, and what is
//! too old or too much is dropped.

use super::{Embedded, execute, reading, writing};
use crate::bus::{BusError, BusLane, Outgoing, place_of};
use chrono::TimeDelta;
use hansa_relational::{Value, sqlite::Transaction};
use std::borrow::Cow;

/// Each so many messages, old ones are dropped.
const PRUNED_EVERY: u64 = 1_000;
/// What a message counts beside its body.
const HEADER_BYTES: usize = 512;

impl Embedded {
    pub(in crate::bus) async fn publish(
        &self,
        lane: BusLane<'_>,
        last: u64,
        messages: &[Outgoing],
    ) -> Result<u64, BusError> {
        self.declare(lane.context, None).await?;
        let mut transaction = self.begin().await?;
        let next = next_sequence(&mut transaction, lane.context).await?;
        let (mut last, mut sequence) = (last, next);
        let mut lane_last = lane_last(&mut transaction, lane).await?;
        for message in messages {
            if self.is_repeated(&mut transaction, lane.context, message).await? {
                continue;
            }
            if lane_last != last {
                transaction.rollback().await.map_err(writing)?;
                return Err(BusError::OtherLast);
            }
            self.insert(&mut transaction, (lane.context, sequence), message).await?;
            (last, lane_last) = (sequence, sequence);
            sequence += 1;
        }
        let raise = "UPDATE streams SET last_sequence = $2, bytes = bytes + $3 WHERE context = $1";
        let added: usize = messages.iter().map(|message| message.body.len() + HEADER_BYTES).sum();
        let values = vec![lane.context.into(), (sequence as i64 - 1).into(), (added as i64).into()];
        execute(&mut transaction, raise, values).await?;
        if next / PRUNED_EVERY != sequence / PRUNED_EVERY {
            self.prune_old(&mut transaction, lane.context).await?;
        }
        self.prune_many(&mut transaction, lane.context).await?;
        transaction.commit().await.map_err(writing)?;
        self.changes.announce(lane.context);
        Ok(last)
    }

    /// Whether a message with the same id was published not long ago.
    async fn is_repeated(
        &self,
        transaction: &mut Transaction,
        context: &str,
        message: &Outgoing,
    ) -> Result<bool, BusError> {
        if message.message_id().is_empty() {
            return Ok(false);
        }
        let since = self.settings.clock.now() - delta(self.settings.duplicate_window);
        let repeated = "SELECT sequence FROM messages WHERE context = $1 AND message_id = $2 AND published_at >= $3
                        LIMIT 1";
        let values = vec![context.into(), message.message_id().into(), since.into()];
        let rows = transaction.read(Cow::Borrowed(repeated), values, 1).await.map_err(reading)?;
        Ok(!rows.is_empty())
    }

    async fn insert(
        &self,
        transaction: &mut Transaction,
        (context, sequence): (&str, u64),
        message: &Outgoing,
    ) -> Result<(), BusError> {
        let place = place_of(&message.headers, &message.subject);
        // A lane is told by the subject, as on a server: also that of a message whose headers are wrong.
        let lane = message.subject.rsplit('.').next().and_then(|lane| lane.parse::<i64>().ok());
        let insert = "INSERT INTO messages
                          (context, sequence, lane, position, message_id, subject, headers, body, published_at)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let headers = serde_json::to_string(&message.headers).expect("a map of texts serialises");
        let values: Vec<Value> = vec![
            context.into(),
            (sequence as i64).into(),
            lane.into(),
            place.map(|place| place.position).into(),
            message.message_id().into(),
            message.subject.as_str().into(),
            headers.into(),
            message.body.to_vec().into(),
            self.settings.clock.now().into(),
        ];
        execute(transaction, insert, values).await.map(drop)
    }

    /// Drops what is too old.
    async fn prune_old(&self, transaction: &mut Transaction, context: &str) -> Result<(), BusError> {
        let before = self.settings.clock.now() - delta(self.settings.age_max);
        let old = "DELETE FROM messages WHERE context = $1 AND published_at < $2";
        execute(transaction, old, vec![context.into(), before.into()]).await?;
        let count = "UPDATE streams SET bytes =
                         (SELECT coalesce(SUM(length(body) + $2), 0) FROM messages WHERE context = $1)
                     WHERE context = $1";
        execute(transaction, count, vec![context.into(), (HEADER_BYTES as i64).into()]).await.map(drop)
    }

    /// Drops the oldest where there is too much: from one publishing to the next, more than what was added.
    async fn prune_many(&self, transaction: &mut Transaction, context: &str) -> Result<(), BusError> {
        let bytes = "SELECT bytes FROM streams WHERE context = $1";
        let rows = transaction.read(Cow::Borrowed(bytes), vec![context.into()], 1).await.map_err(reading)?;
        let bytes = rows.first().map_or(Ok(0), |row| super::number(row, "bytes"))?;
        if bytes <= self.settings.stream_bytes_max {
            return Ok(());
        }
        let excess = (bytes - self.settings.stream_bytes_max) as i64;
        let last = "SELECT sequence, total FROM
                        (SELECT sequence, SUM(length(body) + $2) OVER (ORDER BY sequence) AS total FROM
                            (SELECT sequence, body FROM messages WHERE context = $1 ORDER BY sequence LIMIT 2000))
                    WHERE total <= $3 OR sequence = (SELECT MIN(sequence) FROM messages WHERE context = $1)
                    ORDER BY sequence DESC LIMIT 1";
        let values = vec![context.into(), (HEADER_BYTES as i64).into(), excess.into()];
        let rows = transaction.read(Cow::Borrowed(last), values, 1).await.map_err(reading)?;
        let Some(row) = rows.first() else { return Ok(()) };
        let (sequence, total) = (row.int("sequence").map_err(reading)?, row.int("total").map_err(reading)?);
        let drop_them = "DELETE FROM messages WHERE context = $1 AND sequence <= $2";
        execute(transaction, drop_them, vec![context.into(), sequence.into()]).await?;
        let fewer = "UPDATE streams SET bytes = max(0, bytes - $2) WHERE context = $1";
        execute(transaction, fewer, vec![context.into(), total.into()]).await.map(drop)
    }
}

async fn next_sequence(transaction: &mut Transaction, context: &str) -> Result<u64, BusError> {
    let last = "SELECT last_sequence FROM streams WHERE context = $1";
    let rows = transaction.read(Cow::Borrowed(last), vec![context.into()], 1).await.map_err(reading)?;
    let row = rows.first().ok_or_else(|| reading(hansa_relational::StoreError::NoRow))?;
    Ok(super::number(row, "last_sequence")? + 1)
}

async fn lane_last(transaction: &mut Transaction, lane: BusLane<'_>) -> Result<u64, BusError> {
    let last = "SELECT sequence FROM messages WHERE context = $1 AND lane = $2 ORDER BY sequence DESC LIMIT 1";
    let values = vec![lane.context.into(), lane.lane.into()];
    let rows = transaction.read(Cow::Borrowed(last), values, 1).await.map_err(reading)?;
    rows.first().map_or(Ok(0), |row| super::number(row, "sequence"))
}

fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

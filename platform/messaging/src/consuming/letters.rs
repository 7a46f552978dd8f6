//! Dead letters in the store of the consumer: messages that could not be handled, and those of the same stream that wait
//! behind them. Resolved ones are deleted with the commit that has their effect; skipped ones stay, with their reason.

use super::{Arrived, effects::Stream};
use crate::bus::BusMessage;
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{DeadLetter, DeadLetterState, LetterKey, LettersWanted};
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};
use std::collections::HashSet;

/// More bytes of a body that is no event are not kept.
const BODY_BYTES_MAX: usize = 1024 * 1024;
const REASON_CHARACTERS_MAX: usize = 2_000;
/// So many are listed at most.
const LISTED_MAX: i64 = 1_000;

const COLUMNS: &str = "consumer, source, lane, position, stream_id, event_type, headers, body, state, reason, \
                                  attempts, first_at, last_at, next_at, skip_reason";

struct Count(i64);
struct StreamRow(Stream);

/// A letter as its row has it.
pub(crate) struct LetterRow(pub(crate) DeadLetter);

impl FromRow for LetterRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let state = row.text("state")?;
        let unknown = |_| StoreError::BadRow { column: "state".to_owned(), reason: format!("no state: `{state}`") };
        let no_headers =
            |error: serde_json::Error| StoreError::BadRow { column: "headers".to_owned(), reason: error.to_string() };
        Ok(LetterRow(DeadLetter {
            consumer: row.text("consumer")?,
            source: row.text("source")?,
            lane: row.int("lane")?,
            position: row.int("position")?,
            stream_id: row.text("stream_id")?,
            event_type: row.text("event_type")?,
            headers: serde_json::from_value(row.json("headers")?).map_err(no_headers)?,
            body: row.bytes("body")?,
            state: state.parse().map_err(unknown)?,
            reason: row.text("reason")?,
            attempts: row.int("attempts")?,
            first_at: row.time("first_at")?,
            last_at: row.time("last_at")?,
            next_at: row.optional_time("next_at")?,
            skip_reason: row.optional_text("skip_reason")?,
        }))
    }
}

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("number").map(Count)
    }
}

impl FromRow for StreamRow {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(StreamRow((row.text("source")?, row.text("stream_id")?)))
    }
}

/// A letter about a message, at its first failure.
pub(super) fn about(consumer: &str, arrived: &Arrived, (state, reason): (DeadLetterState, String)) -> DeadLetter {
    let Arrived { source, place, message } = arrived;
    let text = |text: &str| text.replace('\0', "\u{fffd}");
    let now = hansa_event_sourcing::Clock::system().now();
    DeadLetter {
        consumer: consumer.to_owned(),
        source: (*source).to_owned(),
        lane: place.lane,
        position: place.position,
        stream_id: text(message.header("Ev-Stream").unwrap_or_default()),
        event_type: text(&message.event_type()),
        headers: message.headers.iter().map(|(name, value)| (text(name), text(value))).collect(),
        body: message.body[..message.body.len().min(BODY_BYTES_MAX)].to_vec(),
        state,
        reason: text(&reason).chars().take(REASON_CHARACTERS_MAX).collect(),
        attempts: i64::from(state != DeadLetterState::Waiting),
        first_at: now,
        last_at: now,
        next_at: (state == DeadLetterState::Waiting).then_some(now),
        skip_reason: None,
    }
}

/// The message as it came.
pub(super) fn message_of(letter: &DeadLetter) -> BusMessage {
    let DeadLetter { source, lane, event_type, headers, body, .. } = letter;
    let subject = match event_type.is_empty() {
        false => format!("evt.{source}.{event_type}.{lane:02}"),
        true => format!("evt.{source}.{lane:02}"),
    };
    BusMessage { sequence: 0, subject, headers: headers.clone(), body: body.clone().into() }
}

/// Adds it; one that is there already stays as it is.
pub(super) async fn insert(unit: &mut UnitOfWork, letter: &DeadLetter) -> Result<(), StoreError> {
    let headers = letter.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    let headers: serde_json::Map<String, serde_json::Value> = headers.collect();
    let insert = query("INSERT INTO dead_letters (")
        .push(COLUMNS)
        .push(
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             ON CONFLICT (consumer, source, lane, position) DO NOTHING",
        )
        .bind(&letter.consumer)
        .bind(&letter.source)
        .bind(letter.lane)
        .bind(letter.position)
        .bind(&letter.stream_id)
        .bind(&letter.event_type)
        .bind(serde_json::Value::from(headers))
        .bind(letter.body.clone())
        .bind(letter.state.as_str())
        .bind(&letter.reason)
        .bind(letter.attempts)
        .bind(letter.first_at)
        .bind(letter.last_at)
        .bind(letter.next_at)
        .bind(letter.skip_reason.clone());
    insert.execute(unit).await.map(drop)
}

/// Writes what a further attempt, or an operator, has changed; false where the letter is gone, or where its next attempt is
/// not at `was_due_at` any more.
pub(crate) async fn update(
    unit: &mut UnitOfWork,
    letter: &DeadLetter,
    was_due_at: Option<DateTime<Utc>>,
) -> Result<bool, StoreError> {
    let update = query(
        "UPDATE dead_letters SET state = $5, reason = $6, attempts = $7, last_at = $8, next_at = $9, skip_reason = $10
         WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4",
    );
    let update = update
        .bind(&letter.consumer)
        .bind(&letter.source)
        .bind(letter.lane)
        .bind(letter.position)
        .bind(letter.state.as_str())
        .bind(&letter.reason)
        .bind(letter.attempts)
        .bind(letter.last_at)
        .bind(letter.next_at)
        .bind(letter.skip_reason.clone());
    let update = match was_due_at {
        Some(at) => update.push(" AND next_at = ").push_bind(at),
        None => update.push(" AND next_at IS NULL"),
    };
    Ok(update.execute(unit).await? > 0)
}

/// Letters by consumer and place; at most 1,000.
pub(crate) async fn listed(store: &Relational, wanted: LettersWanted<'_>) -> Result<Vec<DeadLetter>, StoreError> {
    let mut letters = query("SELECT ").push(COLUMNS).push(" FROM dead_letters WHERE TRUE");
    if let Some(consumer) = wanted.consumer {
        letters = letters.push(" AND consumer = ").push_bind(consumer);
    }
    if let Some(stream_id) = wanted.stream_id {
        letters = letters.push(" AND stream_id = ").push_bind(stream_id);
    }
    if !wanted.with_skipped {
        letters = letters.push(" AND state <> 'skipped'");
    }
    let letters = letters.push(" ORDER BY consumer, source, lane, position LIMIT ").push_bind(LISTED_MAX);
    unwrapped(letters.fetch_all(store).await)
}

fn unwrapped(letters: Result<Vec<LetterRow>, StoreError>) -> Result<Vec<DeadLetter>, StoreError> {
    Ok(letters?.into_iter().map(|LetterRow(letter)| letter).collect())
}

/// The letter with this key.
pub(crate) async fn find(store: &Relational, key: LetterKey<'_>) -> Result<Option<DeadLetter>, StoreError> {
    let find = query("SELECT ")
        .push(COLUMNS)
        .push(" FROM dead_letters WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4");
    let find = find.bind(key.consumer).bind(key.source).bind(key.lane).bind(key.position);
    Ok(find.fetch_optional(store).await?.map(|LetterRow(letter)| letter))
}

/// Removes a letter that is resolved; gives whether it was there.
pub(crate) async fn delete(unit: &mut UnitOfWork, key: LetterKey<'_>) -> Result<bool, StoreError> {
    let delete = query("DELETE FROM dead_letters WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4")
        .bind(key.consumer)
        .bind(key.source)
        .bind(key.lane)
        .bind(key.position);
    Ok(delete.execute(unit).await? > 0)
}

/// How many letters hold up the later events of their streams.
pub(crate) async fn unresolved(store: &Relational, consumer: &str) -> Result<i64, StoreError> {
    let count = query(
        "SELECT COUNT(*) AS number FROM dead_letters WHERE consumer = $1 AND state IN ('retrying', 'waiting', 'parked')",
    );
    Ok(count.bind(consumer).fetch_one::<Count>(store).await?.0)
}

/// Which of these streams have letters that hold up later events.
pub(crate) async fn blocked(
    store: &Relational,
    consumer: &str,
    streams: &HashSet<&str>,
) -> Result<HashSet<Stream>, StoreError> {
    let blocked = query(
        "SELECT DISTINCT source, stream_id FROM dead_letters
         WHERE consumer = $1 AND state IN ('retrying', 'waiting', 'parked') AND ",
    );
    let blocked = blocked.bind(consumer).push_in("stream_id", streams.iter().copied());
    Ok(blocked.fetch_all::<StreamRow>(store).await?.into_iter().map(|StreamRow(stream)| stream).collect())
}

/// Letters that are to be tried now: each is the first unresolved one of its stream.
pub(crate) async fn due(
    store: &Relational,
    consumer: &str,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<DeadLetter>, StoreError> {
    let due = query("SELECT ").push(COLUMNS).push(
        " FROM dead_letters AS letter
          WHERE consumer = $1 AND state IN ('retrying', 'waiting', 'halted') AND next_at <= $2 AND NOT EXISTS (
              SELECT 1 FROM dead_letters AS earlier
              WHERE earlier.consumer = letter.consumer AND earlier.source = letter.source
                  AND earlier.stream_id = letter.stream_id AND earlier.position < letter.position
                  AND earlier.state IN ('retrying', 'waiting', 'parked'))
          ORDER BY source, lane, position LIMIT $3",
    );
    unwrapped(due.bind(consumer).bind(now).bind(limit).fetch_all(store).await)
}

/// Letters for which their lanes stand.
pub(crate) async fn halted(store: &Relational, consumer: &str) -> Result<Vec<DeadLetter>, StoreError> {
    let halted = query("SELECT ")
        .push(COLUMNS)
        .push(" FROM dead_letters WHERE consumer = $1 AND state = 'halted' ORDER BY source, lane LIMIT 1000");
    unwrapped(halted.bind(consumer).fetch_all(store).await)
}

//! Dead letters in the store of the consumer: messages that could not be handled, and those of the same stream that wait
//! behind them. Resolved ones are deleted with the commit that has their effect; skipped ones stay, with their reason.

use super::Arrived;
use crate::bus::{BusMessage, Place};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, StoreError, UnitOfWork, query};
use std::{collections::HashSet, fmt, str::FromStr};

/// More bytes of a body that is no event are not kept.
const BODY_BYTES_MAX: usize = 1024 * 1024;
const REASON_CHARACTERS_MAX: usize = 2_000;

/// What happens to a dead letter next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is tried again at `next_at`.
    Retrying,
    /// An earlier event of its stream is not resolved.
    Waiting,
    /// It waits for an operator.
    Parked,
    /// Its lane stands: it is tried again at `next_at`, or waits for an operator.
    Halted,
    /// An operator decided that it is not handled.
    Skipped,
}

/// One dead letter.
#[derive(Clone, PartialEq)]
pub struct Letter {
    pub consumer: String,
    pub source: String,
    pub lane: i64,
    pub position: i64,
    /// Empty where the message does not say it.
    pub stream_id: String,
    pub event_type: String,
    pub headers: serde_json::Value,
    pub body: Vec<u8>,
    pub state: State,
    pub reason: String,
    pub attempts: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
    pub skip_reason: Option<String>,
}

pub(crate) const COLUMNS: &str = "consumer, source, lane, position, stream_id, event_type, headers, body, state, reason, \
                                  attempts, first_at, last_at, next_at, skip_reason";

/// A letter's key with the consumer's name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LetterKey<'a> {
    pub(crate) consumer: &'a str,
    pub(crate) source: &'a str,
    pub(crate) place: Place,
}

struct Count(i64);
struct Stream((String, String));

impl FromRow for Letter {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let state = row.text("state")?;
        let unknown = |_| StoreError::BadRow { column: "state".to_owned(), reason: format!("no state: `{state}`") };
        Ok(Letter {
            consumer: row.text("consumer")?,
            source: row.text("source")?,
            lane: row.int("lane")?,
            position: row.int("position")?,
            stream_id: row.text("stream_id")?,
            event_type: row.text("event_type")?,
            headers: row.json("headers")?,
            body: row.bytes("body")?,
            state: state.parse().map_err(unknown)?,
            reason: row.text("reason")?,
            attempts: row.int("attempts")?,
            first_at: row.time("first_at")?,
            last_at: row.time("last_at")?,
            next_at: row.optional_time("next_at")?,
            skip_reason: row.optional_text("skip_reason")?,
        })
    }
}

// The body is long, and may be no text.
impl fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Letter { consumer, source, lane, position, stream_id, state, reason, attempts, .. } = self;
        let place = format!("{source}:{lane}:{position}");
        write!(formatter, "Letter({consumer} {place} {stream_id} {state} after {attempts}: {reason})")
    }
}

impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("number").map(Count)
    }
}

impl FromRow for Stream {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Stream((row.text("source")?, row.text("stream_id")?)))
    }
}

impl Letter {
    /// A letter about a message, at its first failure.
    pub(crate) fn about(consumer: &str, arrived: &Arrived, (state, reason): (State, String)) -> Letter {
        let Arrived { source, place, message } = arrived;
        let text = |text: &str| text.replace('\0', "\u{fffd}");
        let headers: serde_json::Map<String, serde_json::Value> =
            message.headers.iter().map(|(name, value)| (text(name), text(value).into())).collect();
        let now = hansa_event_sourcing::Clock::system().now();
        Letter {
            consumer: consumer.to_owned(),
            source: (*source).to_owned(),
            lane: place.lane,
            position: place.position,
            stream_id: text(message.header("Ev-Stream").unwrap_or_default()),
            event_type: text(&message.event_type()),
            headers: headers.into(),
            body: message.body[..message.body.len().min(BODY_BYTES_MAX)].to_vec(),
            state,
            reason: text(&reason).chars().take(REASON_CHARACTERS_MAX).collect(),
            attempts: i64::from(state != State::Waiting),
            first_at: now,
            last_at: now,
            next_at: (state == State::Waiting).then_some(now),
            skip_reason: None,
        }
    }

    pub(crate) fn key(&self) -> LetterKey<'_> {
        let place = Place { lane: self.lane, position: self.position };
        LetterKey { consumer: &self.consumer, source: &self.source, place }
    }

    /// The message as it came.
    pub(crate) fn message(&self) -> BusMessage {
        let headers = self.headers.as_object().into_iter().flatten();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        let headers: crate::bus::Headers = headers.collect();
        let subject = match self.event_type.split_once('.') {
            Some((aggregate, event_type)) => {
                format!("evt.{}.{aggregate}.{event_type}.{:02}", self.source, self.lane)
            }
            None => format!("evt.{}.{:02}", self.source, self.lane),
        };
        BusMessage { sequence: 0, subject, headers, body: self.body.clone().into() }
    }

    /// Adds it; one that is there already stays as it is.
    pub(crate) async fn insert(&self, unit: &mut UnitOfWork) -> Result<(), StoreError> {
        let insert = query("INSERT INTO dead_letters (")
            .push(COLUMNS)
            .push(
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                 ON CONFLICT (consumer, source, lane, position) DO NOTHING",
            )
            .bind(&self.consumer)
            .bind(&self.source)
            .bind(self.lane)
            .bind(self.position)
            .bind(&self.stream_id)
            .bind(&self.event_type)
            .bind(self.headers.clone())
            .bind(self.body.clone())
            .bind(self.state.as_str())
            .bind(&self.reason)
            .bind(self.attempts)
            .bind(self.first_at)
            .bind(self.last_at)
            .bind(self.next_at)
            .bind(self.skip_reason.clone());
        insert.execute(unit).await.map(drop)
    }

    /// Writes what a further attempt has changed.
    pub(crate) async fn update(&self, unit: &mut UnitOfWork) -> Result<(), StoreError> {
        let update = query(
            "UPDATE dead_letters SET state = $5, reason = $6, attempts = $7, last_at = $8, next_at = $9, skip_reason = $10
             WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4",
        );
        let update = update
            .bind(&self.consumer)
            .bind(&self.source)
            .bind(self.lane)
            .bind(self.position)
            .bind(self.state.as_str())
            .bind(&self.reason)
            .bind(self.attempts)
            .bind(self.last_at)
            .bind(self.next_at)
            .bind(self.skip_reason.clone());
        update.execute(unit).await.map(drop)
    }
}

/// The letter with this key.
pub(crate) async fn find(store: &Relational, key: LetterKey<'_>) -> Result<Option<Letter>, StoreError> {
    let find = query("SELECT ")
        .push(COLUMNS)
        .push(" FROM dead_letters WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4");
    find.bind(key.consumer).bind(key.source).bind(key.place.lane).bind(key.place.position).fetch_optional(store).await
}

/// Removes a letter that is resolved; gives whether it was there.
pub(crate) async fn delete(unit: &mut UnitOfWork, key: LetterKey<'_>) -> Result<bool, StoreError> {
    let delete = query("DELETE FROM dead_letters WHERE consumer = $1 AND source = $2 AND lane = $3 AND position = $4")
        .bind(key.consumer)
        .bind(key.source)
        .bind(key.place.lane)
        .bind(key.place.position);
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
    unit: &mut UnitOfWork,
    consumer: &str,
    streams: &HashSet<&str>,
) -> Result<HashSet<(String, String)>, StoreError> {
    let blocked = query(
        "SELECT DISTINCT source, stream_id FROM dead_letters
         WHERE consumer = $1 AND state IN ('retrying', 'waiting', 'parked') AND ",
    );
    let blocked = blocked.bind(consumer).push_in("stream_id", streams.iter().copied());
    Ok(blocked.fetch_all::<Stream>(unit).await?.into_iter().map(|Stream(stream)| stream).collect())
}

/// Letters that are to be tried now: each is the first unresolved one of its stream.
pub(crate) async fn due(
    store: &Relational,
    consumer: &str,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Letter>, StoreError> {
    let due = query("SELECT ").push(COLUMNS).push(
        " FROM dead_letters AS letter
          WHERE consumer = $1 AND state IN ('retrying', 'waiting', 'halted') AND next_at <= $2 AND NOT EXISTS (
              SELECT 1 FROM dead_letters AS earlier
              WHERE earlier.consumer = letter.consumer AND earlier.source = letter.source
                  AND earlier.stream_id = letter.stream_id AND earlier.position < letter.position
                  AND earlier.state IN ('retrying', 'waiting', 'parked'))
          ORDER BY source, lane, position LIMIT $3",
    );
    due.bind(consumer).bind(now).bind(limit).fetch_all(store).await
}

/// Letters for which their lanes stand.
pub(crate) async fn halted(store: &Relational, consumer: &str) -> Result<Vec<Letter>, StoreError> {
    let halted = query("SELECT ")
        .push(COLUMNS)
        .push(" FROM dead_letters WHERE consumer = $1 AND state = 'halted' ORDER BY source, lane LIMIT 1000");
    halted.bind(consumer).fetch_all(store).await
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Retrying => "retrying",
            State::Waiting => "waiting",
            State::Parked => "parked",
            State::Halted => "halted",
            State::Skipped => "skipped",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<State, ()> {
        let all = [State::Retrying, State::Waiting, State::Parked, State::Halted, State::Skipped];
        all.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

//! What an operator sees of a context's workers in its store, and does about it.

use crate::consuming::{COLUMNS, Letter, LetterKey, State, find_letter};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Clock, Command};
use hansa_relational::{FromRow, Relational, Row, StoreError, query};

/// So many rows at most are listed.
const LISTED_MAX: i64 = 1_000;

/// Which dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterId {
    pub consumer: String,
    pub source: String,
    pub lane: i64,
    pub position: i64,
}

/// A job as it is in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredJob {
    pub queue: String,
    pub key: String,
    pub content: serde_json::Value,
    pub due_at: DateTime<Utc>,
    pub attempts: i64,
    pub claimed_by: Option<String>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

/// Why an operator's wish was refused.
#[derive(Debug, thiserror::Error)]
pub enum OperatingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such dead letter; `list` shows those that are there")]
    NoSuchLetter,
    #[error("there is no unresolved dead letter of the stream `{stream_id}`")]
    NoSuchStream { stream_id: String },
    #[error("it was skipped already, because: {reason}")]
    Skipped { reason: String },
    #[error("say why it is skipped: the reason is kept with it")]
    NoReason,
}

#[cfg(any(test, feature = "testing"))]
struct Count(i64);

#[cfg(any(test, feature = "testing"))]
impl FromRow for Count {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.int("number").map(Count)
    }
}

impl FromRow for StoredJob {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(StoredJob {
            queue: row.text("queue")?,
            key: row.text("job_key")?,
            content: row.json("content")?,
            due_at: row.time("due_at")?,
            attempts: row.int("attempts")?,
            claimed_by: row.optional_text("claimed_by")?,
            claimed_until: row.optional_time("claimed_until")?,
            last_error: row.optional_text("last_error")?,
        })
    }
}

/// The dead letters of a context, those of one consumer or of all; skipped ones too where they are wanted.
pub async fn dead_letters(
    store: &Relational,
    consumer: Option<&str>,
    with_skipped: bool,
) -> Result<Vec<Letter>, StoreError> {
    let letters = query("SELECT ").push(COLUMNS).push(" FROM dead_letters WHERE ");
    let letters = match consumer {
        Some(consumer) => letters.push("consumer = ").push_bind(consumer),
        None => letters.push("TRUE"),
    };
    let letters = if with_skipped { letters } else { letters.push(" AND state <> 'skipped'") };
    letters.push(" ORDER BY consumer, source, lane, position LIMIT ").push_bind(LISTED_MAX).fetch_all(store).await
}

/// One dead letter.
pub async fn dead_letter(store: &Relational, id: &LetterId) -> Result<Letter, OperatingError> {
    find_letter(store, id.key()).await?.ok_or(OperatingError::NoSuchLetter)
}

/// Lets its consumer try a letter again, at once and with all its attempts. A skipped one, too.
pub async fn retry(store: &Relational, command: &Command, id: &LetterId) -> Result<Letter, OperatingError> {
    let letter = dead_letter(store, id).await?;
    let mut unit = store.begin_unit(command).await?;
    let letter = retried(letter);
    letter.update(&mut unit).await?;
    unit.commit(&()).await?;
    Ok(letter)
}

/// Lets a consumer try the letters of a stream again, in their order.
pub async fn retry_stream(
    store: &Relational,
    command: &Command,
    (consumer, stream_id): (&str, &str),
) -> Result<Vec<Letter>, OperatingError> {
    let letters = query("SELECT ").push(COLUMNS).push(
        " FROM dead_letters WHERE consumer = $1 AND stream_id = $2 AND state <> 'skipped'
          ORDER BY source, lane, position LIMIT 1000",
    );
    let letters = letters.bind(consumer).bind(stream_id).fetch_all::<Letter>(store).await?;
    if letters.is_empty() {
        return Err(OperatingError::NoSuchStream { stream_id: stream_id.to_owned() });
    }
    let mut unit = store.begin_unit(command).await?;
    let letters: Vec<Letter> = letters.into_iter().map(retried).collect();
    for letter in &letters {
        letter.update(&mut unit).await?;
    }
    unit.commit(&()).await?;
    Ok(letters)
}

/// Decides that a letter is not handled. It stays, with the reason; what waits behind it goes on.
pub async fn skip(
    store: &Relational,
    command: &Command,
    (id, reason): (&LetterId, &str),
) -> Result<Letter, OperatingError> {
    if reason.trim().is_empty() {
        return Err(OperatingError::NoReason);
    }
    let letter = dead_letter(store, id).await?;
    if let (State::Skipped, Some(reason)) = (letter.state, letter.skip_reason) {
        return Err(OperatingError::Skipped { reason });
    }
    let letter = dead_letter(store, id).await?;
    let last_at = Clock::system().now();
    let skip_reason = Some(reason.trim().to_owned());
    let letter = Letter { state: State::Skipped, last_at, next_at: None, skip_reason, ..letter };
    let mut unit = store.begin_unit(command).await?;
    letter.update(&mut unit).await?;
    unit.commit(&()).await?;
    Ok(letter)
}

/// The jobs of a context, those of one queue or of all, the next ones first.
pub async fn jobs(store: &Relational, queue: Option<&str>) -> Result<Vec<StoredJob>, StoreError> {
    let jobs = query(
        "SELECT queue, job_key, content, due_at, attempts, claimed_by, claimed_until, last_error FROM jobs WHERE ",
    );
    let jobs = match queue {
        Some(queue) => jobs.push("queue = ").push_bind(queue),
        None => jobs.push("TRUE"),
    };
    jobs.push(" ORDER BY due_at, queue, job_key LIMIT ").push_bind(LISTED_MAX).fetch_all(store).await
}

/// How many jobs are due, and how many dead letters will be tried again by themselves.
#[cfg(any(test, feature = "testing"))]
pub(crate) async fn pending(store: &Relational, now: DateTime<Utc>) -> Result<i64, StoreError> {
    let jobs = query("SELECT COUNT(*) AS number FROM jobs WHERE due_at <= $1").bind(now);
    let letters = query(
        "SELECT COUNT(*) AS number FROM dead_letters AS letter
         WHERE next_at IS NOT NULL AND state IN ('retrying', 'waiting', 'halted') AND NOT EXISTS (
             SELECT 1 FROM dead_letters AS earlier
             WHERE earlier.consumer = letter.consumer AND earlier.source = letter.source
                 AND earlier.stream_id = letter.stream_id AND earlier.position < letter.position
                 AND earlier.state = 'parked')",
    );
    let Count(jobs) = jobs.fetch_one::<Count>(store).await?;
    let Count(letters) = letters.fetch_one::<Count>(store).await?;
    Ok(jobs + letters)
}

fn retried(letter: Letter) -> Letter {
    let state = match letter.state {
        State::Halted => State::Halted,
        State::Waiting => State::Waiting,
        State::Retrying | State::Parked | State::Skipped => State::Retrying,
    };
    Letter { state, attempts: 0, next_at: Some(Clock::system().now()), skip_reason: None, ..letter }
}

impl LetterId {
    fn key(&self) -> LetterKey<'_> {
        let place = crate::bus::Place { lane: self.lane, position: self.position };
        LetterKey { consumer: &self.consumer, source: &self.source, place }
    }
}

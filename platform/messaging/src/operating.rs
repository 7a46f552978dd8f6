//! What an operator sees of a context's workers in its store, and does about it.

mod standing;

pub use standing::Standing;

use crate::{
    Workers,
    consuming::{find_letter, listed, update_letter},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::{
    Clock, Command, DeadLetter, DeadLetterState, LetterKey, LettersWanted, LogError, SharedCheckpointStore,
};
use hansa_relational::{FromRow, Relational, Row, StoreError, query};
use std::fmt;

/// So many rows at most are listed.
const LISTED_MAX: i64 = 1_000;

/// A letter that its consumer changes just then is looked at again so often.
const ATTEMPTS_MAX: usize = 10;

/// Which dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterId {
    pub consumer: String,
    pub source: String,
    pub lane: i64,
    pub position: i64,
}

/// Where a context keeps its dead letters.
#[derive(Clone)]
pub enum Letters {
    Relational(Relational),
    Documents(SharedCheckpointStore),
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
    #[error("read or write the store of documents")]
    Documents(#[source] LogError),
    #[error("there is no such dead letter; `list` shows those that are there")]
    NoSuchLetter,
    #[error("there is no unresolved dead letter of the stream `{stream_id}`")]
    NoSuchStream { stream_id: String },
    #[error("it was skipped already, because: {reason}")]
    Skipped { reason: String },
    #[error("its consumer is trying it just now; do it again")]
    BeingTried,
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

impl Workers {
    /// The dead letters of the context's consumers; none where a context of documents has no consumers.
    pub fn letters(&self) -> Option<Letters> {
        let documents = || self.document_consumers.first().map(|(_, store)| Letters::Documents(store.clone()));
        self.relational().map(Letters::from).or_else(documents)
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

impl Letters {
    /// Those of one consumer or of all; skipped ones too where they are wanted. At most 1,000.
    pub async fn list(&self, wanted: LettersWanted<'_>) -> Result<Vec<DeadLetter>, OperatingError> {
        Ok(match self {
            Letters::Relational(store) => listed(store, wanted).await?,
            Letters::Documents(store) => store.letters(wanted).await.map_err(OperatingError::Documents)?,
        })
    }

    async fn find(&self, key: LetterKey<'_>) -> Result<Option<DeadLetter>, OperatingError> {
        Ok(match self {
            Letters::Relational(store) => find_letter(store, key).await?,
            Letters::Documents(store) => store.letter(key).await.map_err(OperatingError::Documents)?,
        })
    }

    /// Decides about letters; those that the consumer has changed in the meantime are left out. Gives those that were
    /// changed: of documents each is by itself.
    async fn change(
        &self,
        command: &Command,
        letters: Vec<DeadLetter>,
        decide: impl Fn(DeadLetter) -> DeadLetter,
    ) -> Result<Vec<DeadLetter>, OperatingError> {
        let decided = letters.into_iter().map(|letter| (letter.next_at, decide(letter)));
        let mut changed = Vec::new();
        match self {
            Letters::Relational(store) => {
                let mut unit = store.begin_unit(command).await?;
                for (was_due_at, letter) in decided {
                    if update_letter(&mut unit, &letter, was_due_at).await? {
                        changed.push(letter);
                    }
                }
                unit.commit(&()).await?;
            }
            Letters::Documents(store) => {
                for (was_due_at, letter) in decided {
                    let is_changed = store.change_letter(letter.clone(), was_due_at).await;
                    if is_changed.map_err(OperatingError::Documents)? {
                        changed.push(letter);
                    }
                }
            }
        }
        Ok(changed)
    }

    /// Decides about one, again and again where its consumer is trying it just now.
    async fn change_one(
        &self,
        command: &Command,
        id: &LetterId,
        decide: impl Fn(DeadLetter) -> Result<DeadLetter, OperatingError>,
    ) -> Result<DeadLetter, OperatingError> {
        for _ in 0..ATTEMPTS_MAX {
            let letter = dead_letter(self, id).await?;
            let decided = decide(letter.clone())?;
            let changed = self.change(command, vec![letter], |_| decided.clone()).await?;
            if let Some(letter) = changed.into_iter().next() {
                return Ok(letter);
            }
        }
        Err(OperatingError::BeingTried)
    }
}

/// The dead letters of a context, those of one consumer or of all; skipped ones too where they are wanted.
pub async fn dead_letters(
    store: impl Into<Letters>,
    consumer: Option<&str>,
    with_skipped: bool,
) -> Result<Vec<DeadLetter>, OperatingError> {
    store.into().list(LettersWanted { consumer, with_skipped, ..LettersWanted::default() }).await
}

/// One dead letter.
pub async fn dead_letter(store: impl Into<Letters>, id: &LetterId) -> Result<DeadLetter, OperatingError> {
    store.into().find(id.key()).await?.ok_or(OperatingError::NoSuchLetter)
}

/// Lets its consumer try a letter again, at once and with all its attempts. A skipped one, too.
pub async fn retry(store: impl Into<Letters>, command: &Command, id: &LetterId) -> Result<DeadLetter, OperatingError> {
    store.into().change_one(command, id, |letter| Ok(retried(letter))).await
}

/// Lets a consumer try the letters of a stream again, in their order.
pub async fn retry_stream(
    store: impl Into<Letters>,
    command: &Command,
    (consumer, stream_id): (&str, &str),
) -> Result<Vec<DeadLetter>, OperatingError> {
    let store = store.into();
    let wanted = LettersWanted { consumer: Some(consumer), stream_id: Some(stream_id), with_skipped: false };
    let letters = store.list(wanted).await?;
    if letters.is_empty() {
        return Err(OperatingError::NoSuchStream { stream_id: stream_id.to_owned() });
    }
    store.change(command, letters, retried).await
}

/// Decides that a letter is not handled. It stays, with the reason; what waits behind it goes on.
pub async fn skip(
    store: impl Into<Letters>,
    command: &Command,
    (id, reason): (&LetterId, &str),
) -> Result<DeadLetter, OperatingError> {
    if reason.trim().is_empty() {
        return Err(OperatingError::NoReason);
    }
    let skipped = |letter: DeadLetter| {
        if let (DeadLetterState::Skipped, Some(reason)) = (letter.state, letter.skip_reason.clone()) {
            return Err(OperatingError::Skipped { reason });
        }
        let last_at = Clock::system().now();
        let skip_reason = Some(reason.trim().to_owned());
        Ok(DeadLetter { state: DeadLetterState::Skipped, last_at, next_at: None, skip_reason, ..letter })
    };
    store.into().change_one(command, id, skipped).await
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

fn retried(letter: DeadLetter) -> DeadLetter {
    let state = match letter.state {
        DeadLetterState::Halted => DeadLetterState::Halted,
        DeadLetterState::Waiting => DeadLetterState::Waiting,
        DeadLetterState::Retrying | DeadLetterState::Parked | DeadLetterState::Skipped => DeadLetterState::Retrying,
    };
    DeadLetter { state, attempts: 0, next_at: Some(Clock::system().now()), skip_reason: None, ..letter }
}

impl LetterId {
    fn key(&self) -> LetterKey<'_> {
        let LetterId { consumer, source, lane, position } = self;
        LetterKey { consumer, source, lane: *lane, position: *position }
    }
}

impl From<&Relational> for Letters {
    fn from(store: &Relational) -> Letters {
        Letters::Relational(store.clone())
    }
}

impl From<&Letters> for Letters {
    fn from(letters: &Letters) -> Letters {
        letters.clone()
    }
}

impl fmt::Debug for Letters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Letters::Relational(_) => "Letters::Relational",
            Letters::Documents(_) => "Letters::Documents",
        })
    }
}

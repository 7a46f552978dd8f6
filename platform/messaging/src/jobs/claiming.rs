//! Jobs in the store: claimed for a while, given back with a new time.

use super::{Job, JobClaim};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::{Clock, Command};
use hansa_relational::{FromRow, Relational, Row, StoreError, query};
use std::time::Duration;

const ERROR_CHARACTERS_MAX: usize = 1_000;

const CLAIM_ON_SQLITE: &str = "
    UPDATE jobs SET claimed_by = $1, claimed_until = $2, token = token + 1, attempts = attempts + 1
    WHERE queue = $3 AND job_key IN (
        SELECT job_key FROM jobs
        WHERE queue = $3 AND due_at <= $4 AND (claimed_until IS NULL OR claimed_until <= $5)
        ORDER BY due_at LIMIT $6)
    RETURNING job_key, content, due_at, traceparent, attempts, token";

/// Processes that claim at the same time get different jobs, without waiting for each other.
const CLAIM_ON_POSTGRES: &str = "
    UPDATE jobs SET claimed_by = $1, claimed_until = $2, token = token + 1, attempts = attempts + 1
    WHERE queue = $3 AND job_key IN (
        SELECT job_key FROM jobs
        WHERE queue = $3 AND due_at <= $4 AND (claimed_until IS NULL OR claimed_until <= $5)
        ORDER BY due_at LIMIT $6 FOR UPDATE SKIP LOCKED)
    RETURNING job_key, content, due_at, traceparent, attempts, token";

struct Claimed {
    key: String,
    content: serde_json::Value,
    due_at: DateTime<Utc>,
    traceparent: Option<String>,
    attempts: i64,
    token: i64,
}

struct Due(Option<DateTime<Utc>>);

/// Who claims, what, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claiming<'a> {
    pub(crate) queue: &'static str,
    pub(crate) holder: &'a str,
    pub(crate) lease: Duration,
    pub(crate) limit: usize,
}

impl FromRow for Claimed {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Claimed {
            key: row.text("job_key")?,
            content: row.json("content")?,
            due_at: row.time("due_at")?,
            traceparent: row.optional_text("traceparent")?,
            attempts: row.int("attempts")?,
            token: row.int("token")?,
        })
    }
}

impl FromRow for Due {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.optional_time("due_at").map(Due)
    }
}

/// Claims jobs that are due by the command's time; another process may have been faster. How long a claim lasts is told by
/// the machine's clock.
pub(crate) async fn claim(
    store: &Relational,
    command: &Command,
    claiming: Claiming<'_>,
) -> Result<Vec<JobClaim>, StoreError> {
    let now = Clock::system().now();
    let until = now + TimeDelta::from_std(claiming.lease).unwrap_or(TimeDelta::MAX);
    let mut unit = store.begin_unit(command).await?;
    let claim = query(store.dialect().either(CLAIM_ON_SQLITE, CLAIM_ON_POSTGRES));
    let claimed = claim
        .bind(claiming.holder)
        .bind(until)
        .bind(claiming.queue)
        .bind(command.now)
        .bind(now)
        .bind(claiming.limit as i64)
        .fetch_all::<Claimed>(&mut unit)
        .await?;
    unit.commit(&()).await?;
    let claim = |claimed: Claimed| JobClaim {
        job: Job {
            queue: claiming.queue,
            key: claimed.key,
            content: claimed.content,
            due_at: claimed.due_at,
            traceparent: claimed.traceparent,
        },
        attempt: claimed.attempts,
        token: claimed.token,
    };
    Ok(claimed.into_iter().map(claim).collect())
}

/// When the next job that nobody works on is due.
pub(crate) async fn next_due(store: &Relational, queue: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next = query(
        "SELECT MIN(due_at) AS due_at FROM jobs WHERE queue = $1 AND (claimed_until IS NULL OR claimed_until <= $2)",
    );
    Ok(next.bind(queue).bind(Clock::system().now()).fetch_optional::<Due>(store).await?.and_then(|Due(at)| at))
}

/// Gives a job back; it is due at `due_at`. Nothing happens where another has claimed it since.
pub(crate) async fn give_back(
    store: &Relational,
    command: &Command,
    claim: &JobClaim,
    (due_at, why): (DateTime<Utc>, &str),
) -> Result<(), StoreError> {
    let why: String = why.replace('\0', "\u{fffd}").chars().take(ERROR_CHARACTERS_MAX).collect();
    let mut unit = store.begin_unit(command).await?;
    let give_back = query(
        "UPDATE jobs SET due_at = $4, claimed_by = NULL, claimed_until = NULL, last_error = $5
         WHERE queue = $1 AND job_key = $2 AND token = $3",
    );
    let give_back = give_back.bind(claim.job.queue).bind(&claim.job.key).bind(claim.token).bind(due_at).bind(why);
    give_back.execute(&mut unit).await?;
    unit.commit(&()).await
}

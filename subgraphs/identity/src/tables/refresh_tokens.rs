//! `refresh_tokens`: hashes of the tokens of a session.

use crate::{
    domain::{SessionId, TokenUse},
    secrets::SecretHash,
};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};

/// So many used tokens of a session are remembered, which is most of a day for a client that refreshes every ten
/// minutes. What is older is simply unknown.
const USED_KEPT: i64 = 100;

/// A token that somebody was given once.
#[derive(Debug)]
pub(crate) struct KnownToken {
    pub(crate) session: SessionId,
    pub(crate) state: TokenUse,
}

impl FromRow for KnownToken {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let state = match row.optional_time("used_at")? {
            Some(_) => TokenUse::UsedBefore,
            None => TokenUse::Current,
        };
        Ok(KnownToken { session: row.parsed("session_id")?, state })
    }
}

pub(crate) async fn find(source: impl Source, hash: &SecretHash) -> Result<Option<KnownToken>, StoreError> {
    query("SELECT session_id, used_at FROM refresh_tokens WHERE token_hash = $1")
        .bind(hash.text())
        .fetch_optional(source)
        .await
}

pub(crate) async fn insert(
    unit: &mut UnitOfWork,
    hash: &SecretHash,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query("INSERT INTO refresh_tokens (token_hash, session_id, created_at, used_at) VALUES ($1, $2, $3, NULL)")
        .bind(hash.text())
        .bind(session.to_string())
        .bind(now)
        .execute(unit)
        .await?;
    Ok(())
}

pub(crate) async fn mark_used(
    unit: &mut UnitOfWork,
    hash: &SecretHash,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query("UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1")
        .bind(hash.text())
        .bind(now)
        .execute(unit)
        .await?;
    query(
        "DELETE FROM refresh_tokens WHERE session_id = $1 AND used_at IS NOT NULL AND token_hash NOT IN
            (SELECT token_hash FROM refresh_tokens WHERE session_id = $1 AND used_at IS NOT NULL
             ORDER BY used_at DESC, token_hash LIMIT $2)",
    )
    .bind(session.to_string())
    .bind(USED_KEPT)
    .execute(unit)
    .await?;
    Ok(())
}

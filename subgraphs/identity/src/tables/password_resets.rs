//! `password_resets`: hashes of tokens that were sent by mail. One that is used, or too old, is deleted.

use crate::secrets::SecretHash;
use chrono::{DateTime, TimeDelta, Utc};
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;

/// How long a token can be used.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::minutes(30);

struct OfUser(UserId);

impl FromRow for OfUser {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        row.parsed("user_id").map(OfUser)
    }
}

/// Whose password this token resets.
pub(crate) async fn user_of(
    source: impl Source,
    hash: &SecretHash,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, StoreError> {
    let found = query("SELECT user_id FROM password_resets WHERE token_hash = $1 AND expires_at > $2")
        .bind(hash.text())
        .bind(now)
        .fetch_optional::<OfUser>(source)
        .await?;
    Ok(found.map(|found| found.0))
}

/// Instead of the user's earlier tokens: only the newest mail counts.
pub(crate) async fn replace(
    unit: &mut UnitOfWork,
    user: UserId,
    hash: &SecretHash,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    delete_of(unit, user).await?;
    query("INSERT INTO password_resets (token_hash, user_id, expires_at) VALUES ($1, $2, $3)")
        .bind(hash.text())
        .bind(user.to_string())
        .bind(now + LIFETIME)
        .execute(unit)
        .await?;
    Ok(())
}

pub(crate) async fn delete_of(unit: &mut UnitOfWork, user: UserId) -> Result<(), StoreError> {
    query("DELETE FROM password_resets WHERE user_id = $1").bind(user.to_string()).execute(unit).await?;
    Ok(())
}

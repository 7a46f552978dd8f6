//! `sessions`.

use super::{NEWEST_FIRST, page_of};
use crate::domain::{Session, SessionId};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_subgraph_host::Page;
use hansa_values::UserId;

impl FromRow for Session {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Session {
            id: row.parsed("id")?,
            user: row.parsed("user_id")?,
            tenant: row.optional_parsed("tenant_id")?,
            created_at: row.time("created_at")?,
            refreshed_at: row.time("refreshed_at")?,
            expires_at: row.time("expires_at")?,
            ended_at: row.optional_time("ended_at")?,
            version: row.int("version")?,
        })
    }
}

pub(crate) async fn by_id(source: impl Source, id: SessionId) -> Result<Option<Session>, StoreError> {
    query(
        "SELECT id, user_id, tenant_id, created_at, refreshed_at, expires_at, ended_at, version
         FROM sessions WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(source)
    .await
}

/// Those that are neither ended nor expired, newest first.
pub(crate) async fn live_of(source: impl Source, user: UserId, now: DateTime<Utc>) -> Result<Vec<Session>, StoreError> {
    query(
        "SELECT id, user_id, tenant_id, created_at, refreshed_at, expires_at, ended_at, version
         FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY id DESC",
    )
    .bind(user.to_string())
    .bind(now)
    .fetch_all(source)
    .await
}

pub(crate) async fn page_of_live(
    db: &Relational,
    (user, now): (UserId, DateTime<Utc>),
    page: &Page,
) -> Result<Vec<Session>, StoreError> {
    let of_user = query(
        "SELECT id, user_id, tenant_id, created_at, refreshed_at, expires_at, ended_at, version
         FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2",
    )
    .bind(user.to_string())
    .bind(now);
    page_of(of_user, NEWEST_FIRST, page, db).await
}

pub(crate) async fn insert(unit: &mut UnitOfWork, session: &Session) -> Result<(), StoreError> {
    query(
        "INSERT INTO sessions (id, user_id, tenant_id, created_at, refreshed_at, expires_at, ended_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(session.id.to_string())
    .bind(session.user.to_string())
    .bind(session.tenant.map(|id| id.to_string()))
    .bind(session.created_at)
    .bind(session.refreshed_at)
    .bind(session.expires_at)
    .bind(session.ended_at)
    .bind(session.version)
    .execute(unit)
    .await?;
    Ok(())
}

pub(crate) async fn update(unit: &mut UnitOfWork, session: &Session) -> Result<(), StoreError> {
    query("UPDATE sessions SET tenant_id = $2, refreshed_at = $3, ended_at = $4, version = $5 WHERE id = $1")
        .bind(session.id.to_string())
        .bind(session.tenant.map(|id| id.to_string()))
        .bind(session.refreshed_at)
        .bind(session.ended_at)
        .bind(session.version)
        .execute(unit)
        .await?;
    Ok(())
}

/// Forgets a few sessions, with their tokens, that would be over by now in any case.
pub(crate) async fn forget_expired(unit: &mut UnitOfWork, now: DateTime<Utc>) -> Result<(), StoreError> {
    query("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT 20)")
        .bind(now)
        .execute(unit)
        .await?;
    Ok(())
}

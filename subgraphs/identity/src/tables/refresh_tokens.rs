//! `refresh_tokens`: hashes of the token of a session that is good, and of what all its tokens begin with.

use crate::{
    domain::{SessionId, TokenUse},
    secrets::{RefreshToken, SecretHash},
};
use hansa_relational::{FromRow, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;

/// The session of a token that somebody was given once.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) session: SessionId,
    current: String,
}

impl FromRow for Family {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Family { session: row.parsed("session_id")?, current: row.text("token_hash")? })
    }
}

impl Family {
    /// What this token of the family is. Whoever knows the family's secret had one of its tokens.
    pub(crate) fn state_of(&self, token: &RefreshToken) -> TokenUse {
        if token.own_hash().text() == self.current { TokenUse::Current } else { TokenUse::UsedBefore }
    }
}

pub(crate) async fn family(source: impl Source, hash: &SecretHash) -> Result<Option<Family>, StoreError> {
    query("SELECT session_id, token_hash FROM refresh_tokens WHERE family_hash = $1")
        .bind(hash.text())
        .fetch_optional(source)
        .await
}

/// The first token of a session.
pub(crate) async fn insert(unit: &mut UnitOfWork, session: SessionId, token: &RefreshToken) -> Result<(), StoreError> {
    query("INSERT INTO refresh_tokens (session_id, family_hash, token_hash) VALUES ($1, $2, $3)")
        .bind(session.to_string())
        .bind(token.family_hash().text())
        .bind(token.own_hash().text())
        .execute(unit)
        .await?;
    Ok(())
}

/// The token that is good from now on.
pub(crate) async fn replace(unit: &mut UnitOfWork, session: SessionId, token: &RefreshToken) -> Result<(), StoreError> {
    query("UPDATE refresh_tokens SET token_hash = $2 WHERE session_id = $1")
        .bind(session.to_string())
        .bind(token.own_hash().text())
        .execute(unit)
        .await?;
    Ok(())
}

/// None of the user's tokens is known any longer.
pub(crate) async fn delete_of(unit: &mut UnitOfWork, user: UserId) -> Result<(), StoreError> {
    query("DELETE FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)")
        .bind(user.to_string())
        .execute(unit)
        .await?;
    Ok(())
}

//! `users`. The rows of erased users stay, because others refer to them, and are read by nothing but [`is_erased`].

use super::Count;
use crate::{
    domain::{Email, Refusal, User, Username},
    outcome::CommandError,
};
use chrono::{DateTime, Utc};
use hansa_relational::{FromRow, Relational, Row, Source, StoreError, UnitOfWork, query};
use hansa_values::UserId;
use std::fmt;

/// What a sign-in compares.
pub(crate) struct Credentials {
    pub(crate) user: User,
    /// `None` for those who cannot sign in with a password.
    pub(crate) password_hash: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("user", &self.user.id).finish_non_exhaustive()
    }
}

impl FromRow for User {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(User {
            id: row.parsed("id")?,
            username: Username::kept(row.text("username")?),
            email: Email::kept(row.text("email")?),
            is_private: row.bool("is_private")?,
            created_at: row.time("created_at")?,
            version: row.int("version")?,
        })
    }
}

impl FromRow for Credentials {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Credentials { user: User::from_row(row)?, password_hash: row.optional_text("password_hash")? })
    }
}

pub(crate) async fn by_id(source: impl Source, id: UserId) -> Result<Option<User>, StoreError> {
    query("SELECT id, username, email, is_private, created_at, version FROM users WHERE id = $1 AND erased_at IS NULL")
        .bind(id.to_string())
        .fetch_optional(source)
        .await
}

pub(crate) async fn by_ids(db: &Relational, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
    query("SELECT id, username, email, is_private, created_at, version FROM users WHERE erased_at IS NULL AND ")
        .push_in("id", ids.iter().map(ToString::to_string))
        .fetch_all(db)
        .await
}

pub(crate) async fn by_username(source: impl Source, username: &Username) -> Result<Option<User>, StoreError> {
    query("SELECT id, username, email, is_private, created_at, version FROM users WHERE username = $1")
        .bind(username.as_str())
        .fetch_optional(source)
        .await
}

pub(crate) async fn by_email(source: impl Source, email: &Email) -> Result<Option<User>, StoreError> {
    query("SELECT id, username, email, is_private, created_at, version FROM users WHERE email = $1")
        .bind(email.as_str())
        .fetch_optional(source)
        .await
}

/// By username or address, both in their stored form; no username has an `@`.
pub(crate) async fn credentials(db: &Relational, login: &str) -> Result<Option<Credentials>, StoreError> {
    let column = if login.contains('@') { "email" } else { "username" };
    query("SELECT id, username, email, is_private, created_at, version, password_hash FROM users WHERE ")
        .push(column)
        .push(" = ")
        .push_bind(login)
        .fetch_optional(db)
        .await
}

pub(crate) async fn credentials_by_id(source: impl Source, id: UserId) -> Result<Option<Credentials>, StoreError> {
    query("SELECT id, username, email, is_private, created_at, version, password_hash FROM users WHERE id = $1 AND erased_at IS NULL")
        .bind(id.to_string())
        .fetch_optional(source)
        .await
}

/// # Errors
/// `UniqueViolation` of [`USERNAME`] or [`EMAIL`].
pub(crate) async fn insert(
    unit: &mut UnitOfWork,
    user: &User,
    password_hash: Option<String>,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO users (id, username, email, password_hash, is_private, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(user.id.to_string())
    .bind(user.username.as_str())
    .bind(user.email.as_str())
    .bind(password_hash)
    .bind(user.is_private)
    .bind(user.created_at)
    .bind(user.version)
    .execute(unit)
    .await?;
    Ok(())
}

/// Names of the unique indexes.
pub(crate) const USERNAME: &str = "users_username";
pub(crate) const EMAIL: &str = "users_email";

/// What a violated unique index says to whoever asked.
pub(crate) fn taken(error: StoreError) -> CommandError {
    match error {
        StoreError::UniqueViolation { constraint } if constraint == USERNAME => Refusal::UsernameTaken.into(),
        StoreError::UniqueViolation { constraint } if constraint == EMAIL => Refusal::EmailTaken.into(),
        other => other.into(),
    }
}

/// # Errors
/// `UniqueViolation` of [`EMAIL`].
pub(crate) async fn set_email(unit: &mut UnitOfWork, user: &User) -> Result<(), StoreError> {
    query("UPDATE users SET email = $2, version = $3 WHERE id = $1")
        .bind(user.id.to_string())
        .bind(user.email.as_str())
        .bind(user.version)
        .execute(unit)
        .await?;
    Ok(())
}

pub(crate) async fn set_password(unit: &mut UnitOfWork, user: &User, hash: String) -> Result<(), StoreError> {
    query("UPDATE users SET password_hash = $2, version = $3 WHERE id = $1")
        .bind(user.id.to_string())
        .bind(hash)
        .bind(user.version)
        .execute(unit)
        .await?;
    Ok(())
}

pub(crate) async fn set_privacy(unit: &mut UnitOfWork, user: &User) -> Result<(), StoreError> {
    query("UPDATE users SET is_private = $2, version = $3 WHERE id = $1")
        .bind(user.id.to_string())
        .bind(user.is_private)
        .bind(user.version)
        .execute(unit)
        .await?;
    Ok(())
}

/// Takes everything out of the row that names the person, and frees the username and the address. What stands there instead
/// is the id, in a form that nobody can ask for.
pub(crate) async fn erase(unit: &mut UnitOfWork, user: &User, now: DateTime<Utc>) -> Result<(), StoreError> {
    query(
        "UPDATE users SET username = $2, email = $2, password_hash = NULL, is_private = $3, erased_at = $4, version = $5
         WHERE id = $1",
    )
    .bind(user.id.to_string())
    .bind(format!("!{}", user.id.uuid().simple()))
    .bind(true)
    .bind(now)
    .bind(user.version)
    .execute(unit)
    .await?;
    Ok(())
}

pub(crate) async fn is_erased(source: impl Source, id: UserId) -> Result<bool, StoreError> {
    let count =
        query("SELECT COUNT(*) AS count FROM users WHERE id = $1 AND erased_at IS NOT NULL").bind(id.to_string());
    Ok(count.fetch_one::<Count>(source).await?.0 > 0)
}

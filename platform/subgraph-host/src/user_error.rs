//! Expected failures of mutations: they stand in the payload's `userErrors`.

use crate::directives::shareable;
use async_graphql::{Interface, SimpleObject};

/// An expected failure of a mutation: its text, the input's field it is about, and its code.
#[expect(clippy::duplicated_attributes, reason = "two fields of an interface may have the same type")]
#[derive(Debug, Clone, PartialEq, Interface)]
#[graphql(
    field(name = "message", ty = "&String"),
    field(name = "field", ty = "&Option<Vec<String>>"),
    field(name = "code", ty = "&String")
)]
pub enum UserError {
    General(GeneralUserError),
    VersionConflict(VersionConflictError),
    TooManyAttempts(TooManyAttemptsError),
}

/// A user error that its code says everything about.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
#[graphql(directive = shareable::apply())]
pub struct GeneralUserError {
    /// For people.
    pub message: String,
    /// The path to the field of the mutation's arguments, such as `["input", "title"]`.
    pub field: Option<Vec<String>>,
    /// For programs: SCREAMING_SNAKE, listed with each mutation.
    pub code: String,
}

/// Somebody else changed the entity since the caller read it.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
#[graphql(directive = shareable::apply())]
pub struct VersionConflictError {
    /// For people.
    pub message: String,
    /// The path to the field of the mutation's arguments.
    pub field: Option<Vec<String>>,
    /// For programs: `VERSION_CONFLICT`.
    pub code: String,
    /// The version that the entity has now.
    pub current_version: i32,
}

/// Somebody, perhaps somebody else, tried the same too often.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
#[graphql(directive = shareable::apply())]
pub struct TooManyAttemptsError {
    /// For people.
    pub message: String,
    /// Always null: no field of the input is to blame.
    pub field: Option<Vec<String>>,
    /// For programs: `TOO_MANY_ATTEMPTS`.
    pub code: String,
    /// When the next attempt will be looked at.
    pub retry_after_ms: i32,
}

impl UserError {
    /// `field` is the path below `input`, with dots: `title`, `price.amount`; empty for none.
    pub fn new(code: &str, field: &str, message: impl Into<String>) -> UserError {
        let (message, code) = (message.into(), code.to_owned());
        UserError::General(GeneralUserError { message, field: path_of(field), code })
    }

    /// What was asked for does not exist, or the caller may not know that it does.
    pub fn not_found(field: &str, type_name: &str) -> UserError {
        UserError::new("NOT_FOUND", field, format!("there is no such {type_name}"))
    }

    pub fn version_conflict(current_version: i64) -> UserError {
        UserError::VersionConflict(VersionConflictError {
            message: format!("this has changed since you read it: its version is {current_version} now"),
            field: path_of("expectedVersion"),
            code: "VERSION_CONFLICT".to_owned(),
            current_version: i32::try_from(current_version).unwrap_or(i32::MAX),
        })
    }

    pub fn too_many_attempts(retry_after_ms: i32) -> UserError {
        UserError::TooManyAttempts(TooManyAttemptsError {
            message: "too many attempts: wait, and try again".to_owned(),
            field: None,
            code: "TOO_MANY_ATTEMPTS".to_owned(),
            retry_after_ms,
        })
    }

    /// A key that was used before with another input.
    pub fn idempotency_key_reused() -> UserError {
        let message = "this key was used before, with another input";
        UserError::new("IDEMPOTENCY_KEY_REUSED", "idempotencyKey", message)
    }

    pub fn error_code(&self) -> &str {
        match self {
            UserError::General(error) => &error.code,
            UserError::VersionConflict(error) => &error.code,
            UserError::TooManyAttempts(error) => &error.code,
        }
    }
}

fn path_of(field: &str) -> Option<Vec<String>> {
    let below = field.split('.').filter(|part| !part.is_empty()).map(str::to_owned);
    (!field.is_empty()).then(|| std::iter::once("input".to_owned()).chain(below).collect())
}

//! Why a command was refused, in the words of the domain. Each variant is one user error code of this context; the
//! README says which mutation gives it.

use super::{post, relationship, review};

/// A mutation's expected failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Unknown, removed and forbidden look the same.
    #[error("there is no such {what}, or you may not see it")]
    NotFound { field: &'static str, what: &'static str },
    #[error("{field} is empty")]
    TextBlank { field: &'static str },
    #[error("{field} has {found} characters, and at most {max} fit")]
    TextTooLong { field: &'static str, found: usize, max: usize },
    #[error("{field} has a control character in it")]
    TextNotPrintable { field: &'static str },
    #[error("a tag has 1 to {max} letters, digits, `-` or `_`, unlike `{tag}`", max = post::TAG_CHARS_MAX)]
    TagInvalid { tag: String },
    #[error("there are {found} tags, and at most {max} fit", max = post::TAGS_MAX)]
    TooManyTags { found: usize },
    #[error("there are {found} products, and at most {max} fit", max = post::PRODUCTS_MAX)]
    TooManyProducts { found: usize },
    #[error("a rating is {min} to {max}, not {found}", min = review::RATING_MIN, max = review::RATING_MAX)]
    RatingOutOfRange { found: i32 },
    #[error("you have reviewed this product already; change that review instead")]
    ReviewExists,
    #[error("this product is archived; nobody reviews it any more")]
    ProductArchived,
    #[error("nobody follows or blocks themselves")]
    SelfNotAllowed,
    #[error("you have blocked this user; unblock them first")]
    BlockedByViewer,
    #[error("you follow or block {max} users, which is the most", max = relationship::RELATIONSHIPS_MAX)]
    TooManyRelationships,
    #[error("you have reported this already, and nobody has decided yet")]
    ReportExists,
    #[error("this is your own; you can remove it yourself")]
    OwnContent,
    #[error("this report has been decided already")]
    AlreadyDecided,
    #[error("a moderator has removed this; it cannot be changed any more")]
    ContentRemoved,
    #[error("this was changed in the meantime; its version is {current} now")]
    VersionConflict { current: i64 },
    #[error("this idempotency key was used for other input")]
    IdempotencyKeyReused,
    #[error("the {what} is limited to {limit}; wait, or change something else")]
    TooMuch { what: &'static str, limit: usize },
}

impl Refusal {
    /// SCREAMING_SNAKE, as clients see it.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotFound { .. } => "NOT_FOUND",
            Refusal::TextBlank { .. } => "TEXT_BLANK",
            Refusal::TextTooLong { .. } => "TEXT_TOO_LONG",
            Refusal::TextNotPrintable { .. } => "TEXT_NOT_PRINTABLE",
            Refusal::TagInvalid { .. } => "TAG_INVALID",
            Refusal::TooManyTags { .. } => "TOO_MANY_TAGS",
            Refusal::TooManyProducts { .. } => "TOO_MANY_PRODUCTS",
            Refusal::RatingOutOfRange { .. } => "RATING_OUT_OF_RANGE",
            Refusal::ReviewExists => "REVIEW_EXISTS",
            Refusal::ProductArchived => "PRODUCT_ARCHIVED",
            Refusal::SelfNotAllowed => "SELF_NOT_ALLOWED",
            Refusal::BlockedByViewer => "BLOCKED_BY_VIEWER",
            Refusal::TooManyRelationships => "TOO_MANY_RELATIONSHIPS",
            Refusal::ReportExists => "REPORT_EXISTS",
            Refusal::OwnContent => "OWN_CONTENT",
            Refusal::AlreadyDecided => "ALREADY_DECIDED",
            Refusal::ContentRemoved => "CONTENT_REMOVED",
            Refusal::VersionConflict { .. } => "VERSION_CONFLICT",
            Refusal::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Refusal::TooMuch { .. } => "LIMIT_REACHED",
        }
    }

    /// The input field that is to blame.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Refusal::NotFound { field, .. }
            | Refusal::TextBlank { field }
            | Refusal::TextTooLong { field, .. }
            | Refusal::TextNotPrintable { field } => Some(field),
            Refusal::TagInvalid { .. } | Refusal::TooManyTags { .. } => Some("tags"),
            Refusal::TooManyProducts { .. } => Some("productIds"),
            Refusal::RatingOutOfRange { .. } => Some("rating"),
            Refusal::ReviewExists | Refusal::ProductArchived => Some("productId"),
            Refusal::SelfNotAllowed | Refusal::BlockedByViewer => Some("userId"),
            Refusal::ReportExists | Refusal::OwnContent => Some("contentId"),
            Refusal::AlreadyDecided => Some("reportId"),
            Refusal::VersionConflict { .. } => Some("expectedVersion"),
            Refusal::IdempotencyKeyReused => Some("idempotencyKey"),
            Refusal::TooManyRelationships | Refusal::ContentRemoved | Refusal::TooMuch { .. } => None,
        }
    }
}

/// The version that a client has seen must be the current one.
pub(crate) fn is_current(version: i64, expected: Option<i64>) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != version => Err(Refusal::VersionConflict { current: version }),
        _ => Ok(()),
    }
}

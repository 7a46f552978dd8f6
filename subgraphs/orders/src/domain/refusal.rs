//! Why a command was not done: a closed list, in README.md with the mutations that give it.

/// An expected failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the caller may not do this in the acting tenant")]
    Forbidden,
    #[error("there is no such item")]
    NotFound,
    #[error("a title has 1 to 120 characters, and no control characters")]
    TitleInvalid,
    #[error("the item has version {current} now")]
    VersionConflict { current: i64 },
    #[error("this key was used before, with another input")]
    IdempotencyKeyReused,
}

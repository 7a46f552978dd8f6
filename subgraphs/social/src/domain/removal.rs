//! How posts, comments and reviews end. What an author removes is gone for all; what a moderator removes its author
//! still sees, with the reason.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who removed a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RemovedBy {
    Author,
    Moderator,
}

/// Whether a thing is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Standing {
    #[default]
    Published,
    RemovedByAuthor,
    RemovedByModerator,
}

/// A moderator's removal, as the author sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removal {
    pub reason: String,
    pub at: DateTime<Utc>,
}

impl Standing {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Standing::Published => "PUBLISHED",
            Standing::RemovedByAuthor => "REMOVED_BY_AUTHOR",
            Standing::RemovedByModerator => "REMOVED_BY_MODERATOR",
        }
    }
}

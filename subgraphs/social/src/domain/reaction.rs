//! A reaction: one of six, one for each user and post. Taken back, the document stays with no kind, so that its versions
//! grow.

use super::ids::PostId;
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What somebody feels about a post.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, async_graphql::Enum, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReactionKind {
    Like,
    Love,
    Laugh,
    Wow,
    Sad,
    Angry,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reaction {
    pub post: PostId,
    pub user: UserId,
    pub kind: Option<ReactionKind>,
    pub since: DateTime<Utc>,
    /// 0 for one that was never stored.
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum ReactionEvent {
    Set { post: PostId, user: UserId, kind: ReactionKind },
    Cleared { post: PostId, user: UserId },
}

impl EventContent for ReactionEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ReactionEvent::Set { .. } => "set",
            ReactionEvent::Cleared { .. } => "cleared",
        }
    }
}

impl ReactionKind {
    pub(crate) const ALL: [ReactionKind; 6] = [
        ReactionKind::Like,
        ReactionKind::Love,
        ReactionKind::Laugh,
        ReactionKind::Wow,
        ReactionKind::Sad,
        ReactionKind::Angry,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ReactionKind::Like => "LIKE",
            ReactionKind::Love => "LOVE",
            ReactionKind::Laugh => "LAUGH",
            ReactionKind::Wow => "WOW",
            ReactionKind::Sad => "SAD",
            ReactionKind::Angry => "ANGRY",
        }
    }
}

impl Reaction {
    /// The id of the document: post and user.
    pub(crate) fn id_of(post: PostId, user: UserId) -> String {
        format!("{post}/{user}")
    }

    pub(crate) fn none(post: PostId, user: UserId, now: DateTime<Utc>) -> Reaction {
        Reaction { post, user, kind: None, since: now, version: 0 }
    }

    /// `None`: it is so already.
    pub(crate) fn set(mut self, kind: Option<ReactionKind>, now: DateTime<Utc>) -> Option<(Reaction, ReactionEvent)> {
        if self.kind == kind {
            return None;
        }
        self.kind = kind;
        self.since = now;
        self.version += 1;
        let (post, user) = (self.post, self.user);
        let event = match kind {
            Some(kind) => ReactionEvent::Set { post, user, kind },
            None => ReactionEvent::Cleared { post, user },
        };
        Some((self, event))
    }
}

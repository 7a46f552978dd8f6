//! A comment on a post. Comments have no answers of their own.

use super::{
    Author, RemovedBy, Standing,
    ids::{CommentId, PostId},
    refusal::Refusal,
    removal::Removal,
    text::{self, Lines},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) const BODY_CHARS_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Comment {
    pub id: CommentId,
    pub post: PostId,
    pub author: UserId,
    pub username: String,
    pub body: String,
    pub standing: Standing,
    pub removal: Option<Removal>,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// Without texts: who may read a comment is the post's business.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum CommentEvent {
    Added { comment: CommentId, post: PostId, author: UserId, post_author: UserId },
    Removed { comment: CommentId, post: PostId, author: UserId, by: RemovedBy },
}

impl EventContent for CommentEvent {
    fn event_type(&self) -> &'static str {
        match self {
            CommentEvent::Added { .. } => "added",
            CommentEvent::Removed { .. } => "removed",
        }
    }
}

impl Comment {
    pub(crate) fn add(
        id: CommentId,
        (post, post_author): (PostId, UserId),
        author: &Author,
        body: &str,
    ) -> Result<(Comment, CommentEvent), Refusal> {
        let body = text::checked("body", body, (BODY_CHARS_MAX, Lines::Many))?;
        let comment = Comment {
            id,
            post,
            author: author.user,
            username: author.username.clone(),
            body,
            standing: Standing::Published,
            removal: None,
            created_at: author.now,
            version: 1,
        };
        Ok((comment, CommentEvent::Added { comment: id, post, author: author.user, post_author }))
    }

    /// What an author removes loses its text; `None` when it is removed already.
    pub(crate) fn remove_by_author(mut self) -> Option<(Comment, CommentEvent)> {
        if self.standing == Standing::RemovedByAuthor {
            return None;
        }
        self.standing = Standing::RemovedByAuthor;
        self.body = String::new();
        Some(self.removed(RemovedBy::Author))
    }

    pub(crate) fn remove_by_moderator(mut self, removal: Removal) -> Option<(Comment, CommentEvent)> {
        if self.standing != Standing::Published {
            return None;
        }
        self.standing = Standing::RemovedByModerator;
        self.removal = Some(removal);
        Some(self.removed(RemovedBy::Moderator))
    }

    fn removed(mut self, by: RemovedBy) -> (Comment, CommentEvent) {
        self.version += 1;
        let event = CommentEvent::Removed { comment: self.id, post: self.post, author: self.author, by };
        (self, event)
    }
}

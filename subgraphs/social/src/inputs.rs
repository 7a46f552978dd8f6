//! Inputs of the commands: plain structs, which are the GraphQL inputs as well. An `idempotency_key` in them is the
//! client's text; what counts for a command is the key in its [`hansa_event_sourcing::Command`].

use crate::domain::{
    reaction::ReactionKind,
    report::{ModerationDecision, ReportReason},
};
use async_graphql::{ID, InputObject};
use serde::Serialize;

/// What is absent stays as it is; an empty text takes away.
#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct ProfileUpdateInput {
    /// At most 80 characters, in one line.
    pub display_name: Option<String>,
    /// At most 500 characters.
    pub bio: Option<String>,
    /// Whether only followers that were accepted see posts, followers and followed users.
    pub is_private: Option<bool>,
    /// The version that the caller has seen; absent: whatever it is.
    pub expected_version: Option<i32>,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct UserFollowInput {
    pub user_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct UserUnfollowInput {
    pub user_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct UserBlockInput {
    pub user_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct UserUnblockInput {
    pub user_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct FollowRequestAcceptInput {
    /// Who asked to follow.
    pub user_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct FollowRequestDeclineInput {
    /// Who asked to follow.
    pub user_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, InputObject)]
pub struct PostPublishInput {
    /// 1 to 4,000 characters.
    pub body: String,
    /// At most 10, with or without `#`.
    #[graphql(default)]
    pub tags: Vec<String>,
    /// What the post is about, at most 10.
    #[graphql(default)]
    pub product_ids: Vec<ID>,
    /// 16 to 128 printable ASCII characters, made by the client once for each post.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// The post as it shall be, whole.
#[derive(Debug, Clone, Serialize, InputObject)]
pub struct PostUpdateInput {
    pub post_id: ID,
    /// 1 to 4,000 characters.
    pub body: String,
    /// At most 10, with or without `#`.
    #[graphql(default)]
    pub tags: Vec<String>,
    /// What the post is about, at most 10.
    #[graphql(default)]
    pub product_ids: Vec<ID>,
    pub expected_version: i32,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct PostRemoveInput {
    pub post_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct CommentAddInput {
    pub post_id: ID,
    /// 1 to 1,000 characters.
    pub body: String,
    /// 16 to 128 printable ASCII characters, made by the client once for each comment.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct CommentRemoveInput {
    pub comment_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct ReactionSetInput {
    pub post_id: ID,
    /// Replaces the reaction there was; null takes it back.
    pub kind: Option<ReactionKind>,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct ReviewSubmitInput {
    /// Whether there is such a product is not known here.
    pub product_id: ID,
    /// 1 to 5.
    pub rating: i32,
    /// 1 to 120 characters, in one line.
    pub title: String,
    /// 1 to 4,000 characters.
    pub body: String,
    /// 16 to 128 printable ASCII characters, made by the client once for each review.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// The review as it shall be, whole.
#[derive(Debug, Clone, Serialize, InputObject)]
pub struct ReviewUpdateInput {
    pub review_id: ID,
    /// 1 to 5.
    pub rating: i32,
    /// 1 to 120 characters, in one line.
    pub title: String,
    /// 1 to 4,000 characters.
    pub body: String,
    pub expected_version: i32,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct ReviewRemoveInput {
    pub review_id: ID,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct ContentReportInput {
    /// A post, comment, review or profile.
    pub content_id: ID,
    pub reason: ReportReason,
    /// At most 500 characters.
    pub note: Option<String>,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Serialize, InputObject)]
pub struct ModerationDecideInput {
    pub report_id: ID,
    pub decision: ModerationDecision,
    /// Shown to the author of what is removed; 1 to 500 characters.
    pub reason: String,
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

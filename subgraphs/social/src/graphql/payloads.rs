//! Payloads of mutations: what is there now, whether it was there before, and why not.

use super::{
    comment::CommentNode, post::PostNode, profile::ProfileNode, report::ReportNode, review::ReviewNode, user::UserNode,
};
use crate::Refusal;
use async_graphql::{ID, SimpleObject};
use hansa_subgraph_host::{Refuse, UserError};

impl Refuse for Refusal {
    fn key_reused() -> Refusal {
        Refusal::IdempotencyKeyReused
    }

    fn too_much(what: &'static str, limit: usize) -> Option<Refusal> {
        Some(Refusal::TooMuch { what, limit })
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![user_error(self)]
    }
}

fn user_error(refusal: &Refusal) -> UserError {
    match refusal {
        Refusal::VersionConflict { current } => UserError::version_conflict(*current),
        Refusal::IdempotencyKeyReused => UserError::idempotency_key_reused(),
        other => UserError::new(other.code(), other.field().unwrap_or_default(), other.to_string()),
    }
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ProfileUpdatePayload {
    pub(super) profile: Option<ProfileNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct UserFollowPayload {
    pub(super) user: Option<UserNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct UserUnfollowPayload {
    pub(super) user: Option<UserNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct UserBlockPayload {
    pub(super) user: Option<UserNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct UserUnblockPayload {
    pub(super) user: Option<UserNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct FollowRequestAcceptPayload {
    pub(super) user: Option<UserNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct FollowRequestDeclinePayload {
    pub(super) user: Option<UserNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct PostPublishPayload {
    pub(super) post: Option<PostNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct PostUpdatePayload {
    pub(super) post: Option<PostNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct PostRemovePayload {
    pub(super) removed_post_id: Option<ID>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct CommentAddPayload {
    pub(super) comment: Option<CommentNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct CommentRemovePayload {
    pub(super) removed_comment_id: Option<ID>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ReactionSetPayload {
    pub(super) post: Option<PostNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ReviewSubmitPayload {
    pub(super) review: Option<ReviewNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ReviewUpdatePayload {
    pub(super) review: Option<ReviewNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ReviewRemovePayload {
    pub(super) removed_review_id: Option<ID>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ContentReportPayload {
    pub(super) report: Option<ReportNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ModerationDecidePayload {
    pub(super) report: Option<ReportNode>,
    pub(super) replayed: bool,
    pub(super) user_errors: Vec<UserError>,
}

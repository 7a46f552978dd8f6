//! `Node`: what has an id of its own, and is found by it.

use super::{comment::CommentNode, post::PostNode, profile::ProfileNode, review::ReviewNode};
use async_graphql::{ID, Interface};

#[derive(Debug, Clone, Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub(crate) enum Node {
    Post(PostNode),
    Comment(CommentNode),
    Review(ReviewNode),
    Profile(ProfileNode),
}

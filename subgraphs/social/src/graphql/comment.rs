//! `Comment`.

use super::{int, post::PostNode, user::UserNode, viewer};
use crate::{
    domain::{Comment, Standing, ids::PostId},
    pages::map,
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, Siblings,
    directives::{inaccessible, key, provides},
    scalars::DateTime,
};
use hansa_values::UserId;
use std::{collections::HashMap, hash::Hash, sync::Arc};

/// A comment that the caller may see.
#[derive(Debug, Clone)]
pub(crate) struct CommentNode {
    comment: Arc<Comment>,
    batch: Arc<Batch>,
}

/// Comments that came together: their posts and authors.
#[derive(Debug)]
struct Batch {
    posts: Arc<Siblings<PostId>>,
    authors: Arc<Siblings<UserId>>,
}

impl Batch {
    fn new(comments: &[&Comment]) -> Arc<Batch> {
        Arc::new(Batch {
            posts: Siblings::new(comments.iter().map(|comment| comment.post)),
            authors: Siblings::new(comments.iter().map(|comment| comment.author)),
        })
    }
}

impl CommentNode {
    /// Comments that came together.
    pub(super) fn all<K: Eq + Hash>(found: HashMap<K, Comment>) -> HashMap<K, CommentNode> {
        let batch = Batch::new(&found.values().collect::<Vec<_>>());
        let node = |comment| CommentNode { comment: Arc::new(comment), batch: batch.clone() };
        found.into_iter().map(|(id, comment)| (id, node(comment))).collect()
    }

    /// All comments of all pages are siblings.
    pub(super) fn pages<K: Eq + Hash>(pages: HashMap<K, Connection<Comment>>) -> HashMap<K, Connection<CommentNode>> {
        let comments = pages.values().flat_map(|page| page.edges.iter().map(|edge| &edge.node));
        let batch = Batch::new(&comments.collect::<Vec<_>>());
        let node = |comment| CommentNode { comment: Arc::new(comment), batch: batch.clone() };
        pages.into_iter().map(|(parent, page)| (parent, map(page, node))).collect()
    }
}

#[Object(
    name = "Comment",
    directive = key::apply("id".into(), None),
    directive = key::apply("nodeId".into(), None)
)]
impl CommentNode {
    pub(super) async fn id(&self) -> ID {
        self.comment.id.to_string().into()
    }

    #[graphql(directive = inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.comment.id.to_string().into()
    }

    async fn post(&self, ctx: &Context<'_>) -> Option<Result<PostNode, Fault>> {
        let posts = &self.batch.posts;
        let load = async { viewer(ctx).posts(&posts.ids).await.map(PostNode::all) };
        let found = posts.ask("post", load).await;
        found.map(|found| found.get(&self.comment.post).cloned()).transpose()
    }

    #[graphql(directive = provides::apply("username".into()))]
    async fn author(&self) -> Option<UserNode> {
        Some(UserNode::author(self.comment.author, &self.comment.username, &self.batch.authors))
    }

    async fn body(&self) -> &str {
        &self.comment.body
    }

    async fn created_at(&self) -> DateTime {
        self.comment.created_at.into()
    }

    /// A moderator has removed it: only its author and moderators see it now.
    async fn is_removed(&self) -> bool {
        self.comment.standing != Standing::Published
    }

    /// Why a moderator has removed it.
    async fn removal_reason(&self) -> Option<&str> {
        self.comment.removal.as_ref().map(|removal| removal.reason.as_str())
    }

    async fn version(&self) -> i32 {
        int(self.comment.version)
    }
}

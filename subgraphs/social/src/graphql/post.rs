//! `Post`.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{comment::CommentNode, int, pages, product::ProductNode, user::UserNode, viewer};
use crate::{
    ReactionKind,
    domain::{
        Post, Standing,
        ids::{PostId, ProductId},
    },
    pages::map,
};
use async_graphql::{Context, ID, Object, SimpleObject};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments, Siblings,
    directives::{authenticated, inaccessible, key, provides},
    scalars::DateTime,
};
use hansa_values::UserId;
use std::{collections::HashMap, hash::Hash, sync::Arc};

/// A post that the caller may see.
#[derive(Debug, Clone)]
pub(crate) struct PostNode {
    post: Arc<Post>,
    batch: Arc<Batch>,
}

/// Posts that came together, with everybody and everything they are about.
#[derive(Debug)]
struct Batch {
    posts: Arc<Siblings<PostId>>,
    authors: Arc<Siblings<UserId>>,
    products: Arc<Siblings<ProductId>>,
}

/// How often one reaction was given.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ReactionCount {
    kind: ReactionKind,
    count: i32,
}

impl Batch {
    fn new(posts: &[&Post]) -> Arc<Batch> {
        Arc::new(Batch {
            posts: Siblings::new(posts.iter().map(|post| post.id)),
            authors: Siblings::new(posts.iter().map(|post| post.author)),
            products: Siblings::new(posts.iter().flat_map(|post| post.products.iter().copied())),
        })
    }
}

impl PostNode {
    /// Posts that came together.
    pub(super) fn all<K: Eq + Hash>(found: HashMap<K, Post>) -> HashMap<K, PostNode> {
        let batch = Batch::new(&found.values().collect::<Vec<_>>());
        let node = |post| PostNode { post: Arc::new(post), batch: batch.clone() };
        found.into_iter().map(|(id, post)| (id, node(post))).collect()
    }

    /// All posts of all pages are siblings.
    pub(super) fn pages<K: Eq + Hash>(pages: HashMap<K, Connection<Post>>) -> HashMap<K, Connection<PostNode>> {
        let posts = pages.values().flat_map(|page| page.edges.iter().map(|edge| &edge.node));
        let batch = Batch::new(&posts.collect::<Vec<_>>());
        let node = |post| PostNode { post: Arc::new(post), batch: batch.clone() };
        pages.into_iter().map(|(parent, page)| (parent, map(page, node))).collect()
    }

    pub(super) fn page(page: Connection<Post>) -> Connection<PostNode> {
        let batch = Batch::new(&page.edges.iter().map(|edge| &edge.node).collect::<Vec<_>>());
        map(page, |post| PostNode { post: Arc::new(post), batch: batch.clone() })
    }
}

#[Object(
    name = "Post",
    directive = key::apply("id".into(), None),
    directive = key::apply("nodeId".into(), None)
)]
impl PostNode {
    pub(super) async fn id(&self) -> ID {
        self.post.id.to_string().into()
    }

    #[graphql(directive = inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.post.id.to_string().into()
    }

    #[graphql(directive = provides::apply("username".into()))]
    async fn author(&self) -> Option<UserNode> {
        Some(UserNode::author(self.post.author, &self.post.username, &self.batch.authors))
    }

    async fn body(&self) -> &str {
        &self.post.body
    }

    /// In lower case, without `#`.
    async fn tags(&self) -> &[String] {
        &self.post.tags
    }

    /// What the post is about; null for what is not to be seen (any more).
    async fn products(&self) -> Vec<Option<ProductNode>> {
        self.post.products.iter().map(|id| Some(ProductNode::new(*id, &self.batch.products))).collect()
    }

    /// Most often first; kinds that nobody chose are missing.
    async fn reaction_counts(&self, ctx: &Context<'_>) -> Option<Result<Vec<ReactionCount>, Fault>> {
        let posts = &self.batch.posts;
        let counts = posts.ask("reactionCounts", viewer(ctx).reaction_counts(&posts.ids)).await;
        let count = |(kind, count): &(ReactionKind, i64)| ReactionCount { kind: *kind, count: int(*count) };
        let own = |counts: Arc<HashMap<PostId, Vec<(ReactionKind, i64)>>>| {
            counts.get(&self.post.id).into_iter().flatten().map(count).collect()
        };
        Some(counts.map(own))
    }

    /// What the caller feels about it.
    #[graphql(directive = authenticated::apply())]
    async fn viewer_reaction(&self, ctx: &Context<'_>) -> Option<Result<ReactionKind, Fault>> {
        let posts = &self.batch.posts;
        let reactions = posts.ask("viewerReaction", viewer(ctx).own_reactions(&posts.ids)).await;
        reactions.map(|reactions| reactions.get(&self.post.id).copied()).transpose()
    }

    /// Oldest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn comments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<CommentNode>, Fault>> {
        self.comments_page(ctx, PageArguments { first, after, last, before }).await.transpose()
    }

    async fn created_at(&self) -> DateTime {
        self.post.created_at.into()
    }

    async fn edited_at(&self) -> Option<DateTime> {
        self.post.edited_at.map(DateTime::from)
    }

    /// A moderator has removed it: only its author and moderators see it now.
    async fn is_removed(&self) -> bool {
        self.post.standing != Standing::Published
    }

    /// Why a moderator has removed it.
    async fn removal_reason(&self) -> Option<&str> {
        self.post.removal.as_ref().map(|removal| removal.reason.as_str())
    }

    async fn version(&self) -> i32 {
        int(self.post.version)
    }
}

impl PostNode {
    async fn comments_page(
        &self,
        ctx: &Context<'_>,
        arguments: PageArguments,
    ) -> Result<Option<Connection<CommentNode>>, Fault> {
        let (viewer, posts) = (viewer(ctx), &self.batch.posts);
        let question = pages::question("comments", &arguments);
        let page = pages::page_below(viewer, posts.ids.len(), ("Post.comments", &()), arguments)?;
        let load = async { Ok::<_, Fault>(CommentNode::pages(viewer.comments_of(&posts.ids, &page).await?)) };
        Ok(posts.ask(question, load).await?.get(&self.post.id).cloned())
    }
}

//! Root fields of queries.

#![expect(clippy::too_many_arguments, reason = "a resolver has the arguments of its field")]

use super::{pages, post::PostNode, report::ReportNode, review::ReviewNode, user::UserNode, viewer};
use crate::domain::Action;
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments,
    directives::{authenticated, requires_scopes, scope},
    request_context,
};

#[derive(Debug, Default)]
pub(crate) struct Query;

#[Object]
impl Query {
    async fn post(&self, ctx: &Context<'_>, id: ID) -> Option<Result<PostNode, Fault>> {
        let id = id.parse().ok()?;
        let found = viewer(ctx).posts(&[id]).await;
        found.map(|found| PostNode::all(found).remove(&id)).map_err(Fault::from).transpose()
    }

    async fn review(&self, ctx: &Context<'_>, id: ID) -> Option<Result<ReviewNode, Fault>> {
        let id = id.parse().ok()?;
        let found = viewer(ctx).reviews(&[id]).await;
        found.map(|found| ReviewNode::all(found).remove(&id)).map_err(Fault::from).transpose()
    }

    /// Posts of the caller and of those the caller follows, newest first. A page has at most ten posts of one author.
    #[graphql(directive = authenticated::apply(), complexity = "1 + 10 * child_complexity")]
    async fn home_feed(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<PostNode>, Fault>> {
        Some(home_feed(ctx, PageArguments { first, after, last, before }).await)
    }

    /// Posts of everybody whose profile is not private, newest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn discovery_feed(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<PostNode>, Fault>> {
        Some(discovery_feed(ctx, PageArguments { first, after, last, before }).await)
    }

    /// Users who have asked to follow the caller, newest first.
    #[graphql(directive = authenticated::apply(), complexity = "1 + 10 * child_complexity")]
    async fn follow_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<Option<UserNode>>, Fault>> {
        Some(follow_requests(ctx, PageArguments { first, after, last, before }).await)
    }

    /// Users whom the caller has blocked, newest first.
    #[graphql(directive = authenticated::apply(), complexity = "1 + 10 * child_complexity")]
    async fn blocked_users(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<Option<UserNode>>, Fault>> {
        Some(blocked_users(ctx, PageArguments { first, after, last, before }).await)
    }

    /// Reports that nobody has decided, oldest first.
    #[graphql(
        directive = requires_scopes::apply(scope("social:moderate")),
        complexity = "1 + 10 * child_complexity"
    )]
    async fn moderation_queue(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<ReportNode>, Fault>> {
        Some(moderation_queue(ctx, PageArguments { first, after, last, before }).await)
    }
}

async fn home_feed(ctx: &Context<'_>, arguments: PageArguments) -> Result<Connection<PostNode>, Fault> {
    let viewer = viewer(ctx);
    let user = viewer.caller.user.ok_or_else(Fault::unauthenticated)?;
    let page = pages::page(viewer, ("Query.homeFeed", &user), arguments)?;
    Ok(PostNode::page(viewer.home_feed(user, &page, request_context(ctx).now()).await?))
}

async fn discovery_feed(ctx: &Context<'_>, arguments: PageArguments) -> Result<Connection<PostNode>, Fault> {
    let viewer = viewer(ctx);
    let page = pages::page(viewer, ("Query.discoveryFeed", &()), arguments)?;
    Ok(PostNode::page(viewer.discovery_feed(&page).await?))
}

async fn follow_requests(ctx: &Context<'_>, arguments: PageArguments) -> Result<Connection<Option<UserNode>>, Fault> {
    let viewer = viewer(ctx);
    let user = viewer.caller.user.ok_or_else(Fault::unauthenticated)?;
    let page = pages::page(viewer, ("Query.followRequests", &user), arguments)?;
    Ok(UserNode::page(viewer.follow_requests(user, &page).await?))
}

async fn blocked_users(ctx: &Context<'_>, arguments: PageArguments) -> Result<Connection<Option<UserNode>>, Fault> {
    let viewer = viewer(ctx);
    let user = viewer.caller.user.ok_or_else(Fault::unauthenticated)?;
    let page = pages::page(viewer, ("Query.blockedUsers", &user), arguments)?;
    Ok(UserNode::page(viewer.blocked_users(user, &page).await?))
}

async fn moderation_queue(ctx: &Context<'_>, arguments: PageArguments) -> Result<Connection<ReportNode>, Fault> {
    let viewer = viewer(ctx);
    if !viewer.may(Action::Moderate) {
        return Err(if viewer.caller.is_authenticated() { Fault::forbidden() } else { Fault::unauthenticated() });
    }
    let page = pages::page(viewer, ("Query.moderationQueue", &()), arguments)?;
    Ok(ReportNode::page(viewer.moderation_queue(&page).await?))
}

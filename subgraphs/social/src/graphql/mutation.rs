//! Root fields of mutations: each makes a command, runs it, and shows what is there now through the caller's eyes.

use super::{
    comment::CommentNode,
    payloads::{
        CommentAddPayload, CommentRemovePayload, ContentReportPayload, FollowRequestAcceptPayload,
        FollowRequestDeclinePayload, ModerationDecidePayload, PostPublishPayload, PostRemovePayload, PostUpdatePayload,
        ProfileUpdatePayload, ReactionSetPayload, ReviewRemovePayload, ReviewSubmitPayload, ReviewUpdatePayload,
        UserBlockPayload, UserFollowPayload, UserUnblockPayload, UserUnfollowPayload,
    },
    post::PostNode,
    profile::ProfileNode,
    report::ReportNode,
    review::ReviewNode,
    user::UserNode,
    viewer,
};
use crate::{
    CommentAddInput, CommentId, CommentRemoveInput, ContentReportInput, FollowRequestAcceptInput,
    FollowRequestDeclineInput, ModerationDecideInput, PostId, PostPublishInput, PostRemoveInput, PostUpdateInput,
    ProfileId, ProfileUpdateInput, ReactionSetInput, ReportId, ReviewId, ReviewRemoveInput, ReviewSubmitInput,
    ReviewUpdateInput, Social, UserBlockInput, UserFollowInput, UserUnblockInput, UserUnfollowInput,
};
use async_graphql::{Context, ID, Object};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{
    Caller, Fault, Outcome, Siblings, UserError,
    directives::{authenticated, requires_scopes, scope},
    request_context,
};
use hansa_values::UserId;
use serde::Serialize;

#[derive(Debug, Default)]
pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Says who the caller is, and for whom they write.
    #[graphql(directive = authenticated::apply())]
    async fn profile_update(
        &self,
        ctx: &Context<'_>,
        input: ProfileUpdateInput,
    ) -> Result<ProfileUpdatePayload, Fault> {
        let command = command(ctx, ("profileUpdate", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).profile_update(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let profile = profile(ctx, outcome.value).await?;
        Ok(ProfileUpdatePayload { profile, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// Follows a user, or asks to follow where the profile is private.
    #[graphql(directive = authenticated::apply())]
    async fn user_follow(&self, ctx: &Context<'_>, input: UserFollowInput) -> Result<UserFollowPayload, Fault> {
        let command = command(ctx, ("userFollow", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).user_follow(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let user = outcome.value.map(user);
        Ok(UserFollowPayload { user, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// Follows no more, or takes a request back.
    #[graphql(directive = authenticated::apply())]
    async fn user_unfollow(&self, ctx: &Context<'_>, input: UserUnfollowInput) -> Result<UserUnfollowPayload, Fault> {
        let command = command(ctx, ("userUnfollow", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).user_unfollow(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let user = outcome.value.map(user);
        Ok(UserUnfollowPayload { user, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// Hides the caller and a user from each other.
    #[graphql(directive = authenticated::apply())]
    async fn user_block(&self, ctx: &Context<'_>, input: UserBlockInput) -> Result<UserBlockPayload, Fault> {
        let command = command(ctx, ("userBlock", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).user_block(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let user = outcome.value.map(user);
        Ok(UserBlockPayload { user, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn user_unblock(&self, ctx: &Context<'_>, input: UserUnblockInput) -> Result<UserUnblockPayload, Fault> {
        let command = command(ctx, ("userUnblock", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).user_unblock(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let user = outcome.value.map(user);
        Ok(UserUnblockPayload { user, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn follow_request_accept(
        &self,
        ctx: &Context<'_>,
        input: FollowRequestAcceptInput,
    ) -> Result<FollowRequestAcceptPayload, Fault> {
        let command = command(ctx, ("followRequestAccept", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).follow_request_accept(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let user = outcome.value.map(user);
        Ok(FollowRequestAcceptPayload { user, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn follow_request_decline(
        &self,
        ctx: &Context<'_>,
        input: FollowRequestDeclineInput,
    ) -> Result<FollowRequestDeclinePayload, Fault> {
        let command = command(ctx, ("followRequestDecline", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).follow_request_decline(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let user = outcome.value.map(user);
        Ok(FollowRequestDeclinePayload { user, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn post_publish(&self, ctx: &Context<'_>, input: PostPublishInput) -> Result<PostPublishPayload, Fault> {
        let command = command(ctx, ("postPublish", Some(&input.idempotency_key)), &input);
        let run = async |command| social(ctx).post_publish(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let post = post(ctx, outcome.value).await?;
        Ok(PostPublishPayload { post, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn post_update(&self, ctx: &Context<'_>, input: PostUpdateInput) -> Result<PostUpdatePayload, Fault> {
        let command = command(ctx, ("postUpdate", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).post_update(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let post = post(ctx, outcome.value).await?;
        Ok(PostUpdatePayload { post, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn post_remove(&self, ctx: &Context<'_>, input: PostRemoveInput) -> Result<PostRemovePayload, Fault> {
        let command = command(ctx, ("postRemove", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).post_remove(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let removed_post_id = outcome.value.map(|id| ID::from(id.to_string()));
        Ok(PostRemovePayload { removed_post_id, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn comment_add(&self, ctx: &Context<'_>, input: CommentAddInput) -> Result<CommentAddPayload, Fault> {
        let command = command(ctx, ("commentAdd", Some(&input.idempotency_key)), &input);
        let run = async |command| social(ctx).comment_add(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let comment = comment(ctx, outcome.value).await?;
        Ok(CommentAddPayload { comment, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// By who wrote it, or who wrote the post.
    #[graphql(directive = authenticated::apply())]
    async fn comment_remove(
        &self,
        ctx: &Context<'_>,
        input: CommentRemoveInput,
    ) -> Result<CommentRemovePayload, Fault> {
        let command = command(ctx, ("commentRemove", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).comment_remove(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let removed_comment_id = outcome.value.map(|id| ID::from(id.to_string()));
        Ok(CommentRemovePayload { removed_comment_id, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// Sets, replaces or takes back the caller's one reaction to a post.
    #[graphql(directive = authenticated::apply())]
    async fn reaction_set(&self, ctx: &Context<'_>, input: ReactionSetInput) -> Result<ReactionSetPayload, Fault> {
        let command = command(ctx, ("reactionSet", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).reaction_set(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let post = post(ctx, outcome.value).await?;
        Ok(ReactionSetPayload { post, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// One review for each user and product.
    #[graphql(directive = authenticated::apply())]
    async fn review_submit(&self, ctx: &Context<'_>, input: ReviewSubmitInput) -> Result<ReviewSubmitPayload, Fault> {
        let command = command(ctx, ("reviewSubmit", Some(&input.idempotency_key)), &input);
        let run = async |command| social(ctx).review_submit(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let review = review(ctx, outcome.value).await?;
        Ok(ReviewSubmitPayload { review, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn review_update(&self, ctx: &Context<'_>, input: ReviewUpdateInput) -> Result<ReviewUpdatePayload, Fault> {
        let command = command(ctx, ("reviewUpdate", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).review_update(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let review = review(ctx, outcome.value).await?;
        Ok(ReviewUpdatePayload { review, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    #[graphql(directive = authenticated::apply())]
    async fn review_remove(&self, ctx: &Context<'_>, input: ReviewRemoveInput) -> Result<ReviewRemovePayload, Fault> {
        let command = command(ctx, ("reviewRemove", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).review_remove(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let removed_review_id = outcome.value.map(|id| ID::from(id.to_string()));
        Ok(ReviewRemovePayload { removed_review_id, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// Asks moderators to look at something.
    #[graphql(directive = authenticated::apply())]
    async fn content_report(
        &self,
        ctx: &Context<'_>,
        input: ContentReportInput,
    ) -> Result<ContentReportPayload, Fault> {
        let command = command(ctx, ("contentReport", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).content_report(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let report = report(ctx, outcome.value).await?;
        Ok(ContentReportPayload { report, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }

    /// Answers a report, and all others about the same thing.
    #[graphql(directive = requires_scopes::apply(scope("social:moderate")))]
    async fn moderation_decide(
        &self,
        ctx: &Context<'_>,
        input: ModerationDecideInput,
    ) -> Result<ModerationDecidePayload, Fault> {
        let command = command(ctx, ("moderationDecide", input.idempotency_key.as_deref()), &input);
        let run = async |command| social(ctx).moderation_decide(caller(ctx), &command, input).await;
        let outcome = Outcome::run(command, run).await?;
        let report = report(ctx, outcome.value).await?;
        Ok(ModerationDecidePayload { report, replayed: outcome.replayed, user_errors: outcome.user_errors })
    }
}

fn social<'a>(ctx: &Context<'a>) -> &'a Social {
    ctx.data_unchecked::<Social>()
}

fn caller<'a>(ctx: &Context<'a>) -> &'a Caller {
    request_context(ctx).caller()
}

fn command(
    ctx: &Context<'_>,
    (operation, key): (&'static str, Option<&str>),
    input: &impl Serialize,
) -> Result<Command, UserError> {
    request_context(ctx).command(operation, key, input)
}

fn user(id: UserId) -> UserNode {
    UserNode::new(id, &Siblings::new([id]))
}

async fn profile(ctx: &Context<'_>, id: Option<ProfileId>) -> Result<Option<ProfileNode>, Fault> {
    let Some(id) = id else { return Ok(None) };
    Ok(ProfileNode::all(viewer(ctx).profiles(&[id]).await?).remove(&id))
}

async fn post(ctx: &Context<'_>, id: Option<PostId>) -> Result<Option<PostNode>, Fault> {
    let Some(id) = id else { return Ok(None) };
    Ok(PostNode::all(viewer(ctx).posts(&[id]).await?).remove(&id))
}

async fn comment(ctx: &Context<'_>, id: Option<CommentId>) -> Result<Option<CommentNode>, Fault> {
    let Some(id) = id else { return Ok(None) };
    Ok(CommentNode::all(viewer(ctx).comments(&[id]).await?).remove(&id))
}

async fn review(ctx: &Context<'_>, id: Option<ReviewId>) -> Result<Option<ReviewNode>, Fault> {
    let Some(id) = id else { return Ok(None) };
    Ok(ReviewNode::all(viewer(ctx).reviews(&[id]).await?).remove(&id))
}

async fn report(ctx: &Context<'_>, id: Option<ReportId>) -> Result<Option<ReportNode>, Fault> {
    let Some(id) = id else { return Ok(None) };
    Ok(viewer(ctx).report(id).await?.map(ReportNode::one))
}

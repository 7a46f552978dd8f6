//! Profiles, follows, and what people write.

use super::{LoadError, Step, all, identity::People, progress::Progress};
use crate::demo::{
    World,
    community::{Comment, Follow, Post, Reaction, Report, ReportSubject, Review},
    content::ReasonText,
    crowd::Person,
};
use chrono::TimeDelta;
use hansa_social::{
    CommandError, CommentAddInput, ContentReportInput, FollowRequestAcceptInput, PostPublishInput, ProfileUpdateInput,
    ReactionKind, ReactionSetInput, ReportReason, ReviewSubmitInput, Social, UserFollowInput,
};
use hansa_subgraph_host::Caller;

/// Profiles and follows, which need no products.
pub(super) async fn load_people(
    social: &Social,
    world: &World,
    people: &People,
    progress: &Progress,
) -> Result<(), LoadError> {
    let profiles = world.people.iter().zip(&people.everybody).take(world.profiles).enumerate();
    all(profiles.map(|(number, (person, caller))| profile(social, number, person, caller)), progress).await?;
    let follows = world.follows.iter().enumerate();
    all(follows.map(|(number, one)| follow(social, number, one, &people.everybody)), progress).await?;
    Ok(())
}

/// Posts and what follows from them; reviews; reports.
pub(super) async fn load_writing(
    social: &Social,
    world: &World,
    (people, products): (&People, &[String]),
    progress: &Progress,
) -> Result<(), LoadError> {
    let everybody = &people.everybody;
    let posts = world.posts.iter().enumerate();
    let posts = all(posts.map(|(number, one)| post(social, number, one, (everybody, products))), progress).await?;
    let comments = world.comments.iter().enumerate();
    let comments =
        all(comments.map(|(number, one)| comment(social, number, one, (everybody, &posts))), progress).await?;
    let reactions = world.reactions.iter().enumerate();
    all(reactions.map(|(number, one)| react(social, number, one, (everybody, &posts))), progress).await?;
    let reviews = world.reviews.iter().enumerate();
    let reviews =
        all(reviews.map(|(number, one)| review(social, number, one, (everybody, products))), progress).await?;
    let subject = |subject: ReportSubject| match subject {
        ReportSubject::Post(place) => posts[place].clone(),
        ReportSubject::Comment(place) => comments[place].clone(),
        ReportSubject::Review(place) => reviews[place].clone(),
    };
    let reports = world.reports.iter().enumerate();
    all(reports.map(|(number, one)| report(social, number, one, (everybody, subject(one.subject)))), progress).await?;
    Ok(())
}

async fn profile(social: &Social, number: usize, person: &Person, caller: &Caller) -> Result<(), LoadError> {
    let step = Step::new("profileUpdate", number, person.registered_at + TimeDelta::minutes(10));
    let input = ProfileUpdateInput {
        display_name: Some(person.name.clone()),
        bio: Some(person.bio.clone()),
        is_private: Some(person.is_private),
        ..ProfileUpdateInput::default()
    };
    let updated = social.profile_update(caller, &step.command(caller), input).await;
    updated.map(drop).map_err(|error| refused(&step, error))
}

async fn follow(social: &Social, number: usize, follow: &Follow, everybody: &[Caller]) -> Result<(), LoadError> {
    let (follower, followed) = (&everybody[follow.follower], &everybody[follow.followed]);
    let step = Step::new("userFollow", number, follow.at);
    let input = UserFollowInput { user_id: id_of(followed).into(), idempotency_key: None };
    let asked = social.user_follow(follower, &step.command(follower), input).await;
    asked.map_err(|error| refused(&step, error))?;
    if follow.needs_answer && follow.is_accepted {
        let step = Step::new("followRequestAccept", number, follow.at + TimeDelta::hours(3));
        let input = FollowRequestAcceptInput { user_id: id_of(follower).into(), idempotency_key: None };
        let accepted = social.follow_request_accept(followed, &step.command(followed), input).await;
        accepted.map_err(|error| refused(&step, error))?;
    }
    Ok(())
}

async fn post(
    social: &Social,
    number: usize,
    post: &Post,
    (everybody, products): (&[Caller], &[String]),
) -> Result<String, LoadError> {
    let author = &everybody[post.author];
    let step = Step::new("postPublish", number, post.at);
    let input = PostPublishInput {
        body: post.body.clone(),
        tags: post.tags.clone(),
        product_ids: post.products.iter().map(|product| products[*product].clone().into()).collect(),
        idempotency_key: step.key(),
    };
    let published = social.post_publish(author, &step.command(author), input).await;
    published.map(|post| post.value.to_string()).map_err(|error| refused(&step, error))
}

async fn comment(
    social: &Social,
    number: usize,
    comment: &Comment,
    (everybody, posts): (&[Caller], &[String]),
) -> Result<String, LoadError> {
    let author = &everybody[comment.author];
    let step = Step::new("commentAdd", number, comment.at);
    let input = CommentAddInput {
        post_id: posts[comment.post].clone().into(),
        body: comment.body.clone(),
        idempotency_key: step.key(),
    };
    let added = social.comment_add(author, &step.command(author), input).await;
    added.map(|comment| comment.value.to_string()).map_err(|error| refused(&step, error))
}

async fn react(
    social: &Social,
    number: usize,
    reaction: &Reaction,
    (everybody, posts): (&[Caller], &[String]),
) -> Result<(), LoadError> {
    let person = &everybody[reaction.person];
    let step = Step::new("reactionSet", number, reaction.at);
    let kind = match reaction.kind {
        "LOVE" => ReactionKind::Love,
        "LAUGH" => ReactionKind::Laugh,
        _ => ReactionKind::Like,
    };
    let input =
        ReactionSetInput { post_id: posts[reaction.post].clone().into(), kind: Some(kind), idempotency_key: None };
    let set = social.reaction_set(person, &step.command(person), input).await;
    set.map(drop).map_err(|error| refused(&step, error))
}

async fn review(
    social: &Social,
    number: usize,
    review: &Review,
    (everybody, products): (&[Caller], &[String]),
) -> Result<String, LoadError> {
    let author = &everybody[review.author];
    let step = Step::new("reviewSubmit", number, review.at);
    let input = ReviewSubmitInput {
        product_id: products[review.product].clone().into(),
        rating: i32::from(review.rating),
        title: review.title.clone(),
        body: review.body.clone(),
        idempotency_key: step.key(),
    };
    let submitted = social.review_submit(author, &step.command(author), input).await;
    submitted.map(|review| review.value.to_string()).map_err(|error| refused(&step, error))
}

async fn report(
    social: &Social,
    number: usize,
    report: &Report,
    (everybody, content): (&[Caller], String),
) -> Result<(), LoadError> {
    let reporter = &everybody[report.reporter];
    let step = Step::new("contentReport", number, report.at);
    let reason = match report.reason {
        ReasonText::Spam => ReportReason::Spam,
        ReasonText::Harassment => ReportReason::Harassment,
        ReasonText::Misleading => ReportReason::Misleading,
        ReasonText::Other => ReportReason::Other,
    };
    let input = ContentReportInput {
        content_id: content.into(),
        reason,
        note: Some(report.note.clone()),
        idempotency_key: None,
    };
    let filed = social.content_report(reporter, &step.command(reporter), input).await;
    filed.map(drop).map_err(|error| refused(&step, error))
}

fn refused(step: &Step, error: CommandError) -> LoadError {
    match error {
        CommandError::Refused(refusal) => step.failed(refusal),
        CommandError::Failed(fault) => step.broke(&fault),
    }
}

fn id_of(caller: &Caller) -> String {
    caller.subject.clone().unwrap_or_default()
}

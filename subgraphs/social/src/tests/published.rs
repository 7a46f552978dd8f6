//! Examples of the events that social publishes. Others test against them.

use crate::{
    NAME, PUBLISHES,
    domain::{
        CommentEvent, PostEvent, ProfileEvent, ReactionEvent, RelationshipEvent, RemovedBy, ReportEvent, ReviewEvent,
        Subject,
        post::PublicPost,
        reaction::ReactionKind,
        report::{ModerationDecision, ReportReason},
    },
    stores::EventOf,
};
use hansa_event_sourcing::{
    DomainEvent,
    testing::{Example, published},
};
use hansa_values::{EntityKind, Id, UserId};
use schemars::JsonSchema;
use uuid::Uuid;

fn id<K: EntityKind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn example<E: EventOf + JsonSchema>(stream_id: impl ToString, content: &E) -> Example {
    Example::of::<E>(DomainEvent::new(content.aggregate(), (stream_id.to_string(), 2), None, content))
}

fn relationships(from: UserId, to: UserId) -> [Example; 6] {
    [
        RelationshipEvent::FollowRequested { from, to },
        RelationshipEvent::Followed { from, to },
        RelationshipEvent::Unfollowed { from, to },
        RelationshipEvent::FollowUnheard { from, to },
        RelationshipEvent::Blocked { from, to },
        RelationshipEvent::Unblocked { from, to },
    ]
    .map(|event| example(format!("{from}:{to}"), &event))
}

fn posts(author: UserId) -> [Example; 3] {
    let (post, products) = (id(11), vec![id(21)]);
    let public = Some(PublicPost { body: "A lamp that I like".to_owned(), tags: vec!["lamps".to_owned()] });
    [
        PostEvent::Published { post, author, products: products.clone(), public },
        // Of a private profile: without its text.
        PostEvent::Edited { post, author, products, public: None },
        PostEvent::Removed { post, author, by: RemovedBy::Author },
    ]
    .map(|event| example(post, &event))
}

fn reviews(author: UserId) -> [Example; 3] {
    let (review, product) = (id(13), id(21));
    let (title, body) = ("Bright".to_owned(), "Gives light.".to_owned());
    [
        ReviewEvent::Published { review, product, author, rating: 4, title: title.clone(), body: body.clone() },
        ReviewEvent::Edited { review, product, author, rating: 5, title, body },
        ReviewEvent::Removed { review, product, author, rating: 5, by: RemovedBy::Moderator },
    ]
    .map(|event| example(review, &event))
}

#[test]
fn every_event_has_an_example() {
    let (anna, ben) = (id(1), id(2));
    let (comment, post, report) = (id(12), id(11), id(14));
    let subject = Subject::Post(post);
    let mut examples = Vec::from(relationships(anna, ben));
    examples.extend(posts(anna));
    examples.extend(reviews(anna));
    let profiles = [
        ProfileEvent::Created { user: anna },
        ProfileEvent::Updated { user: anna, is_private: true },
        ProfileEvent::Cleared { user: anna },
        ProfileEvent::Erased { user: anna },
    ];
    examples.extend(profiles.map(|event| example(id::<crate::ProfileKind>(1), &event)));
    let comments = [
        CommentEvent::Added { comment, post, author: ben, post_author: anna },
        CommentEvent::Removed { comment, post, author: ben, by: RemovedBy::Moderator },
    ];
    examples.extend(comments.map(|event| example(comment, &event)));
    let reactions =
        [ReactionEvent::Set { post, user: ben, kind: ReactionKind::Like }, ReactionEvent::Cleared { post, user: ben }];
    examples.extend(reactions.map(|event| example(format!("{post}:{ben}"), &event)));
    let reports = [
        ReportEvent::Filed { report, subject, content_author: anna, reason: ReportReason::Spam },
        ReportEvent::Decided { report, subject, content_author: anna, decision: ModerationDecision::Remove },
    ];
    examples.extend(reports.map(|event| example(report, &event)));
    published(NAME, PUBLISHES, examples);
}

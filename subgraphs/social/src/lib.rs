//! Bounded context: profiles, follows, posts, comments, reactions, reviews, reports.
//!
//! [`Social`] has a method for each command, which GraphQL and the demo call alike. README.md says what the context owns
//! and how its mutations refuse.

mod commands;
mod deliveries;
mod domain;
mod erasures;
mod graphql;
mod inputs;
mod pages;
mod reads;
mod shelves;
mod social;
mod stores;
#[cfg(test)]
mod tests;
mod viewer;

pub use commands::CommandError;
pub use domain::{
    ids::{
        CommentId, CommentKind, PostId, PostKind, ProductId, ProductKind, ProfileId, ProfileKind, ReportId, ReportKind,
        ReviewId, ReviewKind,
    },
    reaction::ReactionKind,
    refusal::Refusal,
    report::{ModerationDecision, ReportReason},
};
pub use inputs::{
    CommentAddInput, CommentRemoveInput, ContentReportInput, FollowRequestAcceptInput, FollowRequestDeclineInput,
    ModerationDecideInput, PostPublishInput, PostRemoveInput, PostUpdateInput, ProfileUpdateInput, ReactionSetInput,
    ReviewRemoveInput, ReviewSubmitInput, ReviewUpdateInput, UserBlockInput, UserFollowInput, UserUnblockInput,
    UserUnfollowInput,
};
pub use social::Social;

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;
use hansa_subgraph_host::Subgraph;

/// Name in the supergraph.
pub const NAME: &str = "social";

/// Types that `node` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] =
    &[("profile", "Profile"), ("post", "Post"), ("comment", "Comment"), ("review", "Review")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[
    Published { aggregate: "profile", events: &[("created", 1), ("updated", 1), ("cleared", 1), ("erased", 1)] },
    Published {
        aggregate: "user",
        events: &[
            ("follow_requested", 1),
            ("followed", 1),
            ("unfollowed", 1),
            ("follow_unheard", 1),
            ("blocked", 1),
            ("unblocked", 1),
        ],
    },
    Published { aggregate: "post", events: &[("published", 1), ("edited", 1), ("removed", 1)] },
    Published { aggregate: "comment", events: &[("added", 1), ("removed", 1)] },
    Published { aggregate: "reaction", events: &[("set", 1), ("cleared", 1)] },
    Published { aggregate: "review", events: &[("published", 1), ("edited", 1), ("removed", 1)] },
    Published { aggregate: "report", events: &[("filed", 1)] },
    Published { aggregate: "moderation", events: &[("decided", 1)] },
];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[
    Listener { consumer: deliveries::NAME, events: deliveries::LISTENING },
    Listener { consumer: erasures::NAME, events: erasures::LISTENING },
    Listener { consumer: shelves::NAME, events: shelves::LISTENING },
];

/// The SDL for composition; needs no stores.
pub fn sdl() -> String {
    Subgraph::sdl_of::<graphql::Entity, _, _>(graphql::Query, graphql::Mutation)
}

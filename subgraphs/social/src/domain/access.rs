//! What the policies ask about a thing and the one who wants something from it: few facts, so that a page of things has
//! few different questions.

use super::{Relationship, RelationshipState, Standing};
use hansa_values::UserId;

/// What somebody wants to do with a thing; the names are the policies'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// See a profile: names, biography, how many follow.
    SeeProfile,
    /// See who follows whom, and the posts of a profile.
    SeeActivity,
    /// See a post, its comments and reactions.
    SeePost,
    /// See a comment on a post that may be seen.
    SeeComment,
    SeeReview,
    SeeReport,
    /// Write below a post: comments and reactions.
    Respond,
    /// Change or remove what one has written.
    Change,
    /// Remove a comment: its author, or the post's.
    RemoveComment,
    Moderate,
}

/// How the caller stands to a thing and its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Facts {
    pub standing: Standing,
    pub tie: Tie,
    pub audience: Audience,
    /// The thing is a comment on a post of the caller's.
    pub below_own_post: bool,
}

/// What the caller is to the author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Tie {
    Author,
    Follower,
    /// One of the two has blocked the other.
    Blocked,
    #[default]
    Stranger,
}

/// For whom the author writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Audience {
    #[default]
    Everyone,
    Followers,
}

impl Action {
    #[cfg(test)]
    pub(crate) const ALL: [Action; 10] = [
        Action::SeeProfile,
        Action::SeeActivity,
        Action::SeePost,
        Action::SeeComment,
        Action::SeeReview,
        Action::SeeReport,
        Action::Respond,
        Action::Change,
        Action::RemoveComment,
        Action::Moderate,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Action::SeeProfile => "seeProfile",
            Action::SeeActivity => "seeActivity",
            Action::SeePost => "seePost",
            Action::SeeComment => "seeComment",
            Action::SeeReview => "seeReview",
            Action::SeeReport => "seeReport",
            Action::Respond => "respond",
            Action::Change => "change",
            Action::RemoveComment => "removeComment",
            Action::Moderate => "moderate",
        }
    }
}

impl Audience {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Audience::Everyone => "EVERYONE",
            Audience::Followers => "FOLLOWERS",
        }
    }
}

impl Tie {
    /// Of a caller, given both directions of their relationship with the author.
    pub(crate) fn between(
        caller: Option<UserId>,
        author: UserId,
        (there, back): (Option<&Relationship>, Option<&Relationship>),
    ) -> Tie {
        let is = |relationship: Option<&Relationship>, state| relationship.is_some_and(|found| found.state == state);
        match caller {
            Some(caller) if caller == author => Tie::Author,
            _ if is(there, RelationshipState::Blocked) || is(back, RelationshipState::Blocked) => Tie::Blocked,
            _ if is(there, RelationshipState::Active) => Tie::Follower,
            _ => Tie::Stranger,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Tie::Author => "AUTHOR",
            Tie::Follower => "FOLLOWER",
            Tie::Blocked => "BLOCKED",
            Tie::Stranger => "STRANGER",
        }
    }
}

//! What one user is to another: one document for each ordered pair, which is never deleted, so that its versions grow.
//! A block hides both from each other, whatever the other direction says, and a follow does not survive a block: the
//! one who blocks ends it before the block can be released.

use super::refusal::Refusal;
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many users one may follow and block together.
pub(crate) const RELATIONSHIPS_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RelationshipState {
    /// Follows.
    Active,
    /// Has asked to follow a private profile.
    Pending,
    Blocked,
    /// Follows somebody who has blocked them. Only they see it, as if it were active: it counts for nothing, and ends with
    /// the block.
    Unheard,
    /// Has asked to follow somebody private who has blocked them. Only they see it, as if it were pending.
    UnheardRequest,
    /// Was something once.
    Ended,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Relationship {
    pub from: UserId,
    pub to: UserId,
    pub state: RelationshipState,
    /// When it came into this state.
    pub since: DateTime<Utc>,
    /// 0 for one that was never stored.
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum RelationshipEvent {
    FollowRequested {
        from: UserId,
        to: UserId,
    },
    Followed {
        from: UserId,
        to: UserId,
    },
    /// Also a request that was taken back or declined, and a follower that was removed.
    Unfollowed {
        from: UserId,
        to: UserId,
    },
    /// A follow or a request of which the other side hears nothing.
    FollowUnheard {
        from: UserId,
        to: UserId,
    },
    Blocked {
        from: UserId,
        to: UserId,
    },
    Unblocked {
        from: UserId,
        to: UserId,
    },
}

impl EventContent for RelationshipEvent {
    fn event_type(&self) -> &'static str {
        match self {
            RelationshipEvent::FollowRequested { .. } => "follow_requested",
            RelationshipEvent::Followed { .. } => "followed",
            RelationshipEvent::Unfollowed { .. } => "unfollowed",
            RelationshipEvent::FollowUnheard { .. } => "follow_unheard",
            RelationshipEvent::Blocked { .. } => "blocked",
            RelationshipEvent::Unblocked { .. } => "unblocked",
        }
    }
}

impl RelationshipState {
    /// Those of which one user has at most [`RELATIONSHIPS_MAX`].
    pub(crate) const LASTING: [RelationshipState; 5] = [
        RelationshipState::Active,
        RelationshipState::Pending,
        RelationshipState::Blocked,
        RelationshipState::Unheard,
        RelationshipState::UnheardRequest,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RelationshipState::Active => "ACTIVE",
            RelationshipState::Pending => "PENDING",
            RelationshipState::Blocked => "BLOCKED",
            RelationshipState::Unheard => "UNHEARD",
            RelationshipState::UnheardRequest => "UNHEARD_REQUEST",
            RelationshipState::Ended => "ENDED",
        }
    }
}

/// The one who is to be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Followed {
    pub is_private: bool,
    pub has_blocked: bool,
}

/// What a decision changes: `None` when the wish is fulfilled already.
pub(crate) type Decided = Option<(Relationship, RelationshipEvent)>;

impl Relationship {
    /// The id of the document: both users.
    pub(crate) fn id_of(from: UserId, to: UserId) -> String {
        format!("{from}/{to}")
    }

    /// What two users are to each other before anything happened.
    pub(crate) fn none(from: UserId, to: UserId, now: DateTime<Utc>) -> Relationship {
        Relationship { from, to, state: RelationshipState::Ended, since: now, version: 0 }
    }

    /// Whoever is blocked by the other side follows all the same, in their own eyes.
    pub(crate) fn follow(self, other: Followed, now: DateTime<Utc>) -> Result<Decided, Refusal> {
        use RelationshipState::{Active, Blocked, Ended, Pending, Unheard, UnheardRequest};
        let (from, to) = (self.from, self.to);
        let wanted = match (other.has_blocked, other.is_private) {
            (true, true) => (UnheardRequest, RelationshipEvent::FollowUnheard { from, to }),
            (true, false) => (Unheard, RelationshipEvent::FollowUnheard { from, to }),
            (false, true) => (Pending, RelationshipEvent::FollowRequested { from, to }),
            (false, false) => (Active, RelationshipEvent::Followed { from, to }),
        };
        match self.state {
            Blocked => Err(Refusal::BlockedByViewer),
            // Not more than there is: who follows need not ask again.
            Active if !other.has_blocked => Ok(None),
            Unheard if other.has_blocked => Ok(None),
            state if state == wanted.0 => Ok(None),
            Active | Pending | Unheard | UnheardRequest | Ended => Ok(self.moved(wanted, now)),
        }
    }

    /// Ends a follow or a request; a block stays.
    pub(crate) fn unfollow(self, now: DateTime<Utc>) -> Decided {
        let (from, to) = (self.from, self.to);
        match self.state {
            RelationshipState::Active
            | RelationshipState::Pending
            | RelationshipState::Unheard
            | RelationshipState::UnheardRequest => {
                self.moved((RelationshipState::Ended, RelationshipEvent::Unfollowed { from, to }), now)
            }
            RelationshipState::Blocked | RelationshipState::Ended => None,
        }
    }

    pub(crate) fn block(self, now: DateTime<Utc>) -> Decided {
        let (from, to) = (self.from, self.to);
        match self.state {
            RelationshipState::Blocked => None,
            _ => self.moved((RelationshipState::Blocked, RelationshipEvent::Blocked { from, to }), now),
        }
    }

    pub(crate) fn unblock(self, now: DateTime<Utc>) -> Decided {
        let (from, to) = (self.from, self.to);
        match self.state {
            RelationshipState::Blocked => {
                self.moved((RelationshipState::Ended, RelationshipEvent::Unblocked { from, to }), now)
            }
            _ => None,
        }
    }

    /// The one who was asked says yes. `None`: nobody asks (any more), or they follow already.
    pub(crate) fn accept(self, now: DateTime<Utc>) -> Result<Decided, Refusal> {
        let (from, to) = (self.from, self.to);
        match self.state {
            RelationshipState::Pending => {
                Ok(self.moved((RelationshipState::Active, RelationshipEvent::Followed { from, to }), now))
            }
            RelationshipState::Active => Ok(None),
            _ => Err(no_request()),
        }
    }

    /// The one who was asked says no. Only a request can be declined: a follower is removed by blocking them.
    pub(crate) fn decline(self, now: DateTime<Utc>) -> Result<Decided, Refusal> {
        match self.state {
            RelationshipState::Pending => Ok(self.unfollow(now)),
            _ => Err(no_request()),
        }
    }

    fn moved(mut self, (state, event): (RelationshipState, RelationshipEvent), now: DateTime<Utc>) -> Decided {
        self.state = state;
        self.since = now;
        self.version += 1;
        Some((self, event))
    }
}

fn no_request() -> Refusal {
    Refusal::NotFound { field: "userId", what: "follow request" }
}

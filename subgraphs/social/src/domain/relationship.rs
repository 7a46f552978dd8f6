//! What one user is to another: one document for each ordered pair, which is never deleted, so that its versions grow.
//! A block hides both from each other, whatever the other direction says, and a follow does not survive a block: the
//! one who blocks ends it before the block can be released.

use super::refusal::Refusal;
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
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

#[derive(Debug, Clone, PartialEq, Serialize)]
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
            RelationshipEvent::FollowRequested { .. } => "followRequested",
            RelationshipEvent::Followed { .. } => "followed",
            RelationshipEvent::Unfollowed { .. } => "unfollowed",
            RelationshipEvent::Blocked { .. } => "blocked",
            RelationshipEvent::Unblocked { .. } => "unblocked",
        }
    }
}

impl RelationshipState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RelationshipState::Active => "ACTIVE",
            RelationshipState::Pending => "PENDING",
            RelationshipState::Blocked => "BLOCKED",
            RelationshipState::Ended => "ENDED",
        }
    }
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

    pub(crate) fn follow(self, is_private: bool, now: DateTime<Utc>) -> Result<Decided, Refusal> {
        let (from, to) = (self.from, self.to);
        let wanted = match is_private {
            true => (RelationshipState::Pending, RelationshipEvent::FollowRequested { from, to }),
            false => (RelationshipState::Active, RelationshipEvent::Followed { from, to }),
        };
        match (self.state, is_private) {
            (RelationshipState::Blocked, _) => Err(Refusal::BlockedByViewer),
            (RelationshipState::Active, _) | (RelationshipState::Pending, true) => Ok(None),
            (RelationshipState::Pending | RelationshipState::Ended, _) => Ok(self.moved(wanted, now)),
        }
    }

    /// Ends a follow or a request; a block stays.
    pub(crate) fn unfollow(self, now: DateTime<Utc>) -> Decided {
        let (from, to) = (self.from, self.to);
        match self.state {
            RelationshipState::Active | RelationshipState::Pending => {
                self.moved((RelationshipState::Ended, RelationshipEvent::Unfollowed { from, to }), now)
            }
            RelationshipState::Blocked | RelationshipState::Ended => None,
        }
    }

    pub(crate) fn block(self, now: DateTime<Utc>) -> Decided {
        let (from, to) = (self.from, self.to);
        match self.state {
            RelationshipState::Blocked => None,
            RelationshipState::Active | RelationshipState::Pending | RelationshipState::Ended => {
                self.moved((RelationshipState::Blocked, RelationshipEvent::Blocked { from, to }), now)
            }
        }
    }

    pub(crate) fn unblock(self, now: DateTime<Utc>) -> Decided {
        let (from, to) = (self.from, self.to);
        match self.state {
            RelationshipState::Blocked => {
                self.moved((RelationshipState::Ended, RelationshipEvent::Unblocked { from, to }), now)
            }
            RelationshipState::Active | RelationshipState::Pending | RelationshipState::Ended => None,
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
            RelationshipState::Blocked | RelationshipState::Ended => Err(no_request()),
        }
    }

    /// The one who was asked says no. Only a request can be declined: a follower is removed by blocking them.
    pub(crate) fn decline(self, now: DateTime<Utc>) -> Result<Decided, Refusal> {
        match self.state {
            RelationshipState::Pending => Ok(self.unfollow(now)),
            RelationshipState::Active | RelationshipState::Blocked | RelationshipState::Ended => Err(no_request()),
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

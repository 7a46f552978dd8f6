//! What the community may say, and what follows from it: one file for each aggregate. Pure: no clock, no stores.
//! A decision takes what was read before, and gives the new state with its event, or a [`Refusal`].

pub(crate) mod access;
pub(crate) mod comment;
pub(crate) mod delivery;
pub(crate) mod ids;
pub(crate) mod post;
pub(crate) mod profile;
pub(crate) mod reaction;
pub(crate) mod refusal;
pub(crate) mod relationship;
pub(crate) mod removal;
pub(crate) mod report;
pub(crate) mod review;
pub(crate) mod shelf;
#[cfg(test)]
mod tests;
pub(crate) mod text;

pub(crate) use access::{Action, Audience, Facts, Tie};
pub(crate) use comment::{Comment, CommentEvent};
pub(crate) use delivery::{Delivery, NoEvent};
pub(crate) use post::{Post, PostContent, PostEvent};
pub(crate) use profile::{Profile, ProfileChange, ProfileEvent};
pub(crate) use reaction::{Reaction, ReactionEvent};
pub(crate) use relationship::{Relationship, RelationshipEvent, RelationshipState};
pub(crate) use removal::{RemovedBy, Standing};
pub(crate) use report::{Report, ReportEvent, ReportState, Subject};
pub(crate) use review::{Review, ReviewContent, ReviewEvent, Tally};
pub(crate) use shelf::ShelvedProduct;

use chrono::{DateTime, Utc};
use hansa_values::UserId;

/// Who writes, and when. The username is the passport's: it never changes, so what is written may keep it.
#[derive(Debug, Clone)]
pub(crate) struct Author {
    pub user: UserId,
    pub username: String,
    pub now: DateTime<Utc>,
}

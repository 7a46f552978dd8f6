//! A user's profile. Its id has the user's uuid. It is made by the user's first write, and says who may see the user's
//! posts: `is_private` is this context's own, because contexts do not call each other.

use super::{
    Author,
    ids::ProfileId,
    refusal::{Refusal, is_current},
    removal::Removal,
    text::{self, Lines},
};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) const DISPLAY_NAME_CHARS_MAX: usize = 80;
pub(crate) const BIO_CHARS_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub id: ProfileId,
    pub user: UserId,
    pub username: String,
    pub display_name: Option<String>,
    pub bio: Option<String>,
    pub is_private: bool,
    pub created_at: DateTime<Utc>,
    /// When the decision was made that took its texts away, if any was; the latest.
    #[serde(default)]
    pub cleared_at: Option<DateTime<Utc>>,
    /// Since when its user is nobody.
    #[serde(default)]
    pub erased_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// What a user wants to be different; `None` leaves as it is, and an empty text takes away.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProfileChange<'a> {
    pub display_name: Option<&'a str>,
    pub bio: Option<&'a str>,
    pub is_private: Option<bool>,
    pub expected_version: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum ProfileEvent {
    /// Without the name: no event names a person.
    Created {
        user: UserId,
    },
    Updated {
        user: UserId,
        is_private: bool,
    },
    Cleared {
        user: UserId,
    },
    /// Its user is nobody any more. Said again as long as there may be something left of what they did.
    Erased {
        user: UserId,
    },
}

impl EventContent for ProfileEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ProfileEvent::Created { .. } => "created",
            ProfileEvent::Updated { .. } => "updated",
            ProfileEvent::Cleared { .. } => "cleared",
            ProfileEvent::Erased { .. } => "erased",
        }
    }
}

impl Profile {
    pub(crate) fn id_of(user: UserId) -> ProfileId {
        ProfileId::from_uuid(user.uuid())
    }

    /// The profile that a user has before they say anything about themselves.
    pub(crate) fn create(author: &Author) -> (Profile, ProfileEvent) {
        let Author { user, username, now } = author.clone();
        let event = ProfileEvent::Created { user };
        (Profile { username, version: 1, ..Profile::none(user, now) }, event)
    }

    /// Of a user who has none.
    pub(crate) fn none(user: UserId, now: DateTime<Utc>) -> Profile {
        Profile {
            id: Profile::id_of(user),
            user,
            username: String::new(),
            display_name: None,
            bio: None,
            is_private: false,
            created_at: now,
            cleared_at: None,
            erased_at: None,
            version: 0,
        }
    }

    /// Nothing is left in it; it stays, so that nobody writes in the user's name.
    pub(crate) fn erase(self, now: DateTime<Utc>) -> (Profile, ProfileEvent) {
        let event = ProfileEvent::Erased { user: self.user };
        let erased_at = self.erased_at.or(Some(now));
        let profile = Profile {
            is_private: true,
            created_at: self.created_at,
            erased_at,
            version: self.version + 1,
            ..Profile::none(self.user, now)
        };
        (profile, event)
    }

    pub(crate) fn update(mut self, change: &ProfileChange<'_>) -> Result<(Profile, ProfileEvent), Refusal> {
        is_current(self.version, change.expected_version)?;
        if let Some(name) = change.display_name {
            self.display_name = text::optional("displayName", Some(name), (DISPLAY_NAME_CHARS_MAX, Lines::One))?;
        }
        if let Some(bio) = change.bio {
            self.bio = text::optional("bio", Some(bio), (BIO_CHARS_MAX, Lines::Many))?;
        }
        self.is_private = change.is_private.unwrap_or(self.is_private);
        self.version += 1;
        let event = ProfileEvent::Updated { user: self.user, is_private: self.is_private };
        Ok((self, event))
    }

    /// What a moderator's removal does to a profile: the texts go, the user may write others. `None` when that decision,
    /// or a later one, was carried out already.
    pub(crate) fn clear(mut self, removal: &Removal) -> Option<(Profile, ProfileEvent)> {
        if self.cleared_at >= Some(removal.at) {
            return None;
        }
        self.cleared_at = Some(removal.at);
        self.display_name = None;
        self.bio = None;
        self.version += 1;
        let event = ProfileEvent::Cleared { user: self.user };
        Some((self, event))
    }
}

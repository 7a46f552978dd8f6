//! Users: people who sign in. What belongs to a tenant's work is in their memberships.

use crate::domain::{Email, Refusal, Username};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::UserId;
use schemars::JsonSchema;
use serde::Serialize;

/// One person. The password's hash is not among this: it leaves the store only to be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: UserId,
    pub username: Username,
    pub email: Email,
    pub is_private: bool,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What can happen to a user. No names, addresses or hashes: events are never erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum UserEvent {
    Registered {
        is_private: bool,
        can_sign_in: bool,
    },
    PasswordChanged,
    PasswordReset,
    /// Changes nothing yet: an entry of the log, not an event for others.
    PasswordResetRequested,
    PrivacyChanged {
        is_private: bool,
    },
    /// Which fields are others now; not what they say.
    Updated {
        user_id: UserId,
        changed: Vec<&'static str>,
    },
    /// What named the person is gone; others forget what they have of the user.
    Erased {
        user_id: UserId,
    },
}

impl User {
    /// `None` when it is so already: then nothing happens, and the version stays.
    pub fn set_privacy(
        &mut self,
        is_private: bool,
        expected_version: Option<i64>,
    ) -> Result<Option<UserEvent>, Refusal> {
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        if self.is_private == is_private {
            return Ok(None);
        }
        self.is_private = is_private;
        self.version += 1;
        Ok(Some(UserEvent::PrivacyChanged { is_private }))
    }

    /// `None` when it is so already: then nothing happens, and the version stays.
    pub fn set_email(&mut self, email: Email, expected_version: Option<i64>) -> Result<Option<UserEvent>, Refusal> {
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        if self.email == email {
            return Ok(None);
        }
        self.email = email;
        self.version += 1;
        Ok(Some(UserEvent::Updated { user_id: self.id, changed: vec!["email"] }))
    }

    pub fn change_password(&mut self, is_reset: bool) -> UserEvent {
        self.version += 1;
        if is_reset { UserEvent::PasswordReset } else { UserEvent::PasswordChanged }
    }

    pub fn erase(&mut self) -> UserEvent {
        self.version += 1;
        UserEvent::Erased { user_id: self.id }
    }
}

impl EventContent for UserEvent {
    fn event_type(&self) -> &'static str {
        match self {
            UserEvent::Registered { .. } => "registered",
            UserEvent::PasswordChanged => "password_changed",
            UserEvent::PasswordReset => "password_reset",
            UserEvent::PasswordResetRequested => "password_reset_requested",
            UserEvent::PrivacyChanged { .. } => "privacy_changed",
            UserEvent::Updated { .. } => "updated",
            UserEvent::Erased { .. } => "erased",
        }
    }
}

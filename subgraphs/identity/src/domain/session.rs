//! Sessions: one sign-in each, and the family of its refresh tokens, of which one is good at a time.

use crate::domain::{Refusal, SessionId};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{TenantId, UserId};
use schemars::JsonSchema;
use serde::Serialize;

/// One sign-in of one user, until it is revoked or 30 days are over.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    /// The acting tenant.
    pub tenant: Option<TenantId>,
    pub created_at: DateTime<Utc>,
    pub refreshed_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// Why a session is over before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    SignedOut,
    /// An old refresh token came back: somebody else has a copy.
    TokenReused,
    PasswordChanged,
    PasswordReset,
    /// A user has so many sessions at most; the oldest go.
    TooMany,
    UserErased,
}

/// What was known of a refresh token when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    Current,
    UsedBefore,
}

/// What can happen to a session. Being refreshed is no event: it happens every ten minutes and changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SessionEvent {
    Created { user: UserId, expires_at: DateTime<Utc> },
    TenantSwitched { user: UserId, acting_tenant: Option<TenantId> },
    Revoked { user: UserId, reason: &'static str },
}

impl Session {
    /// From the sign-in on, however often it is refreshed.
    pub const LIFETIME: TimeDelta = TimeDelta::days(30);

    pub fn start(id: SessionId, user: UserId, tenant: Option<TenantId>, now: DateTime<Utc>) -> (Session, SessionEvent) {
        let expires_at = now + Self::LIFETIME;
        let session =
            Session { id, user, tenant, created_at: now, refreshed_at: now, expires_at, ended_at: None, version: 1 };
        (session, SessionEvent::Created { user, expires_at })
    }

    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// A used token ends the session, whoever sends it: two have it, and one of them is not the user.
    pub fn refresh(&mut self, token: TokenUse, now: DateTime<Utc>) -> Result<(), Refusal> {
        if !self.is_live(now) {
            return Err(Refusal::SessionEnded);
        }
        match token {
            TokenUse::Current => {
                self.refreshed_at = now;
                Ok(())
            }
            TokenUse::UsedBefore => Err(Refusal::RefreshTokenReused),
        }
    }

    /// `None` when it is over already.
    pub fn end(&mut self, reason: EndReason, now: DateTime<Utc>) -> Option<SessionEvent> {
        if !self.is_live(now) {
            return None;
        }
        self.ended_at = Some(now);
        self.version += 1;
        Some(SessionEvent::Revoked { user: self.user, reason: reason.as_str() })
    }

    pub fn switch_tenant(&mut self, tenant: Option<TenantId>) -> SessionEvent {
        self.tenant = tenant;
        self.version += 1;
        SessionEvent::TenantSwitched { user: self.user, acting_tenant: tenant }
    }
}

impl EndReason {
    const ALL: [EndReason; 6] = [
        EndReason::SignedOut,
        EndReason::TokenReused,
        EndReason::PasswordChanged,
        EndReason::PasswordReset,
        EndReason::TooMany,
        EndReason::UserErased,
    ];

    pub fn parse(text: &str) -> Option<EndReason> {
        EndReason::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            EndReason::SignedOut => "signed_out",
            EndReason::TokenReused => "token_reused",
            EndReason::PasswordChanged => "password_changed",
            EndReason::PasswordReset => "password_reset",
            EndReason::TooMany => "too_many",
            EndReason::UserErased => "user_erased",
        }
    }
}

impl EventContent for SessionEvent {
    fn event_type(&self) -> &'static str {
        match self {
            SessionEvent::Created { .. } => "created",
            SessionEvent::TenantSwitched { .. } => "tenant_switched",
            SessionEvent::Revoked { .. } => "revoked",
        }
    }
}

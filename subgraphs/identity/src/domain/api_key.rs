//! API keys: how programs act in a tenant, with some of its scopes. The secret is shown once and never kept.

use crate::domain::{ApiKeyId, Refusal, Scopes};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{TenantId, UserId};
use schemars::JsonSchema;
use serde::Serialize;

/// One key of one tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub tenant: TenantId,
    pub name: ApiKeyName,
    pub scopes: Scopes,
    pub created_by: UserId,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// What people call it: 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyName(String);

/// What a new key shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiKeyTerms {
    pub name: ApiKeyName,
    pub scopes: Scopes,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What can happen to a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ApiKeyEvent {
    Created { scopes: Vec<&'static str>, expires_at: Option<DateTime<Utc>> },
    Revoked,
}

impl ApiKeyTerms {
    const LIFETIME_MAX: TimeDelta = TimeDelta::days(731);

    /// `of_creator`: the scopes that whoever asks has in the tenant.
    pub(crate) fn check(&self, of_creator: &Scopes, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.scopes.is_empty() || !self.scopes.is_within(of_creator) {
            return Err(Refusal::ScopesInvalid);
        }
        match self.expires_at {
            Some(at) if at <= now || at > now + Self::LIFETIME_MAX => Err(Refusal::ExpiryInvalid),
            Some(_) | None => Ok(()),
        }
    }
}

impl ApiKey {
    pub fn created(&self) -> ApiKeyEvent {
        let scopes = self.scopes.iter().map(|scope| scope.as_str()).collect();
        ApiKeyEvent::Created { scopes, expires_at: self.expires_at }
    }

    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| now < at)
    }

    /// `None` when it is revoked already.
    pub fn revoke(&mut self, now: DateTime<Utc>) -> Option<ApiKeyEvent> {
        if self.revoked_at.is_some() {
            return None;
        }
        self.revoked_at = Some(now);
        self.version += 1;
        Some(ApiKeyEvent::Revoked)
    }
}

impl ApiKeyName {
    pub fn parse(text: &str) -> Result<ApiKeyName, Refusal> {
        let is_good =
            (1..=100).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control);
        if is_good { Ok(ApiKeyName(text.to_owned())) } else { Err(Refusal::NameInvalid) }
    }

    /// What the store keeps was checked when it came in.
    pub(crate) fn kept(text: String) -> ApiKeyName {
        ApiKeyName(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EventContent for ApiKeyEvent {
    fn event_type(&self) -> &'static str {
        match self {
            ApiKeyEvent::Created { .. } => "created",
            ApiKeyEvent::Revoked => "revoked",
        }
    }
}

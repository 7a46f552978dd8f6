//! Tenants: organisations whose members work together, and whose data is kept apart.

use crate::domain::{Refusal, TenantKind};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::TenantId;
use schemars::JsonSchema;
use serde::Serialize;

/// One organisation. Everybody may see this much of it; members, keys and log are another matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    pub id: TenantId,
    pub handle: TenantHandle,
    pub name: TenantName,
    pub kind: TenantKind,
    pub created_at: DateTime<Utc>,
    /// Since when nobody can act in it.
    pub suspended_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// Why a tenant is suspended or reinstated: 1 to 500 characters, for the log of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SuspensionReason(String);

/// What stands in links: 3 to 50 of `a-z`, `0-9` and `-`. It never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantHandle(String);

/// What people read: 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantName(String);

/// What can happen to a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TenantEvent {
    Created {
        handle: String,
        name: String,
        kind: &'static str,
    },
    Updated {
        name: String,
    },
    /// Nobody acts in it, and nothing of it is sold, until it is reinstated.
    Suspended {
        tenant_id: TenantId,
    },
    Reinstated {
        tenant_id: TenantId,
    },
}

impl Tenant {
    pub fn created(&self) -> TenantEvent {
        TenantEvent::Created { handle: self.handle.0.clone(), name: self.name.0.clone(), kind: self.kind.as_str() }
    }

    pub fn rename(&mut self, name: TenantName, expected_version: i64) -> Result<TenantEvent, Refusal> {
        if expected_version != self.version {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        self.name = name;
        self.version += 1;
        Ok(TenantEvent::Updated { name: self.name.0.clone() })
    }

    /// `None` when it is so already.
    pub fn suspend(&mut self, now: DateTime<Utc>) -> Result<Option<TenantEvent>, Refusal> {
        if self.kind == TenantKind::Platform {
            return Err(Refusal::TenantNotSuspendable);
        }
        if self.suspended_at.is_some() {
            return Ok(None);
        }
        self.suspended_at = Some(now);
        self.version += 1;
        Ok(Some(TenantEvent::Suspended { tenant_id: self.id }))
    }

    /// `None` when it is so already.
    pub fn reinstate(&mut self) -> Option<TenantEvent> {
        self.suspended_at.take()?;
        self.version += 1;
        Some(TenantEvent::Reinstated { tenant_id: self.id })
    }
}

impl TenantHandle {
    pub fn parse(text: &str) -> Result<TenantHandle, Refusal> {
        let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_good = (3..=50).contains(&text.len())
            && text.bytes().all(is_known)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if is_good { Ok(TenantHandle(text.to_owned())) } else { Err(Refusal::HandleInvalid) }
    }

    /// What the store keeps was checked when it came in.
    pub(crate) fn kept(text: String) -> TenantHandle {
        TenantHandle(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TenantName {
    pub fn parse(text: &str) -> Result<TenantName, Refusal> {
        let is_good =
            (1..=100).contains(&text.chars().count()) && text.trim() == text && !text.chars().any(char::is_control);
        if is_good { Ok(TenantName(text.to_owned())) } else { Err(Refusal::NameInvalid) }
    }

    /// What the store keeps was checked when it came in.
    pub(crate) fn kept(text: String) -> TenantName {
        TenantName(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SuspensionReason {
    pub(crate) fn parse(text: &str) -> Result<SuspensionReason, Refusal> {
        let text = text.trim();
        let is_plain = |c: char| !c.is_control() || c == '\n';
        let is_good = (1..=500).contains(&text.chars().count()) && text.chars().all(is_plain);
        if is_good { Ok(SuspensionReason(text.to_owned())) } else { Err(Refusal::ReasonInvalid) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl EventContent for TenantEvent {
    fn event_type(&self) -> &'static str {
        match self {
            TenantEvent::Created { .. } => "created",
            TenantEvent::Updated { .. } => "updated",
            TenantEvent::Suspended { .. } => "suspended",
            TenantEvent::Reinstated { .. } => "reinstated",
        }
    }
}

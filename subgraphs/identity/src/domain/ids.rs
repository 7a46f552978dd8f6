//! Ids of what identity alone knows. Users' and tenants' ids are known to all contexts.

use hansa_values::{EntityKind, Id};

/// Marks ids of memberships.
#[derive(Debug)]
pub struct MembershipKind;

/// Marks ids of sessions.
#[derive(Debug)]
pub struct SessionKind;

/// Marks ids of API keys.
#[derive(Debug)]
pub struct ApiKeyKind;

/// Marks ids of entries of the audit log.
#[derive(Debug)]
pub(crate) struct AuditEntryKind;

pub type MembershipId = Id<MembershipKind>;
pub type SessionId = Id<SessionKind>;
pub type ApiKeyId = Id<ApiKeyKind>;
pub(crate) type AuditEntryId = Id<AuditEntryKind>;

impl EntityKind for MembershipKind {
    const PREFIX: &'static str = "membership";
    const TYPE_NAME: &'static str = "Membership";
}

impl EntityKind for SessionKind {
    const PREFIX: &'static str = "session";
    const TYPE_NAME: &'static str = "Session";
}

impl EntityKind for ApiKeyKind {
    const PREFIX: &'static str = "apikey";
    const TYPE_NAME: &'static str = "ApiKey";
}

impl EntityKind for AuditEntryKind {
    const PREFIX: &'static str = "audit";
    const TYPE_NAME: &'static str = "AuditEntry";
}

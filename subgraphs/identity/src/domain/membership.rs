//! Memberships: who works in which tenant, as what. Rules that need the other members take what was counted.

use crate::domain::{MembershipId, Refusal, Role, Roles};
use chrono::{DateTime, Utc};
use hansa_event_sourcing::EventContent;
use hansa_values::{TenantId, UserId};
use schemars::JsonSchema;
use serde::Serialize;

/// One user in one tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    pub id: MembershipId,
    pub tenant: TenantId,
    pub user: UserId,
    pub roles: Roles,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

/// What can happen to a membership.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum MembershipEvent {
    Granted { user: UserId, roles: Vec<&'static str> },
    RolesChanged { user: UserId, roles: Vec<&'static str> },
    Revoked { user: UserId },
}

impl Membership {
    pub fn granted(&self) -> MembershipEvent {
        MembershipEvent::Granted { user: self.user, roles: names(&self.roles) }
    }

    /// `by`: the roles of whoever asks; `owners`: how many OWNERs the tenant has, this one included.
    pub fn set_roles(
        &mut self,
        roles: Roles,
        expected_version: i64,
        by: &Roles,
        owners: i64,
    ) -> Result<MembershipEvent, Refusal> {
        if expected_version != self.version {
            return Err(Refusal::VersionConflict { current: self.version });
        }
        let (was_owner, is_owner) = (self.roles.has(Role::Owner), roles.has(Role::Owner));
        if was_owner != is_owner && !by.has(Role::Owner) {
            return Err(Refusal::OwnerRequired);
        }
        if was_owner && !is_owner && owners <= 1 {
            return Err(Refusal::LastOwner);
        }
        self.roles = roles;
        self.version += 1;
        Ok(MembershipEvent::RolesChanged { user: self.user, roles: names(&self.roles) })
    }

    /// Everybody may leave; `by` is `None` for that.
    pub fn revoke(&mut self, by: Option<&Roles>, owners: i64) -> Result<MembershipEvent, Refusal> {
        let is_owner = self.roles.has(Role::Owner);
        if is_owner && by.is_some_and(|by| !by.has(Role::Owner)) {
            return Err(Refusal::OwnerRequired);
        }
        if is_owner && owners <= 1 {
            return Err(Refusal::LastOwner);
        }
        self.version += 1;
        Ok(MembershipEvent::Revoked { user: self.user })
    }

    /// The user goes for good; that others are OWNERs was looked at.
    pub(crate) fn leave(&mut self) -> MembershipEvent {
        self.version += 1;
        MembershipEvent::Revoked { user: self.user }
    }
}

/// Whether somebody with the roles `by` may make a member with these.
pub(crate) fn may_grant(roles: &Roles, by: &Roles) -> Result<(), Refusal> {
    if roles.has(Role::Owner) && !by.has(Role::Owner) { Err(Refusal::OwnerRequired) } else { Ok(()) }
}

fn names(roles: &Roles) -> Vec<&'static str> {
    roles.iter().map(Role::as_str).collect()
}

impl EventContent for MembershipEvent {
    fn event_type(&self) -> &'static str {
        match self {
            MembershipEvent::Granted { .. } => "granted",
            MembershipEvent::RolesChanged { .. } => "roles_changed",
            MembershipEvent::Revoked { .. } => "revoked",
        }
    }
}

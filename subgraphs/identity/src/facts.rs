//! What a command made true: an event for others, and an entry of the audit log, from one value.

use crate::{
    domain::{
        ApiKey, ApiKeyEvent, AuditEntry, Membership, MembershipEvent, Session, SessionEvent, SuspensionReason, Tenant,
        TenantEvent, User, UserEvent,
    },
    tables::audit_entries,
};
use hansa_event_sourcing::{Command, DomainEvent, EventContent};
use hansa_relational::{StoreError, UnitOfWork};
use hansa_values::{TenantId, UserId};
use schemars::JsonSchema;
use serde::Serialize;

/// An event, with the logs that it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    event: DomainEvent,
    /// In whose logs it stands.
    tenant: Option<TenantId>,
    user: Option<UserId>,
    /// Who did it, where the command does not know: somebody who is just signing in.
    actor: Option<UserId>,
    /// Why, for the log alone.
    detail: Option<String>,
}

/// What can happen to the keys that sign access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum SigningKeyEvent {
    Rotated,
}

impl EventContent for SigningKeyEvent {
    fn event_type(&self) -> &'static str {
        match self {
            SigningKeyEvent::Rotated => "rotated",
        }
    }
}

/// Adds both to the unit of work.
pub(crate) async fn record(unit: &mut UnitOfWork, command: &Command, fact: Fact) -> Result<(), StoreError> {
    note(unit, command, &fact).await?;
    unit.record(fact.event);
    Ok(())
}

/// Adds the entry of the log alone: what changes nothing is nothing to others.
pub(crate) async fn note(unit: &mut UnitOfWork, command: &Command, fact: &Fact) -> Result<(), StoreError> {
    let entry = AuditEntry {
        id: command.ids.id(),
        tenant: fact.tenant,
        user: fact.user,
        actor: fact.actor.or(command.actor.user),
        action: format!("{}.{}", fact.event.aggregate, fact.event.event_type),
        subject: fact.event.stream_id.clone(),
        operation: command.operation.to_owned(),
        at: command.now,
        detail: fact.detail.clone(),
    };
    audit_entries::insert(unit, &entry).await
}

impl Fact {
    pub(crate) fn of_user(user: &User, event: &UserEvent) -> Fact {
        let stream = (user.id.to_string(), user.version);
        Fact {
            event: DomainEvent::new("user", stream, None, event),
            tenant: None,
            user: Some(user.id),
            actor: None,
            detail: None,
        }
    }

    pub(crate) fn of_session(session: &Session, event: &SessionEvent) -> Fact {
        let stream = (session.id.to_string(), session.version);
        let event = DomainEvent::new("session", stream, None, event);
        Fact { event, tenant: None, user: Some(session.user), actor: None, detail: None }
    }

    pub(crate) fn of_tenant(tenant: &Tenant, event: &TenantEvent) -> Fact {
        let stream = (tenant.id.to_string(), tenant.version);
        let event = DomainEvent::new("tenant", stream, Some(tenant.id), event);
        Fact { event, tenant: Some(tenant.id), user: None, actor: None, detail: None }
    }

    pub(crate) fn of_membership(membership: &Membership, event: &MembershipEvent) -> Fact {
        let stream = (membership.id.to_string(), membership.version);
        let event = DomainEvent::new("membership", stream, Some(membership.tenant), event);
        Fact { event, tenant: Some(membership.tenant), user: Some(membership.user), actor: None, detail: None }
    }

    pub(crate) fn of_api_key(key: &ApiKey, event: &ApiKeyEvent) -> Fact {
        let stream = (key.id.to_string(), key.version);
        let event = DomainEvent::new("api_key", stream, Some(key.tenant), event);
        Fact { event, tenant: Some(key.tenant), user: None, actor: None, detail: None }
    }

    /// There is one stream of them; its versions are the seconds at which keys were made.
    pub(crate) fn of_signing_key(event: SigningKeyEvent, at: i64) -> Fact {
        let event = DomainEvent::new("key", ("signing".to_owned(), at), None, &event);
        Fact { event, tenant: None, user: None, actor: None, detail: None }
    }

    pub(crate) fn because(self, reason: &SuspensionReason) -> Fact {
        Fact { detail: Some(reason.as_str().to_owned()), ..self }
    }

    pub(crate) fn by(self, actor: UserId) -> Fact {
        Fact { actor: Some(actor), ..self }
    }
}

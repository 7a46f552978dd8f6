//! Examples of the events that identity publishes. Others test against them. None of them names a person.

use crate::{
    NAME, PUBLISHES,
    domain::{ApiKeyEvent, ApiKeyId, MembershipEvent, MembershipId, SessionEvent, SessionId, TenantEvent, UserEvent},
    facts::SigningKeyEvent,
};
use hansa_event_sourcing::{
    DomainEvent, EventContent,
    testing::{Example, published},
};
use hansa_values::{TenantId, UserId};
use schemars::JsonSchema;
use uuid::Uuid;

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

fn example<E: EventContent + JsonSchema>(
    aggregate: &'static str,
    stream_id: impl ToString,
    tenant: Option<TenantId>,
    content: &E,
) -> Example {
    Example::of::<E>(DomainEvent::new(aggregate, (stream_id.to_string(), 2), tenant, content))
}

#[test]
fn every_event_has_an_example() {
    let (user, tenant) = (UserId::from_uuid(uuid(1)), TenantId::from_uuid(uuid(9)));
    let expires_at = "2026-02-01T03:04:05Z".parse().unwrap();
    let users = [
        UserEvent::Registered { is_private: false, can_sign_in: true },
        UserEvent::PasswordChanged,
        UserEvent::PasswordReset,
        UserEvent::PrivacyChanged { is_private: true },
        UserEvent::Updated { user_id: user, changed: vec!["email"] },
        UserEvent::Erased { user_id: user },
    ];
    let mut examples = Vec::from(users.map(|event| example("user", user, None, &event)));
    let sessions = [
        SessionEvent::Created { user, expires_at },
        SessionEvent::TenantSwitched { user, acting_tenant: Some(tenant) },
        SessionEvent::Revoked { user, reason: "signed_out" },
    ];
    examples.extend(sessions.map(|event| example("session", SessionId::from_uuid(uuid(2)), None, &event)));
    let tenants = [
        TenantEvent::Created { handle: "lights".to_owned(), name: "Lights".to_owned(), kind: "MERCHANT" },
        TenantEvent::Updated { name: "Lights & Co".to_owned() },
        TenantEvent::Suspended { tenant_id: tenant },
        TenantEvent::Reinstated { tenant_id: tenant },
    ];
    examples.extend(tenants.map(|event| example("tenant", tenant, Some(tenant), &event)));
    let roles = vec!["OWNER", "EDITOR"];
    let memberships = [
        MembershipEvent::Granted { user, roles: roles.clone() },
        MembershipEvent::RolesChanged { user, roles },
        MembershipEvent::Revoked { user },
    ];
    let membership = MembershipId::from_uuid(uuid(3));
    examples.extend(memberships.map(|event| example("membership", membership, Some(tenant), &event)));
    let keys =
        [ApiKeyEvent::Created { scopes: vec!["catalog:write"], expires_at: Some(expires_at) }, ApiKeyEvent::Revoked];
    examples.extend(keys.map(|event| example("api_key", ApiKeyId::from_uuid(uuid(4)), Some(tenant), &event)));
    examples.push(example("key", "signing", None, &SigningKeyEvent::Rotated));
    published(NAME, PUBLISHES, examples);
}

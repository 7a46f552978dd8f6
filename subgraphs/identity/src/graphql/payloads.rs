//! Payloads of mutations: what was done, or why not.

use super::{
    api_key::ApiKeyObject, membership::MembershipObject, session::SessionObject, tenant::TenantObject, user::UserObject,
};
use crate::{
    AccessToken, ApiKeyCreated, ApiKeySignedIn, Outcome, SignedIn, TenantSwitched,
    domain::{ApiKey, Membership, Refusal, Session, Tenant, User},
    outcome::CommandError,
};
use async_graphql::{ID, SimpleObject};
use hansa_subgraph_host::{Done, Fault, Refuse, UserError, scalars::DateTime};
use hansa_values::UserId;
use std::fmt;

/// A payload of a `T`.
pub(super) trait Payload<T>: Default {
    fn of(done: Done<T>) -> Self;
    fn user_errors(&mut self) -> &mut Vec<UserError>;
}

/// The payload of what a command gave; what nobody who asks can do anything about is an error instead.
pub(super) fn answer<T, P: Payload<T>>(outcome: Outcome<T>) -> Result<P, Fault> {
    match outcome {
        Ok(done) => Ok(P::of(done)),
        Err(CommandError::Refused(refusal)) => Ok(refused(user_error(&refusal))),
        Err(CommandError::Failed(fault)) => Err(fault),
    }
}

/// The payload of what was not done.
pub(super) fn refused<T, P: Payload<T>>(error: UserError) -> P {
    let mut payload = P::default();
    payload.user_errors().push(error);
    payload
}

pub(super) fn user_error(refusal: &Refusal) -> UserError {
    match refusal {
        Refusal::VersionConflict { current } => UserError::version_conflict(*current),
        Refusal::TooManyAttempts { retry_after_ms } => UserError::too_many_attempts(*retry_after_ms),
        Refusal::IdempotencyKeyReused => UserError::idempotency_key_reused(),
        other => UserError::new(other.code(), other.field().unwrap_or_default(), other.to_string()),
    }
}

impl Refuse for Refusal {
    fn key_reused() -> Refusal {
        Refusal::IdempotencyKeyReused
    }

    fn user_errors(&self) -> Vec<UserError> {
        vec![user_error(self)]
    }
}

/// A user that registered.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct UserRegisterPayload {
    user: Option<UserObject>,
    /// Whether this is the answer to an earlier call with the same key.
    replayed: bool,
    user_errors: Vec<UserError>,
}

/// A user of whom nothing is known any more.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct UserErasePayload {
    /// Finds nothing any more.
    erased_user_id: Option<ID>,
    /// Whether this is the answer to an earlier call with the same key.
    replayed: bool,
    user_errors: Vec<UserError>,
}

/// A session with its tokens. Nobody sees them again.
#[derive(Default, SimpleObject)]
#[graphql(name = "SessionPayload")]
pub(super) struct SessionPayload {
    /// Null for programs, which have none.
    session: Option<SessionObject>,
    /// For the header `Authorization: Bearer …`.
    access_token: Option<String>,
    access_token_expires_at: Option<DateTime>,
    /// For one `sessionRefresh`. Null where the one that the client has is still good.
    refresh_token: Option<String>,
    user: Option<UserObject>,
    user_errors: Vec<UserError>,
}

/// A session that ended.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct SessionRevokePayload {
    session: Option<SessionObject>,
    user_errors: Vec<UserError>,
}

/// Sessions that ended.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct SessionsRevokeAllPayload {
    /// How many there were.
    revoked_count: Option<i32>,
    user_errors: Vec<UserError>,
}

/// A user who changed.
#[derive(Debug, Default, SimpleObject)]
#[graphql(name = "UserPayload")]
pub(super) struct UserPayload {
    user: Option<UserObject>,
    user_errors: Vec<UserError>,
}

/// A mail that was sent, or not: nothing here tells.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct PasswordResetRequestPayload {
    user_errors: Vec<UserError>,
}

/// A password that was set by a token from a mail.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct PasswordResetPayload {
    user: Option<UserObject>,
    user_errors: Vec<UserError>,
}

/// A tenant that was founded.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct TenantCreatePayload {
    tenant: Option<TenantObject>,
    /// Whether this is the answer to an earlier call with the same key.
    replayed: bool,
    user_errors: Vec<UserError>,
}

/// A tenant that changed.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct TenantUpdatePayload {
    tenant: Option<TenantObject>,
    user_errors: Vec<UserError>,
}

/// A tenant in which nobody can act, or can again.
#[derive(Debug, Default, SimpleObject)]
#[graphql(name = "TenantSuspensionPayload")]
pub(super) struct TenantSuspensionPayload {
    tenant: Option<TenantObject>,
    /// Whether this is the answer to an earlier call with the same key.
    replayed: bool,
    user_errors: Vec<UserError>,
}

/// A new membership.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct MembershipGrantPayload {
    membership: Option<MembershipObject>,
    /// Whether this is the answer to an earlier call with the same key.
    replayed: bool,
    user_errors: Vec<UserError>,
}

/// A membership that changed, or was.
#[derive(Debug, Default, SimpleObject)]
#[graphql(name = "MembershipPayload")]
pub(super) struct MembershipPayload {
    membership: Option<MembershipObject>,
    user_errors: Vec<UserError>,
}

/// A new key.
#[derive(Default, SimpleObject)]
pub(super) struct ApiKeyCreatePayload {
    api_key: Option<ApiKeyObject>,
    /// Shown this once: null in the answer to a repetition.
    secret: Option<String>,
    /// Whether this is the answer to an earlier call with the same key.
    replayed: bool,
    user_errors: Vec<UserError>,
}

/// A key that is good no longer.
#[derive(Debug, Default, SimpleObject)]
pub(super) struct ApiKeyRevokePayload {
    api_key: Option<ApiKeyObject>,
    user_errors: Vec<UserError>,
}

/// `Payload::of` for each; `user_errors` is the same everywhere.
macro_rules! payloads {
    ($($payload:ident of $value:ty: |$done:ident| $make:expr;)*) => {$(
        impl Payload<$value> for $payload {
            fn of($done: Done<$value>) -> Self {
                $make
            }

            fn user_errors(&mut self) -> &mut Vec<UserError> {
                &mut self.user_errors
            }
        }
    )*};
}

payloads! {
    UserRegisterPayload of User: |done| Self {
        user: Some(UserObject(done.value)),
        replayed: done.replayed,
        ..Self::default()
    };
    UserErasePayload of UserId: |done| Self {
        erased_user_id: Some(done.value.to_string().into()),
        replayed: done.replayed,
        ..Self::default()
    };
    SessionPayload of SignedIn: |done| Self {
        session: Some(SessionObject(done.value.session)),
        refresh_token: Some(done.value.refresh_token.reveal().to_owned()),
        user: Some(UserObject(done.value.user)),
        ..Self::of_token(&done.value.access_token)
    };
    SessionPayload of TenantSwitched: |done| Self {
        session: Some(SessionObject(done.value.session)),
        user: Some(UserObject(done.value.user)),
        ..Self::of_token(&done.value.access_token)
    };
    SessionPayload of ApiKeySignedIn: |done| Self::of_token(&done.value.access_token);
    SessionRevokePayload of Session: |done| Self { session: Some(SessionObject(done.value)), ..Self::default() };
    SessionsRevokeAllPayload of i32: |done| Self { revoked_count: Some(done.value), ..Self::default() };
    UserPayload of User: |done| Self { user: Some(UserObject(done.value)), ..Self::default() };
    PasswordResetRequestPayload of (): |_done| Self::default();
    PasswordResetPayload of User: |done| Self { user: Some(UserObject(done.value)), ..Self::default() };
    TenantCreatePayload of Tenant: |done| Self {
        tenant: Some(TenantObject(done.value)),
        replayed: done.replayed,
        ..Self::default()
    };
    TenantUpdatePayload of Tenant: |done| Self { tenant: Some(TenantObject(done.value)), ..Self::default() };
    TenantSuspensionPayload of Tenant: |done| Self {
        tenant: Some(TenantObject(done.value)),
        replayed: done.replayed,
        ..Self::default()
    };
    MembershipGrantPayload of Membership: |done| Self {
        membership: Some(MembershipObject(done.value)),
        replayed: done.replayed,
        ..Self::default()
    };
    MembershipPayload of Membership: |done| Self {
        membership: Some(MembershipObject(done.value)),
        ..Self::default()
    };
    ApiKeyCreatePayload of ApiKeyCreated: |done| Self {
        api_key: Some(ApiKeyObject(done.value.api_key)),
        secret: done.value.secret.map(|secret| secret.reveal().to_owned()),
        replayed: done.replayed,
        ..Self::default()
    };
    ApiKeyRevokePayload of ApiKey: |done| Self { api_key: Some(ApiKeyObject(done.value)), ..Self::default() };
}

impl fmt::Debug for SessionPayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = self.session.as_ref().map(|session| session.0.id);
        let errors = &self.user_errors;
        formatter
            .debug_struct("SessionPayload")
            .field("session", &session)
            .field("user_errors", errors)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ApiKeyCreatePayload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, errors) = (&self.api_key, &self.user_errors);
        formatter
            .debug_struct("ApiKeyCreatePayload")
            .field("api_key", key)
            .field("user_errors", errors)
            .finish_non_exhaustive()
    }
}

impl SessionPayload {
    fn of_token(token: &AccessToken) -> SessionPayload {
        SessionPayload {
            access_token: Some(token.token.reveal().to_owned()),
            access_token_expires_at: Some(DateTime(token.expires_at)),
            ..SessionPayload::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKeyCreatePayload, SessionPayload};

    #[test]
    fn payloads_do_not_show_secrets() {
        let secret = || Some("a secret".to_owned());
        let session = SessionPayload { access_token: secret(), refresh_token: secret(), ..SessionPayload::default() };
        let key = ApiKeyCreatePayload { secret: secret(), ..ApiKeyCreatePayload::default() };
        let shown = format!("{session:?} {key:?}");
        assert!(shown.contains("user_errors") && !shown.contains("a secret"), "{shown}");
    }
}

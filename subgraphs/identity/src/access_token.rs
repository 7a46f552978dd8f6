//! Access tokens: what the router verifies. Valid for ten minutes, whatever happens to the session meanwhile.

use crate::domain::{Roles, Scopes, SessionId};
use chrono::{DateTime, TimeDelta, Utc};
use hansa_values::TenantId;
use serde::Serialize;
use uuid::Uuid;

/// Who issues them.
pub const ISSUER: &str = "hansa-identity";
/// Whom they are for: the router.
pub const AUDIENCE: &str = "hansa";
/// The header parameter `typ` (RFC 9068).
pub const TYP: &str = "at+jwt";
/// How long one is valid.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// What a token says of its bearer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bearer {
    /// A user's id or an API key's.
    pub(crate) subject: String,
    pub(crate) username: Option<String>,
    pub(crate) session: Option<SessionId>,
    /// The acting tenant.
    pub(crate) tenant: Option<TenantId>,
    pub(crate) roles: Option<Roles>,
    pub(crate) scopes: Scopes,
}

#[derive(Serialize)]
pub(crate) struct AccessTokenClaims {
    iss: &'static str,
    aud: &'static str,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    roles: Vec<&'static str>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
}

impl AccessTokenClaims {
    pub(crate) fn new(bearer: Bearer, id: Uuid, now: DateTime<Utc>) -> AccessTokenClaims {
        AccessTokenClaims {
            iss: ISSUER,
            aud: AUDIENCE,
            sub: bearer.subject,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti: id,
            sid: bearer.session,
            tenant: bearer.tenant,
            roles: bearer.roles.iter().flat_map(Roles::iter).map(|role| role.as_str()).collect(),
            scope: bearer.scopes.to_string(),
            preferred_username: bearer.username,
        }
    }
}

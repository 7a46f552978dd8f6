//! Bounded context: users, sessions, tenants, memberships, API keys.

mod access_token;
mod commands;
mod domain;
mod erasure;
mod facts;
mod graphql;
mod identity;
mod mail_drop;
mod outcome;
mod passwords;
mod secrets;
mod standing;
mod subgraph;
mod tables;
#[cfg(test)]
mod tests;
mod throttle;

pub use access_token::{AUDIENCE, ISSUER, LIFETIME, TYP};
pub use commands::{
    ApiKeyCreate, ApiKeyCreated, ApiKeySignedIn, MembershipGrant, MembershipRolesSet, PasswordChange, PasswordReset,
    PlatformTenantCreate, PrivacySet, SessionCreate, SignedIn, TenantCreate, TenantSuspension, TenantSwitched,
    TenantUpdate, UserErase, UserRegister, UserUpdate,
};
pub use domain::{
    ApiKey, ApiKeyId, ApiKeyName, Email, Membership, MembershipId, Refusal, Role, Roles, Scope, Scopes, Session,
    SessionId, Tenant, TenantHandle, TenantKind, TenantName, User, Username,
};
pub use identity::{AccessToken, Identity};
pub use outcome::{CommandError, Outcome};
pub use secrets::Secret;
pub use subgraph::{LISTENS, NAME, NODES, PUBLISHES, sdl};

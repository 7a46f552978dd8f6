//! What identity knows, without how it is kept: pure functions and values. No I/O, no clock, no randomness.

mod api_key;
mod audit;
mod email;
mod ids;
mod membership;
mod password;
mod refusal;
mod role;
mod session;
mod tenant;
#[cfg(test)]
mod tests;
mod user;
mod username;

pub use api_key::{ApiKey, ApiKeyEvent, ApiKeyName, ApiKeyTerms};
pub use audit::AuditEntry;
pub use email::Email;
pub use ids::{ApiKeyId, AuditEntryId, MembershipId, SessionId};
pub(crate) use ids::{ApiKeyKind, AuditEntryKind, MembershipKind, SessionKind};
pub(crate) use membership::may_grant;
pub use membership::{Membership, MembershipEvent};
pub use password::{Password, PasswordFlaw};
pub use refusal::Refusal;
pub use role::{Role, Roles, Scope, Scopes, TenantKind};
pub use session::{EndReason, Session, SessionEvent, TokenUse};
pub use tenant::{Tenant, TenantEvent, TenantHandle, TenantName};
pub use user::{User, UserEvent};
pub use username::Username;

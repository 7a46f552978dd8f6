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

pub use api_key::{ApiKey, ApiKeyName};
pub(crate) use api_key::{ApiKeyEvent, ApiKeyTerms};
pub(crate) use audit::AuditEntry;
pub use email::Email;
pub(crate) use ids::AuditEntryId;
pub use ids::{ApiKeyId, MembershipId, SessionId};
pub use membership::Membership;
pub(crate) use membership::{MembershipEvent, may_grant};
pub(crate) use password::Password;
#[cfg(test)]
pub(crate) use password::PasswordFlaw;
pub use refusal::Refusal;
pub use role::{Role, Roles, Scope, Scopes, TenantKind};
pub use session::Session;
pub(crate) use session::{EndReason, SessionEvent, TokenUse};
pub(crate) use tenant::{SuspensionReason, TenantEvent};
pub use tenant::{Tenant, TenantHandle, TenantName};
pub use user::User;
pub(crate) use user::UserEvent;
pub use username::Username;

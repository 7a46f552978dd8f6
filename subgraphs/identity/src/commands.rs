//! The commands of identity, one file each: look up what the decision needs, let the domain decide, commit.
//!
//! Each is a public method of [`Identity`](crate::Identity) that takes the caller, the command's envelope and a plain
//! struct, whoever calls: GraphQL, the demo, an operator.

mod api_key_create;
mod api_key_revoke;
mod membership_grant;
mod membership_revoke;
mod membership_roles_set;
mod password_change;
mod password_reset;
mod privacy_set;
mod session_create;
mod session_create_with_api_key;
mod session_refresh;
mod session_revoke;
mod session_tenant_switch;
mod signing_key_rotate;
mod tenant_create;
mod tenant_suspend;
mod tenant_update;
mod user_erase;
mod user_register;
mod user_update;

pub use api_key_create::{ApiKeyCreate, ApiKeyCreated};
pub use membership_grant::MembershipGrant;
pub(crate) use membership_revoke::membership_resource;
pub use membership_roles_set::MembershipRolesSet;
pub use password_change::PasswordChange;
pub use password_reset::PasswordReset;
pub use privacy_set::PrivacySet;
pub use session_create::{SessionCreate, SignedIn};
pub use session_create_with_api_key::ApiKeySignedIn;
pub use session_tenant_switch::TenantSwitched;
pub use tenant_create::{PlatformTenantCreate, TenantCreate};
pub use tenant_suspend::TenantSuspension;
pub use tenant_update::TenantUpdate;
pub use user_erase::UserErase;
pub use user_register::UserRegister;
pub use user_update::UserUpdate;

//! Inputs of mutations. None has a `Debug` that would show a password or a token.

use super::membership::RoleName;
use async_graphql::{ID, InputObject};
use hansa_subgraph_host::scalars::DateTime;

/// Who registers.
#[derive(InputObject)]
pub(super) struct UserRegisterInput {
    /// 3 to 50 of a–z, 0–9, `-`, `_` and `.`; upper-case letters become lower-case ones.
    pub(super) username: String,
    pub(super) email: String,
    /// At least 10 characters, at most 128 bytes.
    pub(super) password: String,
    /// The account's wish, see `User.isPrivate`.
    #[graphql(default)]
    pub(super) is_private: bool,
    pub(super) idempotency_key: Option<String>,
}

/// Who signs in.
#[derive(InputObject)]
pub(super) struct SessionCreateInput {
    /// Username or e-mail address.
    pub(super) login: String,
    pub(super) password: String,
    /// The tenant to act in. Without it: the one that the user founded or switched to last, or none.
    pub(super) tenant_id: Option<ID>,
}

/// What is to be known of the caller from now on.
#[derive(InputObject)]
pub(super) struct UserUpdateInput {
    pub(super) email: String,
    /// The caller's own.
    pub(super) password: String,
    pub(super) expected_version: Option<i32>,
}

/// Who is erased.
#[derive(InputObject)]
pub(super) struct UserEraseInput {
    /// Without it: the caller. Others are erased by the platform's operators.
    pub(super) user_id: Option<ID>,
    /// Of the caller, for erasing oneself.
    pub(super) password: Option<String>,
    pub(super) idempotency_key: Option<String>,
}

/// Which session goes on.
#[derive(InputObject)]
pub(super) struct SessionRefreshInput {
    /// The one that came last.
    pub(super) refresh_token: String,
}

/// Which session ends.
#[derive(InputObject)]
pub(super) struct SessionRevokeInput {
    /// Without it: the caller's own.
    pub(super) session_id: Option<ID>,
}

/// Which sessions end.
#[derive(InputObject)]
pub(super) struct SessionsRevokeAllInput {
    /// All but the caller's own.
    #[graphql(default)]
    pub(super) keeps_current: bool,
}

/// In which tenant the session goes on.
#[derive(InputObject)]
pub(super) struct SessionTenantSwitchInput {
    /// Without it: in none.
    pub(super) tenant_id: Option<ID>,
}

/// Which program signs in.
#[derive(InputObject)]
pub(super) struct SessionCreateWithApiKeyInput {
    /// The secret that was shown when the key was made.
    pub(super) api_key: String,
}

/// The old password, and the new one.
#[derive(InputObject)]
pub(super) struct PasswordChangeInput {
    pub(super) current_password: String,
    pub(super) new_password: String,
}

/// Who forgot a password.
#[derive(InputObject)]
pub(super) struct PasswordResetRequestInput {
    pub(super) email: String,
}

/// The token from the mail, and the new password.
#[derive(InputObject)]
pub(super) struct PasswordResetInput {
    pub(super) token: String,
    pub(super) new_password: String,
}

/// Whether the account wishes to be private, see `User.isPrivate`.
#[derive(InputObject)]
pub(super) struct PrivacySetInput {
    pub(super) is_private: bool,
    pub(super) expected_version: Option<i32>,
}

/// A tenant to be.
#[derive(InputObject)]
pub(super) struct TenantCreateInput {
    /// 3 to 50 of a–z, 0–9 and `-`. It never changes.
    pub(super) handle: String,
    pub(super) name: String,
    pub(super) idempotency_key: Option<String>,
}

/// The acting tenant's new name.
#[derive(InputObject)]
pub(super) struct TenantUpdateInput {
    pub(super) name: String,
    pub(super) expected_version: i32,
}

/// Which tenant, and why.
#[derive(InputObject)]
pub(super) struct TenantSuspendInput {
    pub(super) tenant_id: ID,
    /// 1 to 500 characters, for the tenant's log.
    pub(super) reason: String,
    pub(super) idempotency_key: Option<String>,
}

/// Which tenant, and why.
#[derive(InputObject)]
pub(super) struct TenantReinstateInput {
    pub(super) tenant_id: ID,
    /// 1 to 500 characters, for the tenant's log.
    pub(super) reason: String,
    pub(super) idempotency_key: Option<String>,
}

/// Who joins the acting tenant.
#[derive(InputObject)]
pub(super) struct MembershipGrantInput {
    pub(super) username: String,
    pub(super) roles: Vec<RoleName>,
    pub(super) idempotency_key: Option<String>,
}

/// A member's roles from now on.
#[derive(InputObject)]
pub(super) struct MembershipRolesSetInput {
    pub(super) membership_id: ID,
    pub(super) roles: Vec<RoleName>,
    pub(super) expected_version: i32,
}

/// Who goes.
#[derive(InputObject)]
pub(super) struct MembershipRevokeInput {
    pub(super) membership_id: ID,
}

/// A key to be.
#[derive(InputObject)]
pub(super) struct ApiKeyCreateInput {
    /// What people call it.
    pub(super) name: String,
    /// Some of those that the caller has in the acting tenant.
    pub(super) scopes: Vec<String>,
    /// Without it: never.
    pub(super) expires_at: Option<DateTime>,
    pub(super) idempotency_key: Option<String>,
}

/// Which key.
#[derive(InputObject)]
pub(super) struct ApiKeyRevokeInput {
    pub(super) api_key_id: ID,
}

//! Why a command was not done: the closed list of identity's user errors. The README says which mutation gives which.

/// An expected failure, told to whoever asked. The texts name no secrets and nothing that belongs to others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "a username has 3 to 50 characters: letters a to z, digits, `-`, `_` and `.`, with a letter or digit at both ends"
    )]
    UsernameInvalid,
    #[error("this username belongs to somebody else")]
    UsernameTaken,
    #[error("this is no e-mail address")]
    EmailInvalid,
    #[error("this e-mail address belongs to an account")]
    EmailTaken,
    #[error("the password was refused: {reason}")]
    PasswordRefused { field: &'static str, reason: &'static str },
    #[error("login or password is wrong")]
    CredentialsInvalid,
    #[error("too many attempts; try again in {retry_after_ms} ms")]
    TooManyAttempts { retry_after_ms: i32 },
    #[error("this refresh token is unknown")]
    RefreshTokenInvalid,
    #[error("this refresh token was used before: its session was ended, sign in again")]
    RefreshTokenReused,
    #[error("the session has ended: sign in again")]
    SessionEnded,
    #[error("this token resets no password: it is unknown, used or too old")]
    ResetTokenInvalid,
    #[error("this API key is unknown, revoked or expired")]
    ApiKeyInvalid,
    #[error("a handle has 3 to 50 characters: letters a to z, digits and `-`, with a letter or digit at both ends")]
    HandleInvalid,
    #[error("this handle belongs to another tenant")]
    HandleTaken,
    #[error("a name has 1 to 100 characters, no control characters, and no blanks at its ends")]
    NameInvalid,
    #[error("a reason has 1 to 500 characters, and no control characters but line breaks")]
    ReasonInvalid,
    #[error("this tenant is suspended: nobody acts in it until the platform reinstates it")]
    TenantSuspended { field: &'static str },
    #[error("only tenants that sell can be suspended")]
    TenantNotSuspendable,
    #[error("a member has at least one role")]
    RolesInvalid,
    #[error("scopes must be some of those that you have in this tenant")]
    ScopesInvalid,
    #[error("a key expires in the future, and within two years")]
    ExpiryInvalid,
    #[error("this user is a member already")]
    AlreadyMember,
    #[error("a tenant keeps at least one OWNER")]
    LastOwner,
    #[error("a tenant keeps at least one OWNER, and this user is the only one of {tenants}: make another one first")]
    LastOwnerOf { tenants: String },
    #[error("this user was erased before")]
    UserErased,
    #[error("only an OWNER may make or unmake an OWNER")]
    OwnerRequired,
    #[error("there can be no more than {0} of these")]
    LimitReached(u32),
    #[error("nothing with this id or name is there for you")]
    NotFound { field: &'static str },
    #[error("sign in first")]
    Unauthenticated,
    #[error("this is not permitted in the acting tenant")]
    Forbidden,
    #[error("somebody changed it meanwhile; its version is now {current}")]
    VersionConflict { current: i64 },
    #[error("this idempotency key was used with other input")]
    IdempotencyKeyReused,
    #[error("an idempotency key has 16 to 128 printable ASCII characters")]
    IdempotencyKeyInvalid,
}

impl Refusal {
    /// Every code that a client can see; the README and the tests have each of them.
    pub const CODES: [&'static str; 32] = [
        "ALREADY_MEMBER",
        "API_KEY_INVALID",
        "CREDENTIALS_INVALID",
        "EMAIL_INVALID",
        "EMAIL_TAKEN",
        "EXPIRY_INVALID",
        "FORBIDDEN",
        "HANDLE_INVALID",
        "HANDLE_TAKEN",
        "IDEMPOTENCY_KEY_INVALID",
        "IDEMPOTENCY_KEY_REUSED",
        "LAST_OWNER",
        "LIMIT_REACHED",
        "NAME_INVALID",
        "NOT_FOUND",
        "OWNER_REQUIRED",
        "PASSWORD_REFUSED",
        "REASON_INVALID",
        "REFRESH_TOKEN_INVALID",
        "REFRESH_TOKEN_REUSED",
        "RESET_TOKEN_INVALID",
        "ROLES_INVALID",
        "SCOPES_INVALID",
        "SESSION_ENDED",
        "TENANT_NOT_SUSPENDABLE",
        "TENANT_SUSPENDED",
        "TOO_MANY_ATTEMPTS",
        "UNAUTHENTICATED",
        "USERNAME_INVALID",
        "USERNAME_TAKEN",
        "USER_ERASED",
        "VERSION_CONFLICT",
    ];

    pub const fn code(&self) -> &'static str {
        match self {
            Refusal::UsernameInvalid => "USERNAME_INVALID",
            Refusal::UsernameTaken => "USERNAME_TAKEN",
            Refusal::EmailInvalid => "EMAIL_INVALID",
            Refusal::EmailTaken => "EMAIL_TAKEN",
            Refusal::PasswordRefused { .. } => "PASSWORD_REFUSED",
            Refusal::CredentialsInvalid => "CREDENTIALS_INVALID",
            Refusal::TooManyAttempts { .. } => "TOO_MANY_ATTEMPTS",
            Refusal::RefreshTokenInvalid => "REFRESH_TOKEN_INVALID",
            Refusal::RefreshTokenReused => "REFRESH_TOKEN_REUSED",
            Refusal::SessionEnded => "SESSION_ENDED",
            Refusal::ResetTokenInvalid => "RESET_TOKEN_INVALID",
            Refusal::ApiKeyInvalid => "API_KEY_INVALID",
            Refusal::HandleInvalid => "HANDLE_INVALID",
            Refusal::HandleTaken => "HANDLE_TAKEN",
            Refusal::NameInvalid => "NAME_INVALID",
            Refusal::ReasonInvalid => "REASON_INVALID",
            Refusal::TenantSuspended { .. } => "TENANT_SUSPENDED",
            Refusal::TenantNotSuspendable => "TENANT_NOT_SUSPENDABLE",
            Refusal::RolesInvalid => "ROLES_INVALID",
            Refusal::ScopesInvalid => "SCOPES_INVALID",
            Refusal::ExpiryInvalid => "EXPIRY_INVALID",
            Refusal::AlreadyMember => "ALREADY_MEMBER",
            Refusal::LastOwner | Refusal::LastOwnerOf { .. } => "LAST_OWNER",
            Refusal::UserErased => "USER_ERASED",
            Refusal::OwnerRequired => "OWNER_REQUIRED",
            Refusal::LimitReached(_) => "LIMIT_REACHED",
            Refusal::NotFound { .. } => "NOT_FOUND",
            Refusal::Unauthenticated => "UNAUTHENTICATED",
            Refusal::Forbidden => "FORBIDDEN",
            Refusal::VersionConflict { .. } => "VERSION_CONFLICT",
            Refusal::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Refusal::IdempotencyKeyInvalid => "IDEMPOTENCY_KEY_INVALID",
        }
    }

    /// Which field of the mutation's input is to blame; `None` for none of them.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Refusal::UsernameInvalid | Refusal::UsernameTaken | Refusal::AlreadyMember => Some("username"),
            Refusal::EmailInvalid | Refusal::EmailTaken => Some("email"),
            Refusal::RefreshTokenInvalid | Refusal::RefreshTokenReused => Some("refreshToken"),
            Refusal::ResetTokenInvalid => Some("token"),
            Refusal::ApiKeyInvalid => Some("apiKey"),
            Refusal::HandleInvalid | Refusal::HandleTaken => Some("handle"),
            Refusal::NameInvalid => Some("name"),
            Refusal::UserErased => Some("userId"),
            Refusal::ReasonInvalid => Some("reason"),
            Refusal::TenantNotSuspendable => Some("tenantId"),
            Refusal::RolesInvalid => Some("roles"),
            Refusal::ScopesInvalid => Some("scopes"),
            Refusal::ExpiryInvalid => Some("expiresAt"),
            Refusal::NotFound { field }
            | Refusal::PasswordRefused { field, .. }
            | Refusal::TenantSuspended { field } => Some(field),
            Refusal::VersionConflict { .. } => Some("expectedVersion"),
            Refusal::IdempotencyKeyReused | Refusal::IdempotencyKeyInvalid => Some("idempotencyKey"),
            Refusal::CredentialsInvalid
            | Refusal::OwnerRequired
            | Refusal::LastOwner
            | Refusal::LastOwnerOf { .. }
            | Refusal::TooManyAttempts { .. }
            | Refusal::SessionEnded
            | Refusal::LimitReached(_)
            | Refusal::Unauthenticated
            | Refusal::Forbidden => None,
        }
    }
}

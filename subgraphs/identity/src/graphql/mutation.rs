//! Root fields for writing: each makes the command's envelope and its plain input, calls it, and writes the payload.

use super::{
    identity,
    inputs::{
        ApiKeyCreateInput, ApiKeyRevokeInput, MembershipGrantInput, MembershipRevokeInput, MembershipRolesSetInput,
        PasswordChangeInput, PasswordResetInput, PasswordResetRequestInput, PrivacySetInput, SessionCreateInput,
        SessionCreateWithApiKeyInput, SessionRefreshInput, SessionRevokeInput, SessionTenantSwitchInput,
        SessionsRevokeAllInput, TenantCreateInput, TenantReinstateInput, TenantSuspendInput, TenantUpdateInput,
        UserEraseInput, UserRegisterInput, UserUpdateInput,
    },
    payloads::{
        ApiKeyCreatePayload, ApiKeyRevokePayload, MembershipGrantPayload, MembershipPayload, PasswordResetPayload,
        PasswordResetRequestPayload, SessionPayload, SessionRevokePayload, SessionsRevokeAllPayload,
        TenantCreatePayload, TenantSuspensionPayload, TenantUpdatePayload, UserErasePayload, UserPayload,
        UserRegisterPayload, answer, refused, user_error,
    },
    sensitive,
};
use crate::{
    ApiKeyCreate, MembershipGrant, MembershipRolesSet, PasswordChange, PasswordReset, PrivacySet, SessionCreate,
    TenantCreate, TenantSuspension, TenantUpdate, UserErase, UserRegister, UserUpdate,
    domain::{Refusal, Role, Scope},
};
use async_graphql::{Context, ID, Object};
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{
    Caller, Fault, UserError,
    directives::{authenticated, requires_scopes, scope},
    request_context,
};
use hansa_values::{EntityKind, Id};

/// The mutation root.
#[derive(Debug)]
pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Makes an account. It signs nobody in.
    async fn user_register(&self, ctx: &Context<'_>, input: UserRegisterInput) -> Result<UserRegisterPayload, Fault> {
        let register = UserRegister {
            username: input.username,
            email: input.email,
            password: Some(input.password),
            is_private: input.is_private,
        };
        let request = request_context(ctx);
        let command = match request.command("userRegister", input.idempotency_key.as_deref(), &register.keyed()) {
            Ok(command) => command,
            Err(error) => return Ok(refused(error)),
        };
        answer(identity(ctx).user_register(request.caller(), &command, register).await)
    }

    /// Erases the caller's account, or, by the platform's operators, another: names, address, password, sessions, memberships
    /// and keys go at once, what other contexts have of the user soon after. It cannot be undone.
    #[graphql(directive = authenticated::apply())]
    async fn user_erase(&self, ctx: &Context<'_>, input: UserEraseInput) -> Result<UserErasePayload, Fault> {
        sensitive::only_one(ctx)?;
        let user = match optional_id(input.user_id, "userId") {
            Ok(user) => user,
            Err(refusal) => return Ok(refused(user_error(&refusal))),
        };
        let erase = UserErase { user, password: input.password };
        let request = request_context(ctx);
        let command = match request.command("userErase", input.idempotency_key.as_deref(), &erase.keyed()) {
            Ok(command) => command,
            Err(error) => return Ok(refused(error)),
        };
        answer(identity(ctx).user_erase(request.caller(), &command, erase).await)
    }

    /// Signs in with a password.
    async fn session_create(&self, ctx: &Context<'_>, input: SessionCreateInput) -> Result<SessionPayload, Fault> {
        sensitive::only_one(ctx)?;
        let tenant = match optional_id(input.tenant_id, "tenantId") {
            Ok(tenant) => tenant,
            Err(refusal) => return Ok(refused::<crate::SignedIn, _>(user_error(&refusal))),
        };
        let (caller, command) = envelope(ctx, "sessionCreate");
        let create = SessionCreate { login: input.login, password: input.password, tenant };
        answer(identity(ctx).session_create(caller, &command, create).await)
    }

    /// New tokens for a refresh token, which is good once: sent again, it ends its session.
    async fn session_refresh(&self, ctx: &Context<'_>, input: SessionRefreshInput) -> Result<SessionPayload, Fault> {
        let (_, command) = envelope(ctx, "sessionRefresh");
        answer(identity(ctx).session_refresh(&command, &input.refresh_token).await)
    }

    /// Signs out: access tokens of the session expire within ten minutes.
    #[graphql(directive = authenticated::apply())]
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        input: SessionRevokeInput,
    ) -> Result<SessionRevokePayload, Fault> {
        let id = match optional_id(input.session_id, "sessionId") {
            Ok(id) => id,
            Err(refusal) => return Ok(refused(user_error(&refusal))),
        };
        let (caller, command) = envelope(ctx, "sessionRevoke");
        answer(identity(ctx).session_revoke(caller, &command, id).await)
    }

    /// Signs out everywhere.
    #[graphql(directive = authenticated::apply())]
    async fn sessions_revoke_all(
        &self,
        ctx: &Context<'_>,
        input: SessionsRevokeAllInput,
    ) -> Result<SessionsRevokeAllPayload, Fault> {
        let (caller, command) = envelope(ctx, "sessionsRevokeAll");
        answer(identity(ctx).sessions_revoke_all(caller, &command, input.keeps_current).await)
    }

    /// A token that acts in another tenant, within the same session.
    #[graphql(directive = authenticated::apply())]
    async fn session_tenant_switch(
        &self,
        ctx: &Context<'_>,
        input: SessionTenantSwitchInput,
    ) -> Result<SessionPayload, Fault> {
        let tenant = match optional_id(input.tenant_id, "tenantId") {
            Ok(tenant) => tenant,
            Err(refusal) => return Ok(refused::<crate::TenantSwitched, _>(user_error(&refusal))),
        };
        let (caller, command) = envelope(ctx, "sessionTenantSwitch");
        answer(identity(ctx).session_tenant_switch(caller, &command, tenant).await)
    }

    /// A token for a program. There is no session and no refresh token: the key gives the next one.
    async fn session_create_with_api_key(
        &self,
        ctx: &Context<'_>,
        input: SessionCreateWithApiKeyInput,
    ) -> Result<SessionPayload, Fault> {
        sensitive::only_one(ctx)?;
        let (caller, command) = envelope(ctx, "sessionCreateWithApiKey");
        answer(identity(ctx).session_create_with_api_key(caller, &command, &input.api_key).await)
    }

    /// Sets a password, and ends all other sessions.
    #[graphql(directive = authenticated::apply())]
    async fn password_change(&self, ctx: &Context<'_>, input: PasswordChangeInput) -> Result<UserPayload, Fault> {
        sensitive::only_one(ctx)?;
        let (caller, command) = envelope(ctx, "passwordChange");
        let change = PasswordChange { current_password: input.current_password, new_password: input.new_password };
        answer(identity(ctx).password_change(caller, &command, change).await)
    }

    /// Sets the caller's address, to which mails go from now on. A username never changes.
    #[graphql(directive = authenticated::apply())]
    async fn user_update(&self, ctx: &Context<'_>, input: UserUpdateInput) -> Result<UserPayload, Fault> {
        sensitive::only_one(ctx)?;
        let (caller, command) = envelope(ctx, "userUpdate");
        let expected_version = input.expected_version.map(i64::from);
        let update = UserUpdate { email: input.email, password: input.password, expected_version };
        answer(identity(ctx).user_update(caller, &command, update).await)
    }

    /// Sends a mail with a token, if the address has an account. The answer does not tell.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        input: PasswordResetRequestInput,
    ) -> Result<PasswordResetRequestPayload, Fault> {
        sensitive::only_one(ctx)?;
        let (caller, command) = envelope(ctx, "passwordResetRequest");
        answer(identity(ctx).password_reset_request(caller, &command, &input.email).await)
    }

    /// Sets a password with a token from a mail, and ends all sessions.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        input: PasswordResetInput,
    ) -> Result<PasswordResetPayload, Fault> {
        sensitive::only_one(ctx)?;
        let (caller, command) = envelope(ctx, "passwordReset");
        let reset = PasswordReset { token: input.token, new_password: input.new_password };
        answer(identity(ctx).password_reset(caller, &command, reset).await)
    }

    /// Sets the account's wish to be private. It hides nothing by itself: who sees posts and followers is
    /// `Profile.isPrivate`, which `profileUpdate` sets.
    #[graphql(directive = authenticated::apply())]
    async fn privacy_set(&self, ctx: &Context<'_>, input: PrivacySetInput) -> Result<UserPayload, Fault> {
        let (caller, command) = envelope(ctx, "privacySet");
        let set = PrivacySet { is_private: input.is_private, expected_version: input.expected_version.map(i64::from) };
        answer(identity(ctx).privacy_set(caller, &command, set).await)
    }

    /// Founds a tenant that sells; the caller is its first OWNER. To act in it: `sessionTenantSwitch`.
    #[graphql(directive = authenticated::apply())]
    async fn tenant_create(&self, ctx: &Context<'_>, input: TenantCreateInput) -> Result<TenantCreatePayload, Fault> {
        let create = TenantCreate { handle: input.handle, name: input.name };
        let request = request_context(ctx);
        let command = match request.command("tenantCreate", input.idempotency_key.as_deref(), &create) {
            Ok(command) => command,
            Err(error) => return Ok(refused(error)),
        };
        answer(identity(ctx).tenant_create(request.caller(), &command, create).await)
    }

    /// Renames the acting tenant.
    #[graphql(directive = requires_scopes::apply(scope("tenant:admin")))]
    async fn tenant_update(&self, ctx: &Context<'_>, input: TenantUpdateInput) -> Result<TenantUpdatePayload, Fault> {
        let (caller, command) = envelope(ctx, "tenantUpdate");
        let update = TenantUpdate { name: input.name, expected_version: input.expected_version.into() };
        answer(identity(ctx).tenant_update(caller, &command, update).await)
    }

    /// Keeps everybody from acting in a tenant, and its things from being sold. Its orders go on. By the platform's operators.
    #[graphql(directive = requires_scopes::apply(scope("identity:operate")))]
    async fn tenant_suspend(
        &self,
        ctx: &Context<'_>,
        input: TenantSuspendInput,
    ) -> Result<TenantSuspensionPayload, Fault> {
        let TenantSuspendInput { tenant_id, reason, idempotency_key } = input;
        match suspension(ctx, "tenantSuspend", (&tenant_id, reason, idempotency_key)) {
            Ok((caller, command, input)) => answer(identity(ctx).tenant_suspend(caller, &command, input).await),
            Err(error) => Ok(refused(error)),
        }
    }

    /// Lets everybody act in a tenant again, and its things be sold. By the platform's operators.
    #[graphql(directive = requires_scopes::apply(scope("identity:operate")))]
    async fn tenant_reinstate(
        &self,
        ctx: &Context<'_>,
        input: TenantReinstateInput,
    ) -> Result<TenantSuspensionPayload, Fault> {
        let TenantReinstateInput { tenant_id, reason, idempotency_key } = input;
        match suspension(ctx, "tenantReinstate", (&tenant_id, reason, idempotency_key)) {
            Ok((caller, command, input)) => answer(identity(ctx).tenant_reinstate(caller, &command, input).await),
            Err(error) => Ok(refused(error)),
        }
    }

    /// Makes somebody a member of the acting tenant.
    #[graphql(directive = requires_scopes::apply(scope("tenant:admin")))]
    async fn membership_grant(
        &self,
        ctx: &Context<'_>,
        input: MembershipGrantInput,
    ) -> Result<MembershipGrantPayload, Fault> {
        let roles = input.roles.into_iter().map(Role::from).collect();
        let grant = MembershipGrant { username: input.username, roles };
        let request = request_context(ctx);
        let command = match request.command("membershipGrant", input.idempotency_key.as_deref(), &grant.keyed()) {
            Ok(command) => command,
            Err(error) => return Ok(refused(error)),
        };
        answer(identity(ctx).membership_grant(request.caller(), &command, grant).await)
    }

    /// Gives a member of the acting tenant these roles and no others.
    #[graphql(directive = requires_scopes::apply(scope("tenant:admin")))]
    async fn membership_roles_set(
        &self,
        ctx: &Context<'_>,
        input: MembershipRolesSetInput,
    ) -> Result<MembershipPayload, Fault> {
        let membership = match required_id(&input.membership_id, "membershipId") {
            Ok(id) => id,
            Err(refusal) => return Ok(refused(user_error(&refusal))),
        };
        let (caller, command) = envelope(ctx, "membershipRolesSet");
        let roles = input.roles.into_iter().map(Role::from).collect();
        let set = MembershipRolesSet { membership, roles, expected_version: input.expected_version.into() };
        answer(identity(ctx).membership_roles_set(caller, &command, set).await)
    }

    /// Ends a membership: one's own, or one of the acting tenant.
    #[graphql(directive = authenticated::apply())]
    async fn membership_revoke(
        &self,
        ctx: &Context<'_>,
        input: MembershipRevokeInput,
    ) -> Result<MembershipPayload, Fault> {
        let id = match required_id(&input.membership_id, "membershipId") {
            Ok(id) => id,
            Err(refusal) => return Ok(refused(user_error(&refusal))),
        };
        let (caller, command) = envelope(ctx, "membershipRevoke");
        answer(identity(ctx).membership_revoke(caller, &command, id).await)
    }

    /// Makes a key by which a program acts in the acting tenant. Its secret is shown this once.
    #[graphql(directive = requires_scopes::apply(scope("tenant:admin")))]
    async fn api_key_create(&self, ctx: &Context<'_>, input: ApiKeyCreateInput) -> Result<ApiKeyCreatePayload, Fault> {
        let scopes: Result<Vec<Scope>, _> = input.scopes.iter().map(|scope| scope.parse()).collect();
        let Ok(scopes) = scopes else { return Ok(refused(user_error(&Refusal::ScopesInvalid))) };
        let create = ApiKeyCreate { name: input.name, scopes, expires_at: input.expires_at.map(|at| at.0) };
        let request = request_context(ctx);
        let command = match request.command("apiKeyCreate", input.idempotency_key.as_deref(), &create.keyed()) {
            Ok(command) => command,
            Err(error) => return Ok(refused(error)),
        };
        answer(identity(ctx).api_key_create(request.caller(), &command, create).await)
    }

    /// Ends a key of the acting tenant. Tokens that it gave expire within ten minutes.
    #[graphql(directive = requires_scopes::apply(scope("tenant:admin")))]
    async fn api_key_revoke(&self, ctx: &Context<'_>, input: ApiKeyRevokeInput) -> Result<ApiKeyRevokePayload, Fault> {
        let id = match required_id(&input.api_key_id, "apiKeyId") {
            Ok(id) => id,
            Err(refusal) => return Ok(refused(user_error(&refusal))),
        };
        let (caller, command) = envelope(ctx, "apiKeyRevoke");
        answer(identity(ctx).api_key_revoke(caller, &command, id).await)
    }
}

/// The caller and a command without an idempotency key.
fn envelope<'a>(ctx: &Context<'a>, operation: &'static str) -> (&'a Caller, Command) {
    let request = request_context(ctx);
    let caller = request.caller();
    let command = Command {
        operation,
        actor: caller.actor(),
        now: request.now(),
        ids: request.ids().clone(),
        traceparent: Some(request.traceparent().to_owned()),
        idempotency_key: None,
        cause: hansa_event_sourcing::Cause::default(),
    };
    (caller, command)
}

/// What suspending a tenant and reinstating it ask alike.
fn suspension<'a>(
    ctx: &Context<'a>,
    operation: &'static str,
    (tenant, reason, idempotency_key): (&ID, String, Option<String>),
) -> Result<(&'a Caller, Command, TenantSuspension), UserError> {
    let tenant = required_id(tenant, "tenantId").map_err(|refusal| user_error(&refusal))?;
    let suspension = TenantSuspension { tenant, reason };
    let request = request_context(ctx);
    let command = request.command(operation, idempotency_key.as_deref(), &suspension)?;
    Ok((request.caller(), command, suspension))
}

/// What is no id is as unknown as an id that was never given.
fn required_id<K: EntityKind>(id: &ID, field: &'static str) -> Result<Id<K>, Refusal> {
    id.parse().map_err(|_| Refusal::NotFound { field })
}

fn optional_id<K: EntityKind>(id: Option<ID>, field: &'static str) -> Result<Option<Id<K>>, Refusal> {
    id.map(|id| required_id(&id, field)).transpose()
}

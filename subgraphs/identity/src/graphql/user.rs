//! `User`: what everybody may see of a user, and what only the user may.

use super::{
    audit_entry::AuditEntryObject, identity, membership::MembershipObject, page::page, session::SessionObject, version,
};
use crate::{
    domain::User,
    identity::user_resource,
    tables::{audit_entries, memberships, place, sessions},
};
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments,
    directives::{authenticated, inaccessible, key, shareable},
    request_context,
    scalars::DateTime,
};
use hansa_values::UserId;

/// A person who signs in.
#[derive(Debug, Clone)]
pub(crate) struct UserObject(pub(crate) User);

impl UserObject {
    /// Whether the caller is this user.
    fn is_own(&self, ctx: &Context<'_>) -> bool {
        identity(ctx).may(request_context(ctx).caller(), "readUser", &user_resource(self.0.id))
    }
}

/// A person who signs in. What follows `version` is for that person only: null for all others.
#[expect(clippy::too_many_arguments, reason = "a connection has four arguments")]
#[Object(
    name = "User",
    directive = key::apply("id".into(), None),
    directive = key::apply("nodeId".into(), None)
)]
impl UserObject {
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    #[graphql(directive = inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// By which others know the user. It never changes.
    #[graphql(directive = shareable::apply())]
    async fn username(&self) -> &str {
        self.0.username.as_str()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The account's wish to be private. It hides nothing by itself: who sees posts and followers is `Profile.isPrivate`,
    /// which `profileUpdate` sets.
    async fn is_private(&self) -> bool {
        self.0.is_private
    }

    async fn version(&self) -> i32 {
        version(self.0.version)
    }

    #[graphql(directive = authenticated::apply())]
    async fn email(&self, ctx: &Context<'_>) -> Option<&str> {
        self.is_own(ctx).then(|| self.0.email.as_str())
    }

    /// The tenants that the user works in.
    #[graphql(directive = authenticated::apply())]
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<MembershipObject>, Fault>> {
        if !self.is_own(ctx) {
            return None;
        }
        let arguments = PageArguments { first, after, last, before };
        Some(memberships_of(ctx, self.0.id, arguments).await)
    }

    /// Those that have not ended, newest first.
    #[graphql(directive = authenticated::apply())]
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<SessionObject>, Fault>> {
        if !self.is_own(ctx) {
            return None;
        }
        let arguments = PageArguments { first, after, last, before };
        Some(sessions_of(ctx, self.0.id, arguments).await)
    }

    /// What was done to the account, newest first.
    #[graphql(directive = authenticated::apply())]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<AuditEntryObject>, Fault>> {
        if !self.is_own(ctx) {
            return None;
        }
        let arguments = PageArguments { first, after, last, before };
        Some(audit_log_of(ctx, self.0.id, arguments).await)
    }
}

async fn memberships_of(
    ctx: &Context<'_>,
    user: UserId,
    arguments: PageArguments,
) -> Result<Connection<MembershipObject>, Fault> {
    let page = page(ctx, ("User.memberships", user.to_string()), arguments)?;
    let rows = memberships::page_of_user(&identity(ctx).db, user, &page).await?;
    let rows = rows.into_iter().map(MembershipObject).collect();
    Ok(Connection::from_rows(rows, &page, |row: &MembershipObject| place(row.0.id)))
}

async fn sessions_of(
    ctx: &Context<'_>,
    user: UserId,
    arguments: PageArguments,
) -> Result<Connection<SessionObject>, Fault> {
    let page = page(ctx, ("User.sessions", user.to_string()), arguments)?;
    let now = request_context(ctx).now();
    let rows = sessions::page_of_live(&identity(ctx).db, (user, now), &page).await?;
    let rows = rows.into_iter().map(SessionObject).collect();
    Ok(Connection::from_rows(rows, &page, |row: &SessionObject| place(row.0.id)))
}

async fn audit_log_of(
    ctx: &Context<'_>,
    user: UserId,
    arguments: PageArguments,
) -> Result<Connection<AuditEntryObject>, Fault> {
    let page = page(ctx, ("User.auditLog", user.to_string()), arguments)?;
    let rows = audit_entries::page_of_user(&identity(ctx).db, user, &page).await?;
    let rows = rows.into_iter().map(AuditEntryObject).collect();
    Ok(Connection::from_rows(rows, &page, |row: &AuditEntryObject| place(row.0.id)))
}

//! `Tenant`: what everybody may see of a tenant, what its members may, and what its leaders may.

use super::{
    api_key::ApiKeyObject, audit_entry::AuditEntryObject, identity, membership::MembershipObject, page::page, version,
};
use crate::{
    domain::{Tenant, TenantKind},
    identity::tenant_resource,
    tables::{api_keys, audit_entries, memberships, place},
};
use async_graphql::{Context, Enum, ID, Object};
use hansa_subgraph_host::{
    Connection, Fault, PageArguments,
    directives::{inaccessible, key, requires_scopes, scope},
    request_context,
    scalars::DateTime,
};
use hansa_values::TenantId;

/// An organisation whose members work together.
#[derive(Debug, Clone)]
pub(crate) struct TenantObject(pub(crate) Tenant);

/// What a tenant is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "TenantKind")]
pub(crate) enum TenantKindName {
    /// Sells.
    Merchant,
    /// Runs the marketplace.
    Platform,
}

impl TenantObject {
    fn may(&self, ctx: &Context<'_>, action: &str) -> bool {
        identity(ctx).may(request_context(ctx).caller(), action, &tenant_resource(self.0.id))
    }
}

/// An organisation whose members work together. What follows `version` is for those who act in it, with the scope that
/// is needed: null for all others.
#[expect(clippy::too_many_arguments, reason = "a connection has four arguments")]
#[Object(
    name = "Tenant",
    directive = key::apply("id".into(), None),
    directive = key::apply("nodeId".into(), None)
)]
impl TenantObject {
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    #[graphql(directive = inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What stands in links. It never changes.
    async fn handle(&self) -> &str {
        self.0.handle.as_str()
    }

    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    async fn kind(&self) -> TenantKindName {
        match self.0.kind {
            TenantKind::Merchant => TenantKindName::Merchant,
            TenantKind::Platform => TenantKindName::Platform,
        }
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Since when nobody can act in it, and nothing of it is sold; null for nearly all.
    async fn suspended_at(&self) -> Option<DateTime> {
        self.0.suspended_at.map(DateTime)
    }

    async fn version(&self) -> i32 {
        version(self.0.version)
    }

    #[graphql(directive = requires_scopes::apply(scope("tenant:read")))]
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<MembershipObject>, Fault>> {
        if !self.may(ctx, "readMembers") {
            return None;
        }
        let arguments = PageArguments { first, after, last, before };
        Some(members_of(ctx, self.0.id, arguments).await)
    }

    /// Keys by which programs act in the tenant, revoked ones included, newest first.
    #[graphql(directive = requires_scopes::apply(scope("tenant:admin")))]
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<ApiKeyObject>, Fault>> {
        if !self.may(ctx, "readAdministration") {
            return None;
        }
        let arguments = PageArguments { first, after, last, before };
        Some(api_keys_of(ctx, self.0.id, arguments).await)
    }

    /// What was done to the tenant, its members and its keys, newest first.
    #[graphql(directive = requires_scopes::apply(scope("tenant:admin")))]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Option<Result<Connection<AuditEntryObject>, Fault>> {
        if !self.may(ctx, "readAdministration") {
            return None;
        }
        let arguments = PageArguments { first, after, last, before };
        Some(audit_log_of(ctx, self.0.id, arguments).await)
    }
}

async fn members_of(
    ctx: &Context<'_>,
    tenant: TenantId,
    arguments: PageArguments,
) -> Result<Connection<MembershipObject>, Fault> {
    let page = page(ctx, ("Tenant.members", tenant.to_string()), arguments)?;
    let rows = memberships::page_of_tenant(&identity(ctx).db, tenant, &page).await?;
    let rows = rows.into_iter().map(MembershipObject).collect();
    Ok(Connection::from_rows(rows, &page, |row: &MembershipObject| place(row.0.id)))
}

async fn api_keys_of(
    ctx: &Context<'_>,
    tenant: TenantId,
    arguments: PageArguments,
) -> Result<Connection<ApiKeyObject>, Fault> {
    let page = page(ctx, ("Tenant.apiKeys", tenant.to_string()), arguments)?;
    let rows = api_keys::page_of_tenant(&identity(ctx).db, tenant, &page).await?;
    let rows = rows.into_iter().map(ApiKeyObject).collect();
    Ok(Connection::from_rows(rows, &page, |row: &ApiKeyObject| place(row.0.id)))
}

async fn audit_log_of(
    ctx: &Context<'_>,
    tenant: TenantId,
    arguments: PageArguments,
) -> Result<Connection<AuditEntryObject>, Fault> {
    let page = page(ctx, ("Tenant.auditLog", tenant.to_string()), arguments)?;
    let rows = audit_entries::page_of_tenant(&identity(ctx).db, tenant, &page).await?;
    let rows = rows.into_iter().map(AuditEntryObject).collect();
    Ok(Connection::from_rows(rows, &page, |row: &AuditEntryObject| place(row.0.id)))
}

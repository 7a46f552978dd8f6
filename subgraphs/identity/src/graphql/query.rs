//! Root fields for reading. What is unknown and what is no id are null alike.

use super::{identity, tenant::TenantObject, user::UserObject};
use crate::{
    domain::{TenantHandle, Username},
    tables::{tenants, users},
};
use async_graphql::{Context, ID, Object};
use hansa_relational::StoreError;
use hansa_subgraph_host::{Fault, directives::authenticated, request_context};

/// The query root.
#[derive(Debug)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// Who asks; null for visitors and programs.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Result<UserObject, Fault>> {
        let id = request_context(ctx).caller().user?;
        found(users::by_id(&identity(ctx).db, id).await, UserObject)
    }

    async fn user(&self, ctx: &Context<'_>, id: ID) -> Option<Result<UserObject, Fault>> {
        let id = id.parse().ok()?;
        found(users::by_id(&identity(ctx).db, id).await, UserObject)
    }

    async fn user_by_username(&self, ctx: &Context<'_>, username: String) -> Option<Result<UserObject, Fault>> {
        let username = Username::parse(&username).ok()?;
        found(users::by_username(&identity(ctx).db, &username).await, UserObject)
    }

    /// The tenant that the caller acts in.
    #[graphql(directive = authenticated::apply())]
    async fn acting_tenant(&self, ctx: &Context<'_>) -> Option<Result<TenantObject, Fault>> {
        let id = request_context(ctx).caller().tenant?;
        found(tenants::by_id(&identity(ctx).db, id).await, TenantObject)
    }

    async fn tenant(&self, ctx: &Context<'_>, id: ID) -> Option<Result<TenantObject, Fault>> {
        let id = id.parse().ok()?;
        found(tenants::by_id(&identity(ctx).db, id).await, TenantObject)
    }

    async fn tenant_by_handle(&self, ctx: &Context<'_>, handle: String) -> Option<Result<TenantObject, Fault>> {
        let handle = TenantHandle::parse(&handle).ok()?;
        found(tenants::by_handle(&identity(ctx).db, &handle).await, TenantObject)
    }
}

fn found<T, O>(row: Result<Option<T>, StoreError>, object: impl FnOnce(T) -> O) -> Option<Result<O, Fault>> {
    row.map_err(Fault::from).map(|row| row.map(object)).transpose()
}

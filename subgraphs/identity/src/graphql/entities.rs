//! Entities by key: one query for each type, and null for what the caller may not see.

use super::{identity, membership::MembershipObject, tenant::TenantObject, user::UserObject};
use crate::{
    commands::membership_resource,
    domain::MembershipId,
    tables::{memberships, tenants, users},
};
use async_graphql::{Context, ID, Interface, Union};
use hansa_subgraph_host::{Entities, Fault, Loaded, Representations, request_context};
use hansa_values::{TenantId, UserId};

/// What other contexts refer to.
#[derive(Debug, Union)]
#[graphql(name = "_Entity")]
pub(crate) enum Entity {
    User(UserObject),
    Tenant(TenantObject),
    Membership(MembershipObject),
}

/// Something with an id, which `node` finds again.
#[derive(Debug, Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub(crate) enum Node {
    User(UserObject),
    Tenant(TenantObject),
    Membership(MembershipObject),
}

impl Entities for Entity {
    fn batches<'a>(ctx: &'a Context<'_>, wanted: Representations<'a, Entity>) -> Representations<'a, Entity> {
        wanted
            .by_id(|ids| load_users(ctx, ids), Entity::User)
            .by_id(|ids| load_tenants(ctx, ids), Entity::Tenant)
            .by_id(|ids| load_memberships(ctx, ids), Entity::Membership)
    }
}

/// Everybody may see users; their private fields ask again.
async fn load_users(ctx: &Context<'_>, ids: Vec<UserId>) -> Result<Loaded<UserId, UserObject>, Fault> {
    let users = users::by_ids(&identity(ctx).db, &ids).await?;
    Ok(users.into_iter().map(|user| (user.id, Ok(UserObject(user)))).collect())
}

/// Everybody may see tenants; their private fields ask again.
async fn load_tenants(ctx: &Context<'_>, ids: Vec<TenantId>) -> Result<Loaded<TenantId, TenantObject>, Fault> {
    let tenants = tenants::by_ids(&identity(ctx).db, &ids).await?;
    Ok(tenants.into_iter().map(|tenant| (tenant.id, Ok(TenantObject(tenant)))).collect())
}

async fn load_memberships(
    ctx: &Context<'_>,
    ids: Vec<MembershipId>,
) -> Result<Loaded<MembershipId, MembershipObject>, Fault> {
    let identity = identity(ctx);
    let caller = request_context(ctx).caller();
    let memberships = memberships::by_ids(&identity.db, &ids).await?;
    let seen = memberships
        .into_iter()
        .filter(|membership| identity.may(caller, "readMembership", &membership_resource(membership)));
    Ok(seen.map(|membership| (membership.id, Ok(MembershipObject(membership)))).collect())
}

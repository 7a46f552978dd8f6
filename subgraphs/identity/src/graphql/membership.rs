//! `Membership`, and the roles of members.

use super::{
    loaders::{TenantLoader, UserLoader},
    tenant::TenantObject,
    user::UserObject,
    version,
};
use crate::domain::{Membership, Role};
use async_graphql::{Context, Enum, ID, Object};
use hansa_subgraph_host::{
    Fault,
    directives::{inaccessible, key},
    loader,
    scalars::DateTime,
};

/// What a user is in a tenant. Whoever holds one of these may see all of it: resolvers ask before they make it.
#[derive(Debug, Clone)]
pub(crate) struct MembershipObject(pub(crate) Membership);

/// What a member is in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Role")]
pub(crate) enum RoleName {
    /// Everything, and the only one who makes OWNERs.
    Owner,
    /// Everything else.
    Admin,
    /// Writes the catalog of a merchant.
    Editor,
    /// Moderates for a platform.
    Moderator,
    /// Sees what members see.
    Member,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> RoleName {
        match role {
            Role::Owner => RoleName::Owner,
            Role::Admin => RoleName::Admin,
            Role::Editor => RoleName::Editor,
            Role::Moderator => RoleName::Moderator,
            Role::Member => RoleName::Member,
        }
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Owner => Role::Owner,
            RoleName::Admin => Role::Admin,
            RoleName::Editor => Role::Editor,
            RoleName::Moderator => Role::Moderator,
            RoleName::Member => Role::Member,
        }
    }
}

/// What a user is in a tenant. Seen by that user, and by those who act in the tenant.
#[Object(
    name = "Membership",
    directive = key::apply("id".into(), None),
    directive = key::apply("nodeId".into(), None)
)]
impl MembershipObject {
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    #[graphql(directive = inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn user(&self, ctx: &Context<'_>) -> Option<Result<UserObject, Fault>> {
        let found = loader::<UserLoader>(ctx).load_one(self.0.user).await;
        found.map(|user| user.map(UserObject)).transpose()
    }

    async fn tenant(&self, ctx: &Context<'_>) -> Option<Result<TenantObject, Fault>> {
        let found = loader::<TenantLoader>(ctx).load_one(self.0.tenant).await;
        found.map(|tenant| tenant.map(TenantObject)).transpose()
    }

    async fn roles(&self) -> Vec<RoleName> {
        self.0.roles.iter().map(RoleName::from).collect()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    async fn version(&self) -> i32 {
        version(self.0.version)
    }
}

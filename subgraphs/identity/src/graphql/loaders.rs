//! What many rows of one answer refer to, read with one query.

use crate::{
    Identity,
    domain::{Tenant, User},
    tables::{tenants, users},
};
use async_graphql::dataloader::Loader;
use hansa_subgraph_host::Fault;
use hansa_values::{TenantId, UserId};
use std::collections::HashMap;

/// Users by id.
#[derive(Debug)]
pub(crate) struct UserLoader(pub(crate) Identity);

/// Tenants by id.
#[derive(Debug)]
pub(crate) struct TenantLoader(pub(crate) Identity);

impl Loader<UserId> for UserLoader {
    type Value = User;
    type Error = Fault;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, Fault> {
        let users = users::by_ids(&self.0.db, ids).await?;
        Ok(users.into_iter().map(|user| (user.id, user)).collect())
    }
}

impl Loader<TenantId> for TenantLoader {
    type Value = Tenant;
    type Error = Fault;

    async fn load(&self, ids: &[TenantId]) -> Result<HashMap<TenantId, Tenant>, Fault> {
        let tenants = tenants::by_ids(&self.0.db, ids).await?;
        Ok(tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect())
    }
}

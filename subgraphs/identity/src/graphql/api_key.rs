//! `ApiKey`: only those who administer its tenant ever get one.

use super::{loaders::UserLoader, user::UserObject, version};
use crate::domain::ApiKey;
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, loader, scalars::DateTime};

/// A key by which a program acts in a tenant.
#[derive(Debug, Clone)]
pub(crate) struct ApiKeyObject(pub(crate) ApiKey);

/// A key by which a program acts in a tenant. Its secret was shown when it was made.
#[Object(name = "ApiKey")]
impl ApiKeyObject {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    async fn scopes(&self) -> Vec<&'static str> {
        self.0.scopes.iter().map(|scope| scope.as_str()).collect()
    }

    async fn created_by(&self, ctx: &Context<'_>) -> Option<Result<UserObject, Fault>> {
        let found = loader::<UserLoader>(ctx).load_one(self.0.created_by).await;
        found.map(|user| user.map(UserObject)).transpose()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }

    /// To the minute.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    async fn version(&self) -> i32 {
        version(self.0.version)
    }
}

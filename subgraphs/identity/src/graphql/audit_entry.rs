//! `AuditEntry`: one line of a log.

use super::{loaders::UserLoader, user::UserObject};
use crate::domain::AuditEntry;
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, loader, scalars::DateTime};

/// Who did what, when.
#[derive(Debug, Clone)]
pub(crate) struct AuditEntryObject(pub(crate) AuditEntry);

/// Who did what, when, by which operation.
#[Object(name = "AuditEntry")]
impl AuditEntryObject {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Null for visitors and programs.
    async fn actor(&self, ctx: &Context<'_>) -> Option<Result<UserObject, Fault>> {
        let found = loader::<UserLoader>(ctx).load_one(self.0.actor?).await;
        found.map(|user| user.map(UserObject)).transpose()
    }

    /// Such as `session.revoked`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// Id of what it was done to.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Name of the mutation.
    async fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Why, where somebody had to say so.
    async fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }
}

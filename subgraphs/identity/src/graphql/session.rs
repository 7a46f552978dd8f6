//! `Session`: only its user ever gets one.

use super::{loaders::TenantLoader, tenant::TenantObject, version};
use crate::domain::Session;
use async_graphql::{Context, ID, Object};
use hansa_subgraph_host::{Fault, loader, request_context, scalars::DateTime};

/// One sign-in.
#[derive(Debug, Clone)]
pub(crate) struct SessionObject(pub(crate) Session);

/// One sign-in, until it is revoked or 30 days are over.
#[Object(name = "Session")]
impl SessionObject {
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When tokens were last given out for it.
    async fn refreshed_at(&self) -> DateTime {
        DateTime(self.0.refreshed_at)
    }

    /// Refreshing does not make it longer.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }

    /// When it was revoked.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }

    /// Whether this request belongs to it.
    async fn is_current(&self, ctx: &Context<'_>) -> bool {
        request_context(ctx).caller().session.as_deref() == Some(self.0.id.to_string().as_str())
    }

    async fn acting_tenant(&self, ctx: &Context<'_>) -> Option<Result<TenantObject, Fault>> {
        let found = loader::<TenantLoader>(ctx).load_one(self.0.tenant?).await;
        found.map(|tenant| tenant.map(TenantObject)).transpose()
    }

    async fn version(&self) -> i32 {
        version(self.0.version)
    }
}

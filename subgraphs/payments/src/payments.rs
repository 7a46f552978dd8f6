//! The context, opened: its store and its policies.

use crate::graphql::builder;
use hansa_relational::{Migrations, Relational, migrations};
use hansa_subgraph_host::{Caller, OpenError, Policies, Resource, Services, Subgraph};
use hansa_values::TenantId;
use std::sync::Arc;

/// Steps of the tables, for both engines.
pub(crate) const MIGRATIONS: Migrations = migrations!["0001_items"];

/// The bounded context payments. Clones share everything.
#[derive(Debug, Clone)]
pub struct Payments {
    pub(crate) db: Relational,
    pub(crate) policies: Arc<Policies>,
    pub(crate) services: Services,
}

impl Payments {
    /// Opens or makes `payments.sqlite` in the context's folder.
    pub async fn open(services: &Services) -> Result<Payments, OpenError> {
        let policies = Policies::parse(include_str!("policies.cedar"));
        let policies = policies.map_err(|error| OpenError::new("read payments's policies", error))?;
        let db = Relational::open(services.database(crate::NAME), &MIGRATIONS).await;
        let db = db.map_err(|error| OpenError::new("open payments's database", error))?;
        Ok(Payments { db, policies: Arc::new(policies), services: services.clone() })
    }

    /// What a host serves.
    pub fn subgraph(&self) -> Subgraph {
        builder().data(self.clone()).finish(&self.services)
    }

    /// Whether the caller may see this tenant's items.
    pub(crate) fn may_read(&self, caller: &Caller, tenant: TenantId) -> bool {
        self.policies.is_allowed(caller, "paymentsItemRead", &item_resource(tenant))
    }

    /// Whether the caller may make and change this tenant's items.
    pub(crate) fn may_write(&self, caller: &Caller, tenant: TenantId) -> bool {
        self.policies.is_allowed(caller, "paymentsItemWrite", &item_resource(tenant))
    }
}

/// An item of this tenant, as policies see it.
pub(crate) fn item_resource(tenant: TenantId) -> Resource {
    Resource::new("PaymentsItem", "").with("tenant", tenant)
}

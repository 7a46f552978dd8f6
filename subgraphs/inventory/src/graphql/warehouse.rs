//! `Warehouse`.

use super::int;
use crate::domain::Warehouse;
use async_graphql::{ID, Object};
use hansa_subgraph_host::{directives, scalars::DateTime};

#[derive(Debug, Clone)]
pub(crate) struct WarehouseObject(pub(crate) Warehouse);

/// Where a tenant has its stock. For its staff.
#[Object(
    name = "Warehouse",
    directive = directives::key::apply("id".to_owned(), None),
    directive = directives::key::apply("nodeId".to_owned(), None)
)]
impl WarehouseObject {
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The id again, as the key under which `node` knows it.
    #[graphql(directive = directives::inaccessible::apply())]
    async fn node_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The tenant's own short name of it, unique in the tenant.
    async fn code(&self) -> &str {
        &self.0.facts.code
    }

    async fn name(&self) -> &str {
        &self.0.facts.name
    }

    /// The warehouse with the lowest serves first.
    async fn priority(&self) -> i32 {
        int(self.0.facts.priority)
    }

    /// Orders are served from active warehouses only.
    async fn is_active(&self) -> bool {
        self.0.facts.is_active
    }

    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Counts changes; give it as `expectedVersion`.
    async fn version(&self) -> i32 {
        int(self.0.version)
    }
}

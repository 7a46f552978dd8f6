//! The context, opened: its store and its policies, and what runs beside its schema.

use crate::{
    consumers::{OrderDispatches, OrderReturns, catalog_variants::CatalogVariants, order_requests::OrderRequests},
    graphql::served,
    timers::{HoldExpiry, LevelTelling, WarehouseRecount},
};
use hansa_messaging::{LogFeed, Workers};
use hansa_relational::{Durability, Migrations, OpenOptions, Relational, StoreError, migrations};
use hansa_subgraph_host::{Caller, OpenError, Policies, Resource, Services, Subgraph};
use hansa_values::TenantId;
use std::sync::Arc;

/// Steps of the tables, for both engines.
pub(crate) const MIGRATIONS: Migrations = migrations!["0001_stock", "0002_dispatches"];

/// Of the log.
const LANES: i64 = 8;

/// The bounded context inventory. Clones share everything.
#[derive(Debug, Clone)]
pub struct Inventory {
    pub(crate) db: Relational,
    pub(crate) policies: Arc<Policies>,
    pub(crate) services: Services,
    /// The log, for subscriptions.
    pub(crate) feed: LogFeed,
}

impl Inventory {
    /// Opens or makes the context's database.
    pub async fn open(services: &Services) -> Result<Inventory, OpenError> {
        let policies = Policies::parse(include_str!("policies.cedar"));
        let policies = policies.map_err(|error| OpenError::new("read inventory's policies", error))?;
        let options = OpenOptions { lanes: LANES, ..OpenOptions::default() };
        let db = Relational::open_with(services.database(crate::NAME), &MIGRATIONS, options).await;
        let db = db.map_err(|error| OpenError::new("open inventory's database", error))?;
        let feed = LogFeed::start(crate::NAME, Arc::new(db.clone()));
        Ok(Inventory { db, policies: Arc::new(policies), services: services.clone(), feed })
    }

    /// What a host serves.
    pub fn subgraph(&self) -> Subgraph {
        served(self).workers(self.workers()).finish(&self.services)
    }

    /// Relay, consumers and jobs: what a host runs beside the schema.
    pub fn workers(&self) -> Workers {
        let Services { bus, clock, ids, .. } = &self.services;
        Workers::new(crate::NAME, bus, &self.db, (clock, ids))
            .consumer(OrderRequests)
            .consumer(CatalogVariants)
            .consumer(OrderReturns::new())
            .consumer(OrderDispatches::new())
            .jobs(HoldExpiry(self.clone()))
            .jobs(LevelTelling(self.clone()))
            .jobs(WarehouseRecount(self.clone()))
    }

    /// Where state and events are: for whoever publishes them.
    pub fn store(&self) -> &Relational {
        &self.db
    }

    /// Makes commits faster until [`Inventory::end_load`]: a power cut may take the last ones away. For a load that is begun
    /// anew when it was broken off: the demo's.
    pub async fn begin_load(&self) -> Result<(), StoreError> {
        self.db.set_durability(Durability::ProcessKill).await
    }

    /// Brings all that was committed to the disk, and every commit from now on.
    pub async fn end_load(&self) -> Result<(), StoreError> {
        self.db.set_durability(Durability::PowerCut).await
    }

    /// Whether the caller may see this tenant's stock and warehouses.
    pub(crate) fn may_read(&self, caller: &Caller, tenant: TenantId) -> bool {
        self.policies.is_allowed(caller, "inventoryRead", &stock_resource(tenant))
    }

    /// Whether the caller may change this tenant's stock and warehouses.
    pub(crate) fn may_write(&self, caller: &Caller, tenant: TenantId) -> bool {
        self.policies.is_allowed(caller, "inventoryWrite", &stock_resource(tenant))
    }
}

/// The stock of this tenant, as policies see it.
pub(crate) fn stock_resource(tenant: TenantId) -> Resource {
    Resource::new("Stock", "").with("tenant", tenant)
}

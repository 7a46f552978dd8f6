//! Bounded context: vendors, categories, products, variants, prices.

pub mod commands;
pub mod domain;

mod access;
mod graphql;
mod stores;
mod suspensions;
#[cfg(test)]
mod tests;

use hansa_documents::{Database, Durability, StoreError};
use hansa_event_sourcing::Published;
use hansa_messaging::{Listener, Workers};
use hansa_subgraph_host::{OpenError, Services, Subgraph};
use hansa_values::EntityKind;
use std::sync::Arc;

/// Its name in the supergraph.
pub const NAME: &str = "catalog";

/// Prefixes of ids, and the types that they are of.
pub const NODES: &[(&str, &str)] = &[
    (domain::Vendor::PREFIX, domain::Vendor::TYPE_NAME),
    (domain::Category::PREFIX, domain::Category::TYPE_NAME),
    (domain::Product::PREFIX, domain::Product::TYPE_NAME),
    (domain::Variant::PREFIX, domain::Variant::TYPE_NAME),
];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[
    Published { aggregate: "vendor", events: &[("onboarded", 1), ("updated", 1)] },
    Published { aggregate: "category", events: &[("created", 1), ("updated", 1), ("moved", 1)] },
    Published { aggregate: "product", events: &[("created", 1), ("updated", 1), ("published", 1), ("archived", 1)] },
    Published { aggregate: "price", events: &[("changed", 1)] },
];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[Listener { consumer: suspensions::NAME, events: suspensions::LISTENING }];

/// The SDL of the catalog, which needs no store.
pub fn sdl() -> String {
    graphql::sdl()
}

/// An open catalog. Clones share its store.
#[derive(Debug, Clone)]
pub struct Catalog {
    stores: stores::Stores,
    access: Arc<access::Access>,
    services: Services,
}

impl Catalog {
    /// Opens the catalog in its folder or on the server, and makes it there the first time.
    pub async fn open(services: &Services) -> Result<Catalog, OpenError> {
        let access = access::Access::new().map_err(|error| OpenError::new("read the catalog's policies", error))?;
        let database = Database::of(services.servers.mongo.as_deref(), &services.data_folder, NAME);
        let stores = stores::Stores::open(database).await;
        let stores = stores.map_err(|error| OpenError::new("open the catalog's store", error))?;
        Ok(Catalog { stores, access: Arc::new(access), services: services.clone() })
    }

    /// The catalog as a subgraph, with the relay that publishes its events.
    pub fn subgraph(&self) -> Subgraph {
        graphql::subgraph(self, self.workers())
    }

    fn workers(&self) -> Workers {
        let log = Arc::new(self.stores.documents().clone());
        let Services { bus, clock, ids, .. } = &self.services;
        Workers::of_log(NAME, bus, (log.clone(), log.clone()), (clock, ids))
            .document_consumer(suspensions::TenantSuspensions(self.stores.suspensions.clone()), log)
    }

    /// Makes commits faster until [`Catalog::end_load`]: a power cut may take the last ones away. For a load that is begun
    /// anew when it was broken off: the demo's.
    pub async fn begin_load(&self) -> Result<(), StoreError> {
        self.stores.set_durability(Durability::ProcessKill).await
    }

    /// Brings all that was committed to the disk, and every commit from now on.
    pub async fn end_load(&self) -> Result<(), StoreError> {
        self.stores.set_durability(Durability::PowerCut).await
    }

    /// Waits for running reads and writes, and closes the store. What is dropped without it loses nothing.
    pub async fn close(&self) {
        self.stores.close().await;
    }

    /// How many reads of the store there were since it was opened.
    pub fn read_count(&self) -> u64 {
        self.stores.read_count()
    }
}

//! The context, opened: its stores, its policies, and what seals its cursors.

use crate::{
    deliveries::VerifiedPurchases,
    erasures::Erasures,
    graphql::{Entity, Mutation, Query},
    shelves::ArchivedProducts,
    stores::Stores,
};
use hansa_documents::{Database, Durability, StoreError};
use hansa_messaging::Workers;
use hansa_subgraph_host::{CursorKey, OpenError, Policies, Services, Subgraph};
use std::sync::Arc;

/// The social context. Clones share everything.
#[derive(Debug, Clone)]
pub struct Social {
    pub(crate) core: Arc<Core>,
}

#[derive(Debug)]
pub(crate) struct Core {
    pub stores: Stores,
    pub policies: Policies,
    pub cursors: CursorKey,
    services: Services,
}

impl Social {
    /// # Errors
    /// What keeps the data folder from being used.
    pub async fn open(services: &Services) -> Result<Social, OpenError> {
        let policies = Policies::parse(include_str!("policies.cedar"))
            .map_err(|error| OpenError::new("read the policies of social", error))?;
        let stores = Stores::open(Database::of(services.servers.mongo.as_deref(), &services.data_folder, crate::NAME))
            .await
            .map_err(|error| OpenError::new("open the collections of social", error))?;
        let (cursors, services) = (services.cursors.clone(), services.clone());
        Ok(Social { core: Arc::new(Core { stores, policies, cursors, services }) })
    }

    /// What a host serves, and what it runs beside it: the relay that publishes the context's events.
    pub fn subgraph(&self) -> Subgraph {
        let builder = Subgraph::build::<Entity, _, _>(crate::NAME, Query, Mutation);
        builder.data(self.clone()).workers(self.workers()).finish(&self.core.services)
    }

    pub(crate) fn workers(&self) -> Workers {
        let log = Arc::new(self.core.stores.documents().clone());
        let Services { bus, clock, ids, .. } = &self.core.services;
        Workers::of_log(crate::NAME, bus, (log.clone(), log.clone()), (clock, ids))
            .document_consumer(VerifiedPurchases(self.core.stores.of()), log.clone())
            .document_consumer(ArchivedProducts(self.core.stores.of()), log.clone())
            .document_consumer(Erasures(self.core.clone()), log)
    }

    /// How often the stores were read since the context was opened.
    pub fn store_reads(&self) -> u64 {
        self.core.stores.reads()
    }

    /// Makes commits faster until [`Social::end_load`]: a power cut may take the last ones away. For a load that is begun anew
    /// when it was broken off: the demo's.
    pub async fn begin_load(&self) -> Result<(), StoreError> {
        self.core.stores.set_durability(Durability::ProcessKill).await
    }

    /// Brings all that was committed to the disk, and every commit from now on.
    pub async fn end_load(&self) -> Result<(), StoreError> {
        self.core.stores.set_durability(Durability::PowerCut).await
    }

    /// Waits for running reads and writes, and closes the files.
    pub async fn close(&self) {
        self.core.stores.close().await;
    }
}

//! The context, opened: its store, its policies, and what runs beside its schema.

use crate::{
    access::Access,
    consumers::{answers::PlacementHost, erasures, offers::Offers, shipments::Shipments, suspensions::Suspensions},
    domain::placement::OrderPlacement,
    graphql::builder,
    jobs::ExpiredCarts,
    waiters::Waiters,
};
use hansa_messaging::{Backlog, Erasures, FileShredding, LogFeed, Workers};
use hansa_relational::{Durability, Migrations, OpenOptions, Relational, StoreError, migrations};
use hansa_saga::Processes;
use hansa_subgraph_host::{OpenError, Policies, Services, Subgraph};
use std::sync::Arc;

/// Steps of the tables, for both engines.
pub(crate) const MIGRATIONS: Migrations =
    migrations!["0001_orders", "0002_suspended_tenants", "0003_order_filters", "0004_erased_users"];
/// Orders are placed in as many lanes, each of which commits on its own.
const LANES: i64 = 8;

/// The bounded context orders. Clones share everything.
#[derive(Debug, Clone)]
pub struct Orders {
    pub(crate) db: Relational,
    pub(crate) access: Access,
    pub(crate) services: Services,
    pub(crate) placements: Processes<OrderPlacement, PlacementHost>,
    pub(crate) waiters: Waiters,
    pub(crate) backlog: Backlog,
    pub(crate) feed: LogFeed,
    workers: Workers,
}

impl Orders {
    /// Opens or makes the context's database.
    pub async fn open(services: &Services) -> Result<Orders, OpenError> {
        let policies = Policies::parse(include_str!("policies.cedar"));
        let policies = policies.map_err(|error| OpenError::new("read orders's policies", error))?;
        let options = OpenOptions { lanes: LANES, ..OpenOptions::default() };
        let db = Relational::open_with(services.database(crate::NAME), &MIGRATIONS, options).await;
        let db = db.map_err(|error| OpenError::new("open orders's database", error))?;
        let waiters = Waiters::default();
        let (clock, ids) = (&services.clock, &services.ids);
        let workers = Workers::new(crate::NAME, &services.bus, &db, (clock, ids));
        let backlog = workers.backlog();
        let placements = Processes::new(PlacementHost { waiters: waiters.clone(), backlog: backlog.clone() });
        let carts = ExpiredCarts { db: db.clone(), clock: clock.clone(), ids: ids.clone() };
        let workers = workers
            .consumer(Offers)
            .consumer(placements.clone())
            .consumer(Shipments { placements: placements.clone() })
            .consumer(Erasures::new(erasures::forget))
            .consumer(Suspensions)
            .jobs(placements.timers(&db, (clock, ids)))
            .jobs(carts)
            .jobs(FileShredding::new(&db, (clock, ids)));
        let feed = LogFeed::start(crate::NAME, Arc::new(db.clone()));
        let (access, services) = (Access(Arc::new(policies)), services.clone());
        Ok(Orders { db, access, services, placements, waiters, backlog, feed, workers })
    }

    /// What a host serves.
    pub fn subgraph(&self) -> Subgraph {
        builder().data(self.clone()).workers(self.workers.clone()).finish(&self.services)
    }

    /// What the host runs beside the schema: relay, consumers, timers.
    pub fn workers(&self) -> Workers {
        self.workers.clone()
    }

    /// Makes commits faster until [`Orders::end_load`]: a power cut may take the last ones away. For a load that is begun
    /// anew when it is not finished.
    pub async fn begin_load(&self) -> Result<(), StoreError> {
        self.db.set_durability(Durability::ProcessKill).await
    }

    pub async fn end_load(&self) -> Result<(), StoreError> {
        self.db.set_durability(Durability::PowerCut).await
    }
}

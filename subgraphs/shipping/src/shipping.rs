//! The context, opened: its store, its policies, its carrier.

use crate::{
    NAME,
    carrier::{callback, sandbox::SandboxCarrier},
    domain::{address::DeliveryAddress, shipment::Shipment},
    graphql::builder,
    products::Products,
    requests::Requests,
    settings::CarrierSettings,
    warehouses::Warehouses,
};
use hansa_messaging::{Erasures, FileShredding, LogFeed, Workers};
use hansa_relational::{Migrations, OpenOptions, Relational, migrations};
use hansa_subgraph_host::{Caller, OpenError, Policies, Resource, Services, Subgraph};
use hansa_values::TenantId;
use std::sync::Arc;

/// Steps of the tables, for both engines.
pub(crate) const MIGRATIONS: Migrations = migrations![
    "0001_addresses_and_methods",
    "0002_shipments",
    "0003_warehouses",
    "0004_erased_users",
    "0005_variant_tenants",
];
const LANES: i64 = 2;

/// The bounded context shipping. Clones share everything.
#[derive(Debug, Clone)]
pub struct Shipping {
    pub(crate) db: Relational,
    pub(crate) policies: Arc<Policies>,
    pub(crate) services: Services,
    pub(crate) feed: LogFeed,
    pub(crate) carrier: CarrierSettings,
}

impl Shipping {
    /// Opens or makes `shipping.sqlite` in the context's folder; settings are the environment's.
    pub async fn open(services: &Services) -> Result<Shipping, OpenError> {
        let carrier = CarrierSettings::from_environment();
        let carrier = carrier.map_err(|error| OpenError::new("read the settings of shipping", error))?;
        Shipping::open_with(services, carrier).await
    }

    pub async fn open_with(services: &Services, carrier: CarrierSettings) -> Result<Shipping, OpenError> {
        let policies = Policies::parse(include_str!("policies.cedar"));
        let policies = policies.map_err(|error| OpenError::new("read the policies of shipping", error))?;
        let options = OpenOptions { lanes: LANES, ..OpenOptions::default() };
        let db = Relational::open_with(services.database(NAME), &MIGRATIONS, options).await;
        let db = db.map_err(|error| OpenError::new("open the database of shipping", error))?;
        let feed = LogFeed::start(NAME, Arc::new(db.clone()));
        Ok(Shipping { db, policies: Arc::new(policies), services: services.clone(), feed, carrier })
    }

    /// What a host serves.
    pub fn subgraph(&self) -> Subgraph {
        if let Some(warning) = self.carrier.warning(self.services.mode) {
            tracing::warn!("{warning}");
        }
        builder()
            .data(self.clone())
            .public_routes(callback::routes(self))
            .workers(self.workers())
            .finish(&self.services)
    }

    /// The store of this context.
    pub fn store(&self) -> &Relational {
        &self.db
    }

    pub(crate) fn workers(&self) -> Workers {
        let Services { bus, clock, ids, .. } = &self.services;
        Workers::new(NAME, bus, &self.db, (clock, ids))
            .consumer(Requests { carrier: self.carrier.clone() })
            .consumer(Products)
            .consumer(Warehouses)
            .consumer(Erasures::new(crate::erasures::forget))
            .jobs(SandboxCarrier(self.clone()))
            .jobs(FileShredding::new(&self.db, (clock, ids)))
    }

    pub(crate) fn may(&self, caller: &Caller, action: &str, resource: &Resource) -> bool {
        self.policies.is_allowed(caller, action, resource)
    }
}

/// An address, as policies see it.
pub(crate) fn address_resource(address: &DeliveryAddress) -> Resource {
    Resource::new("DeliveryAddress", address.id).with("owner", address.owner)
}

/// A shipment, as policies see it.
pub(crate) fn shipment_resource(shipment: &Shipment) -> Resource {
    Resource::new("Shipment", shipment.id).with("buyer", shipment.buyer).with("tenant", shipment.tenant)
}

/// A way of shipping of a tenant, or of the platform, as policies see it.
pub(crate) fn method_resource(tenant: Option<TenantId>) -> Resource {
    Resource::new("ShippingMethod", "").with_optional("tenant", tenant)
}

//! Bounded context: where things go, how, and what has become of them on their way. README.md says what it owns, and how its
//! mutations refuse.

mod carrier;
mod commands;
mod domain;
mod erasures;
mod graphql;
mod products;
mod requests;
mod settings;
mod shipping;
mod tables;
#[cfg(test)]
mod tests;
mod warehouses;

pub use carrier::sandbox::SandboxCarrier;
pub use commands::{CommandError, ShipmentChange, ShippingMethodCreate, ShippingMethodUpdate};
pub use domain::{
    Refusal,
    address::{AddressLines, DeliveryAddress},
    country::{CountryCode, UnknownCountry},
    event::{
        MethodEvent, MethodFacts, PlanCancelled, PlanEvent, PlanMade, PlanRefused, ShipmentEvent, ShipmentFacts,
        ShipmentLine,
    },
    ids::{
        CheckoutId, CheckoutKind, DeliveryAddressId, OrderId, OrderLineId, ShipmentId, ShippingMethodId,
        ShippingPlanId, VariantId, WarehouseId,
    },
    method::{Measures, MethodCode, ShippingMethod},
    shipment::{Shipment, ShipmentStatus},
};
pub use products::Products;
pub use requests::Requests;
pub use settings::{CarrierSettings, Secret, SettingError};
pub use shipping::Shipping;
pub use warehouses::Warehouses;

use hansa_event_sourcing::Published;
use hansa_messaging::{Erasures, Listener};

/// Its name in the supergraph.
pub const NAME: &str = "shipping";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("address", "DeliveryAddress"), ("shipment", "Shipment")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[
    Published {
        aggregate: "shipping_plan",
        events: &[("made", 1), ("refused", 1), ("cancelled", 1), ("cancellation_refused", 1)],
    },
    Published {
        aggregate: "shipment",
        events: &[
            ("planned", 1),
            ("label_created", 1),
            ("dispatched", 1),
            ("in_transit", 1),
            ("delivered", 1),
            ("failed", 1),
            ("cancelled", 1),
        ],
    },
    Published { aggregate: "shipping_method", events: &[("created", 1), ("updated", 1)] },
];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[
    Listener { consumer: Requests::NAME, events: Requests::LISTENS },
    Listener { consumer: Products::NAME, events: Products::LISTENS },
    Listener { consumer: Warehouses::NAME, events: Warehouses::LISTENS },
    Listener { consumer: Erasures::NAME, events: Erasures::LISTENS },
];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

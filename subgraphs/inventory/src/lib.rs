//! Bounded context: inventory. README.md says what it owns, what it hears and says, and how its mutations refuse.

mod availability;
mod commands;
mod consumers;
mod desk;
mod domain;
mod graphql;
mod hold_limits;
mod inventory;
mod shelf;
mod tables;
#[cfg(test)]
mod tests;
mod timers;

pub use commands::{
    CommandError, StockAdjust, StockCount, StockReceive, StockTransfer, WarehouseCreate, WarehouseUpdate,
};
pub use domain::{
    AdjustmentReason, QUANTITY_MAX, Refusal, ReservationId, ReservationKind, StockItemId, StockItemKind, StockRefusal,
    VariantId, VariantKind, Warehouse, WarehouseChanges, WarehouseFacts, WarehouseId, WarehouseKind,
};
pub use inventory::Inventory;
pub use tables::{stock_levels::StockLevel, variants::KnownVariant};

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;
use hansa_values::EntityKind as _;

/// Its name in the supergraph.
pub const NAME: &str = "inventory";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] =
    &[(WarehouseKind::PREFIX, WarehouseKind::TYPE_NAME), (StockItemKind::PREFIX, StockItemKind::TYPE_NAME)];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[
    Published { aggregate: "warehouse", events: &[("created", 1), ("updated", 1)] },
    Published {
        aggregate: "stock_item",
        events: &[
            ("received", 1),
            ("adjusted", 1),
            ("counted", 1),
            ("reserved", 1),
            ("released", 1),
            ("expired", 1),
            ("committed", 1),
            ("dispatched", 1),
        ],
    },
    Published {
        aggregate: "reservation",
        events: &[
            ("made", 1),
            ("refused", 1),
            ("released", 1),
            ("expired", 1),
            ("committed", 1),
            ("commit_refused", 1),
            ("extended", 1),
            ("extension_refused", 1),
        ],
    },
    Published { aggregate: "availability", events: &[("changed", 1)] },
];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = consumers::LISTENS;

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

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
mod timers;

pub use commands::{
    CommandError, Done, StockAdjust, StockCount, StockReceive, StockTransfer, WarehouseCreate, WarehouseUpdate,
};
pub use domain::{
    AdjustmentReason, Refusal, StockItemId, StockItemKind, StockRefusal, VariantId, VariantKind, Warehouse,
    WarehouseChanges, WarehouseFacts, WarehouseId, WarehouseKind,
};
pub use inventory::Inventory;
pub use tables::{stock_levels::StockLevel, variants::KnownVariant};

use hansa_values::EntityKind as _;

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;

/// Its name in the supergraph.
pub const NAME: &str = "inventory";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[
    (WarehouseKind::PREFIX, WarehouseKind::TYPE_NAME),
    (StockItemKind::PREFIX, StockItemKind::TYPE_NAME),
];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

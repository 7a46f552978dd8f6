//! Bounded context: inventory. README.md says what it owns, and how its mutations refuse.

mod commands;
mod domain;
mod graphql;
mod inventory;
mod items;
#[cfg(test)]
mod tests;

pub use commands::{CommandError, Done, InventoryItemCreate, InventoryItemRename};
pub use domain::{
    Refusal,
    item::{InventoryItem, InventoryItemId, InventoryItemKind},
    title::Title,
};
pub use inventory::Inventory;

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;

/// Its name in the supergraph.
pub const NAME: &str = "inventory";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("inventoryitem", "InventoryItem")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

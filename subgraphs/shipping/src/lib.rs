//! Bounded context: shipping. README.md says what it owns, and how its mutations refuse.

mod commands;
mod domain;
mod graphql;
mod items;
mod shipping;
#[cfg(test)]
mod tests;

pub use commands::{CommandError, Done, ShippingItemCreate, ShippingItemRename};
pub use domain::{
    Refusal,
    item::{ShippingItem, ShippingItemId, ShippingItemKind},
    title::Title,
};
pub use shipping::Shipping;

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;

/// Its name in the supergraph.
pub const NAME: &str = "shipping";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("shippingitem", "ShippingItem")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

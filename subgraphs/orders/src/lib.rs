//! Bounded context: orders. README.md says what it owns, and how its mutations refuse.

mod commands;
mod domain;
mod graphql;
mod items;
mod orders;
#[cfg(test)]
mod tests;

pub use commands::{CommandError, Done, OrdersItemCreate, OrdersItemRename};
pub use domain::{
    Refusal,
    item::{OrdersItem, OrdersItemId, OrdersItemKind},
    title::Title,
};
pub use orders::Orders;

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;

/// Its name in the supergraph.
pub const NAME: &str = "orders";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("ordersitem", "OrdersItem")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

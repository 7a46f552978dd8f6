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

/// Its name in the supergraph.
pub const NAME: &str = "shipping";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("shippingitem", "ShippingItem")];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

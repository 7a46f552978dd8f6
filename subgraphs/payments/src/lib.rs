//! Bounded context: payments. README.md says what it owns, and how its mutations refuse.

mod commands;
mod domain;
mod graphql;
mod items;
mod payments;
#[cfg(test)]
mod tests;

pub use commands::{CommandError, Done, PaymentsItemCreate, PaymentsItemRename};
pub use domain::{
    Refusal,
    item::{PaymentsItem, PaymentsItemId, PaymentsItemKind},
    title::Title,
};
pub use payments::Payments;

use hansa_event_sourcing::Published;
use hansa_messaging::Listener;

/// Its name in the supergraph.
pub const NAME: &str = "payments";

/// Types that `node(id:)` finds here, by the prefix of their ids.
pub const NODES: &[(&str, &str)] = &[("paymentsitem", "PaymentsItem")];

/// The events that others may hear, each with an example in `schema/events`.
pub const PUBLISHES: &[Published] = &[];

/// Which events of others its consumers hear.
pub const LISTENS: &[Listener] = &[];

/// The SDL that composition reads. Needs no store.
pub fn sdl() -> String {
    graphql::builder().sdl()
}

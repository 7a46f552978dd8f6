//! What the context listens to.

pub(crate) mod catalog_variants;
pub(crate) mod order_dispatches;
pub(crate) mod order_requests;
pub(crate) mod order_returns;
pub(crate) mod published;
mod sold_lines;

use hansa_messaging::Listener;

/// All of them, with what they hear.
pub(crate) const LISTENS: &[Listener] = &[
    Listener { consumer: order_requests::NAME, events: order_requests::LISTENING },
    Listener { consumer: catalog_variants::NAME, events: catalog_variants::LISTENING },
    Listener { consumer: order_returns::NAME, events: order_returns::LISTENING },
    Listener { consumer: order_dispatches::NAME, events: order_dispatches::LISTENING },
];

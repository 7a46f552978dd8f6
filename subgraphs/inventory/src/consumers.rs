//! What the context listens to.

pub(crate) mod catalog_variants;
pub(crate) mod movements;
mod order_dispatches;
pub(crate) mod order_requests;
mod order_returns;
pub(crate) mod published;
mod sold_lines;

use hansa_messaging::Listener;
use movements::{Movement, Movements};
use published::{ReturnReceived, ShipmentDispatched};

pub(crate) type OrderReturns = Movements<ReturnReceived>;
pub(crate) type OrderDispatches = Movements<ShipmentDispatched>;

/// All of them, with what they hear.
pub(crate) const LISTENS: &[Listener] = &[
    Listener { consumer: order_requests::NAME, events: order_requests::LISTENING },
    Listener { consumer: catalog_variants::NAME, events: catalog_variants::LISTENING },
    Listener { consumer: ReturnReceived::NAME, events: ReturnReceived::LISTENING },
    Listener { consumer: ShipmentDispatched::NAME, events: ShipmentDispatched::LISTENING },
];

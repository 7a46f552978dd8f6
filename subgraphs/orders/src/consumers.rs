//! What this context hears of others: what is sold and how it is sent, the answers to an order's placing, where its
//! shipments are, which users were erased, and which tenants are suspended.

pub(crate) mod answers;
pub(crate) mod erasures;
pub(crate) mod offers;
pub(crate) mod shipments;
pub(crate) mod suspensions;

use hansa_messaging::ReceivedEvent;

/// What kind of event it is: its aggregate and its type.
fn kind(received: &ReceivedEvent) -> (&str, &str) {
    (&received.event.aggregate, &received.event.event_type)
}

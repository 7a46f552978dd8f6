//! What this context hears of others: what is sold and how it is sent, the answers to an order's placing, where its
//! shipments are, which users were
//! erased, and which tenants are suspended.

pub(crate) mod answers;
pub(crate) mod erasures;
pub(crate) mod offers;
pub(crate) mod shipments;
pub(crate) mod suspensions;

use hansa_messaging::{HandleError, ReceivedEvent};
use serde::de::DeserializeOwned;

/// Reads the content of an event.
///
/// # Errors
/// Poison that names the event and what is wrong with it.
fn content<T: DeserializeOwned>(received: &ReceivedEvent) -> Result<T, HandleError> {
    let event = &received.event;
    T::deserialize(&event.content).map_err(|error| {
        let (source, aggregate, name) = (&received.source, &event.aggregate, &event.event_type);
        HandleError::Poison(format!("{source}.{aggregate}.{name} {} has another content: {error}", event.event_id))
    })
}

/// What kind of event it is: its aggregate and its type.
fn kind(received: &ReceivedEvent) -> (&str, &str) {
    (&received.event.aggregate, &received.event.event_type)
}

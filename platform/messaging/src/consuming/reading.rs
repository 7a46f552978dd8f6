//! What a message is to a consumer: not its business, an event, or poison.

use super::Arrived;
use crate::{Listening, ReceivedEvent, rebuilding};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reading {
    /// Of a kind that it does not listen to.
    NotForIt,
    Event(Box<ReceivedEvent>),
    /// It listens to this, and cannot read it.
    Poison(String),
}

/// Unknown events, and aggregates that it does not listen to, are passed over whatever is wrong with them.
pub(crate) fn read(listens: &[Listening], arrived: &Arrived) -> Reading {
    let Arrived { source, message, .. } = arrived;
    let event_type = message.event_type();
    let Some(known) = known_version(listens, source, &event_type) else {
        // Without a type in the headers the subject has told it: nothing else can be meant.
        return match event_type.is_empty() {
            true => Reading::Poison("neither its headers nor its subject say what kind of event it is".to_owned()),
            false => Reading::NotForIt,
        };
    };
    match message.read(source) {
        Err(reason) => Reading::Poison(reason),
        Ok(received) if received.event.event_version > known => {
            let found = received.event.event_version;
            Reading::Poison(format!(
                "version {found} of `{event_type}` is newer than this program, which knows {known}"
            ))
        }
        Ok(received) => Reading::Event(Box::new(received)),
    }
}

fn known_version(listens: &[Listening], source: &str, event_type: &str) -> Option<u16> {
    rebuilding::known_version(listens, source, event_type.split_once('.')?)
}

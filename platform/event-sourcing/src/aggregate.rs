//! An aggregate whose state is its events: `decide` says what a command makes true, `evolve` what that changes. Both are
//! pure: what has to be looked up is part of the command, and what has to be done happens after the commit.

use crate::{EventContent, Upcaster};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The default is the state before the first event.
pub trait Aggregate: Default + Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the aggregate in events and subjects, such as `stock_item`.
    const NAME: &'static str;
    /// Raised whenever `evolve` or the form of the state changes: older snapshots are then not used.
    const FOLD_VERSION: u32;
    /// Retired versions of events, oldest first.
    const UPCASTERS: &'static [Upcaster] = &[];

    type Event: StoredEvent;
    type Command;
    type Refusal;

    fn decide(&self, command: Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// Total: an event that is stored has happened.
    fn evolve(&mut self, event: &Self::Event);
}

/// The events of an aggregate, read back from a store.
pub trait StoredEvent: EventContent + Clone + Send + Sync + Sized + 'static {
    /// Reads the content of the newest version of `event_type`.
    ///
    /// # Errors
    /// A type that the aggregate does not have, or a content of another form.
    fn read(event_type: &str, content: Value) -> Result<Self, ReadEventError>;
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadEventError {
    #[error("`{event_type}` is no event of this aggregate in this version of the program")]
    UnknownType { event_type: String },
    #[error("version {found} of `{event_type}` is newer than this program, which knows {known}")]
    Newer { event_type: String, found: u16, known: u16 },
    #[error("no upcaster leads from version {found} of `{event_type}` to version {known}")]
    NoUpcaster { event_type: String, found: u16, known: u16 },
    #[error("the content of `{event_type}` has another form")]
    Content {
        event_type: String,
        #[source]
        source: serde_json::Error,
    },
}

impl ReadEventError {
    pub fn content(event_type: &str, source: serde_json::Error) -> ReadEventError {
        ReadEventError::Content { event_type: event_type.to_owned(), source }
    }

    pub fn unknown(event_type: &str) -> ReadEventError {
        ReadEventError::UnknownType { event_type: event_type.to_owned() }
    }
}

/// Folds events from the start.
pub fn folded<'a, A: Aggregate>(events: impl IntoIterator<Item = &'a A::Event>) -> A {
    let mut state = A::default();
    for event in events {
        state.evolve(event);
    }
    state
}

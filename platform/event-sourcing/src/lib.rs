//! Commands, domain events and their envelope, aggregates that decide and evolve, upcasters, and what a log of events is.
//! The stores are `hansa-relational` and `hansa-documents`; aggregates as event streams are `hansa-event-store`.

mod aggregate;
mod checkpoint_store;
mod clock;
mod command;
mod dead_letter;
mod domain_event;
mod event_log;
mod id_source;
mod published;
mod relay_store;
mod store_failure;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod upcaster;

pub use aggregate::{Aggregate, ReadEventError, StoredEvent, folded};
pub use checkpoint_store::{Checkpoint, CheckpointStore, SharedCheckpointStore, StoredCheckpoint};
pub use clock::Clock;
pub use command::{Actor, Cause, Command, IdempotencyKey, IdempotencyKeyError, InputHash};
pub use dead_letter::{DeadLetter, DeadLetterState, LetterKey, LetterOutline, LettersWanted};
pub use domain_event::{DomainEvent, EventContent, RecordedEvent};
pub use event_log::{EVENT_BYTES_MAX, EventLog, LogError, LogFuture, LoggedEvent, SharedEventLog, lane_of};
pub use id_source::IdSource;
pub use published::Published;
pub use relay_store::{HeldLease, LeaseRequest, PublishedLane, RelayStore, SharedRelayStore};
pub use store_failure::{FailureMeaning, StoreFailure};
pub use upcaster::{Upcaster, upcasted};

//! What every store of a bounded context writes beside its state: the domain events of a command, and the record that
//! makes the command idempotent. The stores are `hansa-relational` and `hansa-documents`.

mod clock;
mod command;
mod domain_event;
mod id_source;
#[cfg(test)]
mod tests;

pub use clock::Clock;
pub use command::{Actor, Command, IdempotencyKey, IdempotencyKeyError, InputHash};
pub use domain_event::{DomainEvent, EventContent, RecordedEvent};
pub use id_source::IdSource;

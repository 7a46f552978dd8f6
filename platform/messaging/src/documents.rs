//! Consumers of contexts whose store writes one document at a time. The effect is one document, written under the event's id
//! as its idempotency key: so the write that has the effect also says that the event is handled, and a repetition finds it.
//! The checkpoint follows, and only saves repetitions.

mod effects;

pub(crate) use effects::DocumentEffects;
#[cfg(any(test, feature = "testing"))]
pub(crate) use effects::pending;

use crate::{HandleFuture, Listening, OnFailure, ReceivedEvent};
use hansa_event_sourcing::{Actor, Cause, Clock, Command, IdSource, IdempotencyKey, InputHash};

/// A consumer of a context of documents.
pub trait DocumentConsumer: Send + Sync + 'static {
    /// Unique in its context, in kebab case. It is the name of its checkpoints and dead letters: never changed.
    fn name(&self) -> &'static str;

    fn listens_to(&self) -> &'static [Listening];

    fn on_failure(&self) -> OnFailure {
        OnFailure::default()
    }

    /// Handles one event, which may come again, at any time later too. Whatever it writes, it writes under this command, at
    /// most one document of a collection; and so that a repetition after the 72 hours of its key changes nothing either.
    fn handle<'a>(&'a self, command: &'a Command, event: &'a ReceivedEvent) -> HandleFuture<'a>;
}

/// The command under which an event is handled: its cause and its trace are the event's, its key is the event's id.
fn command_for(
    (context, consumer): (&str, &'static str),
    (clock, ids): (&Clock, &IdSource),
    received: &ReceivedEvent,
) -> Command {
    let event = &received.event;
    let key = IdempotencyKey { text: format!("event-{}", event.event_id), input: InputHash::of(&event.content) };
    Command {
        operation: consumer,
        actor: Actor { user: None, tenant: None, key: Some(format!("{context}/{consumer}")) },
        now: clock.now(),
        ids: ids.clone(),
        traceparent: event.traceparent.clone(),
        idempotency_key: Some(key),
        cause: Cause { correlation_id: event.correlation_id, causation_id: Some(event.event_id) },
    }
}

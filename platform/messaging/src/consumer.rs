//! Consumers: policies and projections, which react to the events of other contexts or of their own.

use crate::ProjectedTable;
use hansa_event_sourcing::RecordedEvent;
use hansa_relational::{StoreError, UnitOfWork};
use serde::de::DeserializeOwned;
use std::{error::Error, future::Future, pin::Pin};

/// An event as it came from the bus.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedEvent {
    /// The context that published it.
    pub source: String,
    pub lane: i64,
    pub position: i64,
    pub event: RecordedEvent,
}

impl ReceivedEvent {
    /// Reads its content.
    ///
    /// # Errors
    /// Poison that names the event and what is wrong with it.
    pub fn content<T: DeserializeOwned>(&self) -> Result<T, HandleError> {
        let RecordedEvent { aggregate, event_type, event_id, content, .. } = &self.event;
        T::deserialize(content).map_err(|error| {
            let source = &self.source;
            let name = format!("{source}.{aggregate}.{event_type} {event_id}");
            HandleError::Poison(format!("the content of {name} has another form: {error}"))
        })
    }
}

/// Events of one aggregate that a consumer wants, in the newest version that it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    pub context: &'static str,
    pub aggregate: &'static str,
    /// Types with the version that the consumer reads.
    pub events: &'static [(&'static str, u16)],
}

/// A consumer of a context, with what it listens to. Each context has a list of them, which the event map is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    pub consumer: &'static str,
    pub events: &'static [Listening],
}

/// What happens to an event that cannot be handled, after the last attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// It, and later events of its aggregate, become dead letters; others go on.
    #[default]
    Park,
    /// The lane stands until an operator helps: for money and stock.
    Halt,
}

/// Why an event was not handled.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// It may work later: tried again after a while.
    #[error("could not handle the event now")]
    Retry(#[source] Box<dyn Error + Send + Sync>),
    /// It will never work: not tried again.
    #[error("the event cannot be handled: {0}")]
    Poison(String),
}

pub type HandleFuture<'a> = Pin<Box<dyn Future<Output = Result<(), HandleError>> + Send + 'a>>;

/// A consumer of a relational context. Its effect, the events it records and its checkpoint commit together.
pub trait Consumer: Send + Sync + 'static {
    /// Unique in its context, in kebab case. It is the name of its checkpoints and dead letters: never changed.
    fn name(&self) -> &'static str;

    fn listens_to(&self) -> &'static [Listening];

    fn on_failure(&self) -> OnFailure {
        OnFailure::default()
    }

    /// Tables that hold nothing but what this consumer makes of events, so that they can be built anew from the first one;
    /// a table that refers to another comes after it.
    fn projects_into(&self) -> &'static [ProjectedTable] {
        &[]
    }

    /// Handles one event. The unit's command is the event's: its actor is the consumer, its cause is the event, its trace
    /// is the event's. Nothing outside of the unit may be changed.
    fn handle<'a>(&'a self, unit: &'a mut UnitOfWork, event: &'a ReceivedEvent) -> HandleFuture<'a>;

    /// Reads at once what handling these events will need one by one, such as their streams; see
    /// [`UnitOfWork::put_aside`].
    fn prepare<'a>(&'a self, _unit: &'a mut UnitOfWork, _events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async { Ok(()) })
    }

    /// Handles some events in one unit, in their order. When it fails, they are handled one by one.
    fn handle_all<'a>(&'a self, unit: &'a mut UnitOfWork, events: &'a [ReceivedEvent]) -> HandleFuture<'a> {
        Box::pin(async move {
            if events.len() > 1 {
                self.prepare(unit, events).await?;
            }
            for event in events {
                let command = crate::workers::command_for(self.name(), unit.command(), event);
                unit.act_for(command);
                self.handle(unit, event).await?;
            }
            Ok(())
        })
    }
}

impl From<StoreError> for HandleError {
    fn from(error: StoreError) -> HandleError {
        HandleError::Retry(error.into())
    }
}

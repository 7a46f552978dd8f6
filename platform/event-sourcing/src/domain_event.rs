//! Domain events: what a command made true, and the envelope under which stores keep it until the relay publishes it.

use crate::Command;
use chrono::{DateTime, Utc};
use hansa_values::TenantId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// The content of one kind of event: an enum of an aggregate, tagged so that it serialises to an object.
pub trait EventContent: Serialize {
    /// In the past tense and without the aggregate's name, such as `published`.
    fn event_type(&self) -> &'static str;

    /// Version of the content's form; 1 until it changes.
    fn event_version(&self) -> u16 {
        1
    }
}

/// A fact that a command decided, not yet recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainEvent {
    /// Name of the aggregate, such as `product`.
    pub aggregate: &'static str,
    /// Id of the aggregate.
    pub stream_id: String,
    /// Version of the aggregate once this has happened.
    pub stream_version: i64,
    /// Whose data it is; `None` for users' own.
    pub tenant: Option<TenantId>,
    pub event_type: &'static str,
    pub event_version: u16,
    pub content: Value,
}

/// An event as stores keep it and the relay reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedEvent {
    pub event_id: Uuid,
    pub aggregate: String,
    pub stream_id: String,
    pub stream_version: i64,
    pub tenant: Option<TenantId>,
    pub event_type: String,
    pub event_version: u16,
    pub content: Value,
    pub recorded_at: DateTime<Utc>,
    /// Who caused it, as [`crate::Actor::scope`] writes it.
    pub actor: String,
    /// Name of the mutation.
    pub operation: String,
    pub traceparent: Option<String>,
    /// The process that it is a part of; its own id where it begins one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<Uuid>,
    /// The event that caused it; `None` for what somebody asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
}

impl DomainEvent {
    pub fn new(
        aggregate: &'static str,
        (stream_id, stream_version): (String, i64),
        tenant: Option<TenantId>,
        content: &impl EventContent,
    ) -> DomainEvent {
        DomainEvent {
            aggregate,
            stream_id,
            stream_version,
            tenant,
            event_type: content.event_type(),
            event_version: content.event_version(),
            content: serde_json::to_value(content).expect("contents of events are plain enums, which serialise"),
        }
    }

    pub fn recorded(self, command: &Command) -> RecordedEvent {
        let event_id = command.ids.uuid();
        RecordedEvent {
            event_id,
            aggregate: self.aggregate.to_owned(),
            stream_id: self.stream_id,
            stream_version: self.stream_version,
            tenant: self.tenant,
            event_type: self.event_type.to_owned(),
            event_version: self.event_version,
            content: self.content,
            recorded_at: command.now,
            actor: command.actor.scope(),
            operation: command.operation.to_owned(),
            traceparent: command.traceparent.clone(),
            correlation_id: Some(command.cause.correlation_id.unwrap_or(event_id)),
            causation_id: command.cause.causation_id,
        }
    }
}

//! Upcasters: pure steps from a retired version of an event to the next one. Stored events are never rewritten.

use crate::ReadEventError;
use serde_json::Value;

/// From `from_version` of `event_type` to the version after it.
#[derive(Debug, Clone, Copy)]
pub struct Upcaster {
    pub event_type: &'static str,
    pub from_version: u16,
    pub upcast: fn(Value) -> Value,
}

/// Leads a stored content from the version that it was stored with to `known`, step by step.
pub fn upcasted(
    upcasters: &[Upcaster],
    (event_type, found): (&str, u16),
    known: u16,
    mut content: Value,
) -> Result<Value, ReadEventError> {
    if found > known {
        return Err(ReadEventError::Newer { event_type: event_type.to_owned(), found, known });
    }
    for version in found..known {
        let step = upcasters.iter().find(|step| step.event_type == event_type && step.from_version == version);
        let missing = || ReadEventError::NoUpcaster { event_type: event_type.to_owned(), found, known };
        content = (step.ok_or_else(missing)?.upcast)(content);
    }
    Ok(content)
}

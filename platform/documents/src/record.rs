//! The records of commands with an idempotency key, which documents carry.

use chrono::{DateTime, Utc};
use hansa_event_sourcing::{Command, IdempotencyKey};
use hansa_relational::time_text;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// The answer to a command that came with a key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) actor_scope: String,
    pub(crate) operation: String,
    pub(crate) key: String,
    pub(crate) input_hash: String,
    pub(crate) payload: String,
    pub(crate) expires_at: String,
}

impl Record {
    pub(crate) fn new(command: &Command, key: &IdempotencyKey, payload: String) -> Record {
        let expires_at = command.now + chrono::TimeDelta::hours(IdempotencyKey::KEPT_HOURS);
        Record {
            actor_scope: command.actor.scope(),
            operation: command.operation.to_owned(),
            key: key.text.clone(),
            input_hash: key.input.text(),
            payload,
            expires_at: time_text(expires_at),
        }
    }

    pub(crate) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= time_text(now)
    }

    fn is_of(&self, command: &Command, key: &IdempotencyKey) -> bool {
        self.key == key.text && self.operation == command.operation && self.actor_scope == command.actor.scope()
    }
}

/// The answer of the first time, if it is among these.
pub(crate) fn payload_of(
    records: Vec<Record>,
    command: &Command,
    key: &IdempotencyKey,
) -> Result<Option<String>, StoreError> {
    let record = records.into_iter().find(|record| record.is_of(command, key) && !record.is_expired(command.now));
    match record {
        None => Ok(None),
        Some(record) if record.input_hash == key.input.text() => Ok(Some(record.payload)),
        Some(_) => Err(StoreError::KeyReused),
    }
}

//! A command: what is wanted, by whom, when, and whether it may be the repetition of an earlier one.

use crate::IdSource;
use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use hansa_values::{TenantId, UserId};
use serde::Serialize;
use std::fmt;
use uuid::Uuid;

/// Who acts. Idempotency keys of one actor mean nothing for another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// `None` for visitors, such as somebody who registers.
    pub user: Option<UserId>,
    /// The acting tenant.
    pub tenant: Option<TenantId>,
    /// Who acts without being a user, such as an API key: its id.
    pub key: Option<String>,
}

/// One command of a bounded context, apart from its own input.
#[derive(Debug, Clone)]
pub struct Command {
    /// Name of the mutation, such as `productCreate`.
    pub operation: &'static str,
    pub actor: Actor,
    pub now: DateTime<Utc>,
    /// Ids of entities and events that the command makes.
    pub ids: IdSource,
    /// W3C trace context of the request, kept with its events.
    pub traceparent: Option<String>,
    pub idempotency_key: Option<IdempotencyKey>,
    pub cause: Cause,
}

/// What a command comes from, kept with its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cause {
    /// The process that this is a part of, such as the placing of an order. `None`: the command begins one, and its
    /// events' own ids are their correlation ids.
    pub correlation_id: Option<Uuid>,
    /// The event that a policy or a saga reacts to.
    pub causation_id: Option<Uuid>,
}

/// A client's name for one command, with a hash of what it asked for. Kept for 72 hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub text: String,
    pub input: InputHash,
}

/// SHA-256 of a command's input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InputHash(pub [u8; 32]);

/// Why a text cannot be an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 16 to 128 printable ASCII characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// How long a key is remembered at least.
    pub const KEPT_HOURS: i64 = 72;

    pub fn new(text: String, input: InputHash) -> Result<Self, IdempotencyKeyError> {
        let is_good = (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_good { Ok(IdempotencyKey { text, input }) } else { Err(IdempotencyKeyError) }
    }
}

impl InputHash {
    /// Of an input as serde writes it; inputs that serialise alike are alike.
    pub fn of(input: &impl Serialize) -> InputHash {
        let text = serde_json::to_vec(input).expect("inputs of commands are plain structs, which serialise");
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, &text).as_ref());
        InputHash(hash)
    }

    /// Lower-case hexadecimal digits, as stores keep it.
    pub fn text(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for InputHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())
    }
}

impl Actor {
    /// One text for each actor, as stores keep it: `<tenant or ->/<user, key or ->`.
    pub fn scope(&self) -> String {
        let part = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
        let who = self.user.map(|id| id.to_string()).or_else(|| self.key.clone());
        format!("{}/{}", part(self.tenant.map(|id| id.to_string())), part(who))
    }
}

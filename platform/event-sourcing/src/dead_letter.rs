//! Dead letters: messages that a consumer could not handle, and those of the same stream that wait behind them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// What happens to a dead letter next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterState {
    /// It is tried again at `next_at`.
    Retrying,
    /// An earlier event of its stream is not resolved.
    Waiting,
    /// It waits for an operator.
    #[default]
    Parked,
    /// Its lane stands: it is tried again at `next_at`, or waits for an operator.
    Halted,
    /// An operator decided that it is not handled.
    Skipped,
}

/// One dead letter.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    pub consumer: String,
    pub source: String,
    pub lane: i64,
    pub position: i64,
    /// Empty where the message does not say it.
    pub stream_id: String,
    #[serde(default)]
    pub event_type: String,
    pub headers: BTreeMap<String, String>,
    /// As it came: it may be no text.
    pub body: Vec<u8>,
    #[serde(default)]
    pub state: DeadLetterState,
    pub reason: String,
    pub attempts: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    #[serde(default)]
    pub next_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub skip_reason: Option<String>,
}

/// Which letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterKey<'a> {
    pub consumer: &'a str,
    pub source: &'a str,
    pub lane: i64,
    pub position: i64,
}

/// An unresolved letter without its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterOutline {
    pub source: String,
    pub lane: i64,
    pub position: i64,
    pub stream_id: String,
    pub state: DeadLetterState,
    pub next_at: Option<DateTime<Utc>>,
}

/// Which letters are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LettersWanted<'a> {
    /// Of one consumer only.
    pub consumer: Option<&'a str>,
    /// Of one stream only.
    pub stream_id: Option<&'a str>,
    /// Those that were skipped, too.
    pub with_skipped: bool,
}

impl DeadLetter {
    pub fn key(&self) -> LetterKey<'_> {
        let DeadLetter { consumer, source, lane, position, .. } = self;
        LetterKey { consumer, source, lane: *lane, position: *position }
    }
}

// The body is long, and may be no text.
impl fmt::Debug for DeadLetter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DeadLetter { consumer, source, lane, position, stream_id, state, reason, attempts, .. } = self;
        let place = format!("{source}:{lane}:{position}");
        write!(formatter, "DeadLetter({consumer} {place} {stream_id} {state} after {attempts}: {reason})")
    }
}

impl DeadLetterState {
    pub fn as_str(self) -> &'static str {
        match self {
            DeadLetterState::Retrying => "retrying",
            DeadLetterState::Waiting => "waiting",
            DeadLetterState::Parked => "parked",
            DeadLetterState::Halted => "halted",
            DeadLetterState::Skipped => "skipped",
        }
    }

    /// Later events of its stream wait for it.
    pub fn is_blocking(self) -> bool {
        matches!(self, DeadLetterState::Retrying | DeadLetterState::Waiting | DeadLetterState::Parked)
    }

    /// It is tried again, once its time has come.
    pub fn is_tried_again(self) -> bool {
        matches!(self, DeadLetterState::Retrying | DeadLetterState::Waiting | DeadLetterState::Halted)
    }
}

impl FromStr for DeadLetterState {
    type Err = ();

    fn from_str(text: &str) -> Result<DeadLetterState, ()> {
        use DeadLetterState::{Halted, Parked, Retrying, Skipped, Waiting};
        [Retrying, Waiting, Parked, Halted, Skipped].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

impl fmt::Display for DeadLetterState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

//! Steps of a process: what is asked of a participant, and how it is taken back.

use aws_lc_rs::digest;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::{Builder, Uuid};

/// Whether a step is done or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    Do,
    Undo,
}

/// One step, by its name, which is unique in its process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    /// How often and when its request is sent again while nobody answers.
    pub forth: Retry,
    pub back: Retry,
}

/// When a request is sent again: the same command with the same id, so that a participant that has done it answers and
/// does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// From the first request to the second.
    pub first: Duration,
    /// Each wait is so many times the one before it.
    pub factor: u32,
    pub longest: Duration,
    /// How often it is sent at all; `None`: until somebody answers.
    pub attempts: Option<u32>,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Do => "do",
            Kind::Undo => "undo",
        }
    }
}

impl Step {
    pub fn new(name: impl Into<String>, forth: Retry, back: Retry) -> Step {
        Step { name: name.into(), forth, back }
    }

    pub(crate) fn retry(&self, kind: Kind) -> Retry {
        match kind {
            Kind::Do => self.forth,
            Kind::Undo => self.back,
        }
    }
}

impl Retry {
    /// How long to wait for an answer to this attempt, counted from 1: a quarter more or less by the command's id, so that
    /// commands of one moment do not come again in one moment, and always the same for the same command.
    pub fn wait(&self, command_id: Uuid, attempt: u32) -> TimeDelta {
        let longest = millis(self.longest);
        let grown =
            (1..attempt).fold(millis(self.first), |wait, _| wait.saturating_mul(self.factor.into()).min(longest));
        let seed = command_id.as_u128() as u64 ^ u64::from(attempt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let per_mille = 750 + (mixed(seed) % 501) as i64;
        TimeDelta::milliseconds(grown.saturating_mul(per_mille) / 1000)
    }

    /// Whether this was the last attempt.
    pub(crate) fn is_spent(&self, attempt: u32) -> bool {
        self.attempts.is_some_and(|attempts| attempt >= attempts)
    }
}

/// The id of a command of a process: UUIDv5 of the step and of whether it is done or undone, in the name space of the
/// process. It does not count attempts.
pub fn command_id(process: Uuid, step: &str, kind: Kind) -> Uuid {
    let mut hashed = process.as_bytes().to_vec();
    hashed.extend_from_slice(format!("{step} {}", kind.as_str()).as_bytes());
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &hashed);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Spreads neighbouring numbers (the finaliser of splitmix64).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

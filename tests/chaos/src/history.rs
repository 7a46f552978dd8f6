//! What clients asked for and what they were told: the acknowledged, the refused, and the unknown.

use crate::{client::Reply, editor::Edit};
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One `orderPlace`, with all its repetitions.
#[derive(Debug, Clone)]
pub struct Placement {
    pub idempotency_key: String,
    pub buyer: usize,
    /// What the checkout said: lines and total.
    pub checkout: Value,
    /// The payment method.
    pub method: String,
    pub outcome: Outcome,
}

/// One `orderCancel`, with all its repetitions.
#[derive(Debug, Clone)]
pub struct Cancellation {
    pub order: String,
    pub outcome: Outcome,
}

/// The last thing that the client learned.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The order's id, and its status then.
    Answered { order: String, status: String },
    /// Refused with this code: nothing was done.
    Refused(String),
    /// Nobody told the client, however often it asked.
    Unknown,
}

/// What is known of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Done,
    /// With a user error: it may not have been done.
    Refused,
    Unknown,
}

/// All that clients of one seed did and saw.
#[derive(Debug, Default)]
pub struct History(Mutex<Seen>);

#[derive(Debug, Default, Clone)]
pub struct Seen {
    pub placements: Vec<Placement>,
    pub cancellations: Vec<Cancellation>,
    pub edits: Vec<Edit>,
    /// Reads of what the same client had written just before: how many, and those that showed something older.
    pub reads: u64,
    pub old_reads: Vec<String>,
}

impl History {
    pub fn add(&self, placement: Placement) {
        self.lock().placements.push(placement);
    }

    pub fn add_cancellation(&self, cancellation: Cancellation) {
        self.lock().cancellations.push(cancellation);
    }

    pub fn add_edit(&self, edit: Edit) {
        self.lock().edits.push(edit);
    }

    /// A read after a write. Without an answer it says nothing; one with errors says that something is not as it should be,
    /// which is no older version.
    pub fn read(&self, what: &str, (reply, place): (&Reply, &str), expected: &Value) {
        let Reply::Data(data) = reply else { return };
        let found = data.pointer(place).unwrap_or(&Value::Null);
        self.read_as(what, (found, found == expected), expected);
    }

    /// A read whose answer somebody else has judged.
    pub fn read_as(&self, what: &str, (found, is_right): (&Value, bool), expected: &Value) {
        let mut seen = self.lock();
        seen.reads += 1;
        if !is_right {
            seen.old_reads.push(format!("{what}: written as {expected}, read as {found} just after"));
        }
    }

    pub fn all(&self) -> Seen {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outcome {
    /// For counting.
    pub fn name(&self) -> String {
        match self {
            Outcome::Answered { status, .. } => status.clone(),
            Outcome::Refused(code) => format!("refused {code}"),
            Outcome::Unknown => "unknown".to_owned(),
        }
    }
}

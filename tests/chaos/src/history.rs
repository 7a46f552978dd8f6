//! What clients asked for and what they were told: the acknowledged, the refused, and the unknown.

use serde_json::Value;
use std::sync::{Mutex, PoisonError};

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

/// The last thing that the client learned.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The order's id, and its status then.
    Answered { order: String, status: String },
    /// Refused with this code: no order may exist.
    Refused(String),
    /// Nobody told the client, however often it asked.
    Unknown,
}

/// The placements of one run.
#[derive(Debug, Default)]
pub struct History(Mutex<Vec<Placement>>);

impl History {
    pub fn add(&self, placement: Placement) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(placement);
    }

    pub fn all(&self) -> Vec<Placement> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Outcome {
    /// For counting.
    pub fn name(&self) -> String {
        match self {
            Outcome::Answered { status, .. } => format!("answered {status}"),
            Outcome::Refused(code) => format!("refused {code}"),
            Outcome::Unknown => "unknown".to_owned(),
        }
    }
}

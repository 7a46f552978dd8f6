//! Where a consumer of documents stands in one lane of a source, and how patient it is with the event before which it stands.

use crate::settings::WorkerSettings;
use std::time::Duration;
use tokio::time::Instant;

/// What is missing on the bus is asked for again after so long.
const MISSING_PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    /// The checkpoint, as it is written.
    pub(super) stored: i64,
    /// Handled, or given up.
    pub(super) known: i64,
    /// The highest position that was heard of.
    pub(super) target: i64,
    /// How often the next event has failed.
    pub(super) attempts: i64,
    due_at: Instant,
}

impl Lane {
    pub(super) fn at(position: i64) -> Lane {
        Lane { stored: position, known: position, target: position, attempts: 0, due_at: Instant::now() }
    }

    pub(super) fn is_due(&self) -> bool {
        self.due_at <= Instant::now()
    }

    /// There is more to read, and it can be read now.
    pub(super) fn is_fetchable(&self) -> bool {
        self.target > self.known && self.is_due()
    }

    /// When it goes on, where it waits.
    pub(super) fn waits_until(&self) -> Option<Instant> {
        (self.target > self.known).then_some(self.due_at)
    }

    pub(super) fn done(&mut self, position: i64) {
        (self.known, self.attempts) = (position, 0);
    }

    pub(super) fn missing(&mut self) {
        self.due_at = Instant::now() + MISSING_PAUSE;
    }

    /// Whether the event is tried again later; false after the last attempt.
    pub(super) fn waits(&mut self, settings: &WorkerSettings) -> bool {
        self.attempts += 1;
        let delay = settings.delay_after(self.attempts);
        self.due_at = Instant::now() + delay.unwrap_or_default();
        delay.is_some()
    }
}

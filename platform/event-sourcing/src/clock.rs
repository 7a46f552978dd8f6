//! The time, passed in, so that tests and the demo decide what it is.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// Tells the time in microseconds, which is what both engines of the relational store keep.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// `None`: the machine's clock.
    set: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Clock {
        Clock { set: None }
    }

    /// A clock that stands until it is set; clones show the same time.
    pub fn set_to(now: DateTime<Utc>) -> Clock {
        Clock { set: Some(Arc::new(Mutex::new(now))) }
    }

    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.set {
            Some(set) => *set.lock().unwrap_or_else(PoisonError::into_inner),
            None => Utc::now(),
        };
        now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now)
    }

    /// Sets a clock that stands; the machine's clock stays as it is.
    pub fn set(&self, now: DateTime<Utc>) {
        if let Some(set) = &self.set {
            *set.lock().unwrap_or_else(PoisonError::into_inner) = now;
        }
    }

    /// Moves a clock that stands.
    pub fn advance(&self, by: TimeDelta) {
        self.set(self.now() + by);
    }
}

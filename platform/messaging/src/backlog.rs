//! What waits to be published. While the bus is away, commands go on and their events wait in the store; a context may
//! refuse commands once that has lasted too long.

use crate::settings::WorkerSettings;
use chrono::{DateTime, TimeDelta, Utc};
use hansa_event_sourcing::Clock;
use std::sync::{Arc, Mutex, PoisonError};

/// How much waits, as this process last saw it. Clones see the same.
#[derive(Debug, Clone)]
pub struct Backlog {
    state: Arc<Mutex<Waiting>>,
    settings: Arc<WorkerSettings>,
    clock: Clock,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    pub events: u64,
    /// When the oldest of them was seen waiting first; `None` where nothing waits.
    pub since: Option<DateTime<Utc>>,
}

/// Too much waits: a command would only add to it. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{events} events have been waiting to be published since {since}: the event bus is not reachable; try again later"
)]
pub struct BacklogFull {
    pub events: u64,
    pub since: DateTime<Utc>,
}

impl Backlog {
    pub(crate) fn new(settings: &Arc<WorkerSettings>, clock: &Clock) -> Backlog {
        Backlog { state: Arc::default(), settings: settings.clone(), clock: clock.clone() }
    }

    /// The same that waits, with other limits.
    pub(crate) fn with(&self, settings: &Arc<WorkerSettings>) -> Backlog {
        Backlog { settings: settings.clone(), ..self.clone() }
    }

    pub fn waiting(&self) -> Waiting {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For commands that are worth nothing without their events, such as the placing of an order.
    ///
    /// # Errors
    /// More events wait, or for longer, than the settings allow: an hour, or a million events.
    pub fn check(&self) -> Result<(), BacklogFull> {
        let Waiting { events, since } = self.waiting();
        let Some(since) = since else { return Ok(()) };
        let age = (self.clock.now() - since).to_std().unwrap_or_default();
        match events > self.settings.backlog_events_max || age > self.settings.backlog_age_max {
            true => Err(BacklogFull { events, since }),
            false => Ok(()),
        }
    }

    pub(crate) fn is_younger(&self, time: DateTime<Utc>, age: TimeDelta) -> bool {
        self.clock.now() - time < age
    }

    /// So many wait now. The oldest counts from when it was recorded, or seen first.
    pub(crate) fn set(&self, events: u64, oldest: Option<DateTime<Utc>>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let since = (events > 0).then(|| oldest.unwrap_or_else(|| self.clock.now()));
        *state = Waiting { events, since };
    }
}

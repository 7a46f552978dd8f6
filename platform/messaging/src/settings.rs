//! How patient workers are. The defaults are right for deployments; tests take shorter times.

use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerSettings {
    /// How long after each failed attempt an event, or a job, is tried again; after the last one events are parked.
    pub retry_delays: Vec<Duration>,
    /// How long a process may be silent until another takes its work.
    pub lease: Duration,
    /// How soon after events were published the store is asked for what other processes have committed; ...
    pub store_poll: Duration,
    /// ... and how often at least, when there was nothing for a while.
    pub store_poll_max: Duration,
    /// How often the relay compares the bus with what it believes, lane by lane.
    pub compare_every: Duration,
    /// How often a consumer that hears nothing compares its place with the bus.
    pub sweep_every: Duration,
    /// How long to wait after the bus or the store failed.
    pub pause_after_failure: Duration,
    /// Events that are not for a consumer move its checkpoint after so many of them ...
    pub idle_events_max: i64,
    /// ... or after so long.
    pub idle_time_max: Duration,
    /// So many unresolved dead letters, and a consumer takes no more events until an operator has helped.
    pub dead_letters_max: i64,
    /// A context may refuse commands when its oldest unpublished event is older than this ...
    pub backlog_age_max: Duration,
    /// ... or when so many are unpublished.
    pub backlog_events_max: u64,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        WorkerSettings {
            retry_delays: [200, 1_000, 5_000, 30_000, 120_000].map(Duration::from_millis).to_vec(),
            lease: Duration::from_secs(5),
            store_poll: Duration::from_millis(250),
            store_poll_max: Duration::from_secs(1),
            compare_every: Duration::from_secs(60),
            sweep_every: Duration::from_secs(5),
            pause_after_failure: Duration::from_millis(500),
            idle_events_max: 1_000,
            idle_time_max: Duration::from_secs(2),
            dead_letters_max: 10_000,
            backlog_age_max: Duration::from_secs(3600),
            backlog_events_max: 1_000_000,
        }
    }
}

impl WorkerSettings {
    /// The delay after a failed attempt, counted from 1; `None` after the last.
    pub(crate) fn delay_after(&self, attempt: i64) -> Option<Duration> {
        let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
        self.retry_delays.get(index).copied()
    }
}

//! At most so many answers a second, however many trials run.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Hands out moments that are a gap apart.
#[derive(Debug)]
pub(crate) struct Pace {
    /// When the run is over. What is under way then is decided, but not made small.
    pub(crate) deadline: Option<Instant>,
    gap: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    pub(crate) fn new(rate: u32, deadline: Option<Instant>) -> Pace {
        Pace { deadline, gap: Duration::from_secs(1) / rate.max(1), next: Mutex::new(Instant::now()) }
    }

    pub(crate) async fn wait(&self) {
        let moment = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            // Time that was not used is not made up for.
            let moment = (*next).max(Instant::now());
            *next = moment + self.gap;
            moment
        };
        tokio::time::sleep_until(moment).await;
    }
}

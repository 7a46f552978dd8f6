//! What was measured, in order.

use std::{fmt, time::Duration};

/// Times that something took.
#[derive(Debug)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Times {
        times.sort();
        Times(times)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Within which this share of them is; nothing where there are none.
    pub(crate) fn within(&self, share: f64) -> Duration {
        let place = ((self.0.len() as f64 * share) as usize).min(self.0.len().saturating_sub(1));
        self.0.get(place).copied().unwrap_or_default()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |share| self.within(share).as_secs_f64() * 1_000.0;
        let [half, most, longest] = [0.5, 0.95, 1.0].map(milliseconds);
        write!(formatter, "{half:.1} ms | {most:.1} ms | {longest:.1} ms")
    }
}

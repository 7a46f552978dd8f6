//! Log lines about a subgraph that fails, at most one a second: a subgraph that is down fails every request.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

const PAUSE_MS: u64 = 1_000;

#[derive(Debug)]
pub(crate) struct FailureLog {
    started: Instant,
    quiet_until_ms: AtomicU64,
    left_out: AtomicU64,
}

impl FailureLog {
    pub(crate) fn new() -> FailureLog {
        FailureLog { started: Instant::now(), quiet_until_ms: AtomicU64::new(0), left_out: AtomicU64::new(0) }
    }

    pub(crate) fn write(&self, subgraph: &str, trace_id: &str, code: &str, cause: &str) {
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let quiet_until_ms = self.quiet_until_ms.load(Ordering::Relaxed);
        let is_ours = now_ms >= quiet_until_ms
            && self
                .quiet_until_ms
                .compare_exchange(quiet_until_ms, now_ms + PAUSE_MS, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if !is_ours {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        tracing::warn!(subgraph.name = subgraph, trace_id, code, cause, lines_left_out = left_out, "fetch failed");
    }
}

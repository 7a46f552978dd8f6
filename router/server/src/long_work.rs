//! Work of milliseconds on a thread that has other requests to answer: they go on on another thread, within limits.

use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::{Handle, RuntimeFlavor};

/// Each hand-over may take a thread of its own, and threads keep memory. Past this, work is done where it is, and holds up the
/// other requests of its thread: processors are few.
const HAND_OVERS_MAX: u32 = 4;

static HAND_OVERS: AtomicU32 = AtomicU32::new(0);

/// Counted while it exists.
struct HandOver;

impl HandOver {
    fn begin() -> Option<HandOver> {
        let hand_over = HandOver;
        (HAND_OVERS.fetch_add(1, Ordering::Relaxed) < HAND_OVERS_MAX).then_some(hand_over)
    }
}

impl Drop for HandOver {
    fn drop(&mut self) {
        HAND_OVERS.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(crate) fn run<R>(work: impl FnOnce() -> R) -> R {
    // A runtime of one thread has nobody to hand the other requests to.
    let has_others = Handle::current().runtime_flavor() != RuntimeFlavor::CurrentThread;
    match HandOver::begin() {
        Some(_hand_over) if has_others => tokio::task::block_in_place(work),
        _ => work(),
    }
}

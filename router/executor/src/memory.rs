//! What requests hold, counted against what the process may hold: bodies, answers, rows, responses.
//!
//! Counted in coarse steps, so that a request touches the shared count a few times and no lock at all. What is counted
//! are the large things; what else a request needs is small, and rounding up to whole steps covers it.

use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

/// Leases are counted in steps of so many bytes.
const STEP_BYTES: usize = 16 << 10;

/// What all requests of the process hold, and how much that may be.
#[derive(Debug)]
pub struct MemoryBudget {
    bytes_max: usize,
    request_bytes_max: usize,
    held: AtomicUsize,
}

/// What one request holds. What is left of it goes back when its last owner has gone.
#[derive(Debug)]
pub struct MemoryLease {
    budget: Arc<MemoryBudget>,
    held: AtomicUsize,
    peak: AtomicUsize,
    is_refused: AtomicBool,
}

/// The bytes cannot be had: of the process or of this request there are too many already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryRefused;

/// Bytes that are held until this is dropped.
#[derive(Debug)]
pub struct HeldBytes {
    lease: Arc<MemoryLease>,
    bytes: usize,
}

impl MemoryBudget {
    /// For all requests together, and for each.
    pub fn new(bytes_max: usize, request_bytes_max: usize) -> Arc<MemoryBudget> {
        Arc::new(MemoryBudget { bytes_max, request_bytes_max, held: AtomicUsize::new(0) })
    }

    /// Begins with nothing.
    pub fn lease(self: &Arc<Self>) -> Arc<MemoryLease> {
        Arc::new(MemoryLease::of(self.clone()))
    }

    pub fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// In whole steps.
    pub fn held_bytes(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// Nothing more can be had.
    pub fn is_spent(&self) -> bool {
        self.held_bytes() >= self.bytes_max
    }
}

/// Nothing is refused.
impl Default for MemoryLease {
    fn default() -> MemoryLease {
        MemoryLease::of(MemoryBudget::new(usize::MAX, usize::MAX))
    }
}

impl MemoryLease {
    fn of(budget: Arc<MemoryBudget>) -> MemoryLease {
        MemoryLease { budget, held: AtomicUsize::new(0), peak: AtomicUsize::new(0), is_refused: AtomicBool::new(false) }
    }

    /// For whoever answers no clients, but runs plans of its own: nothing is refused.
    pub fn uncounted() -> &'static Arc<MemoryLease> {
        static UNCOUNTED: LazyLock<Arc<MemoryLease>> = LazyLock::new(Arc::default);
        &UNCOUNTED
    }

    /// Counts bytes that are about to be needed. Refused bytes are not counted.
    pub fn hold(&self, bytes: usize) -> Result<(), MemoryRefused> {
        let before = self.held.fetch_add(bytes, Relaxed);
        let after = before.saturating_add(bytes);
        let more = in_steps(after) - in_steps(before);
        if more == 0 {
            return Ok(());
        }
        // Whoever adds to a count sees what it was before: the differences add up, whatever others do meanwhile.
        let all_before = self.budget.held.fetch_add(more, Relaxed);
        if all_before.saturating_add(more) > self.budget.bytes_max {
            self.is_refused.store(true, Relaxed);
        } else if after <= self.budget.request_bytes_max {
            self.peak.fetch_max(after, Relaxed);
            return Ok(());
        }
        self.free(bytes);
        Err(MemoryRefused)
    }

    /// What is not needed any more.
    pub fn free(&self, bytes: usize) {
        let before = self.held.fetch_sub(bytes, Relaxed);
        let less = in_steps(before) - in_steps(before - bytes);
        if less > 0 {
            self.budget.held.fetch_sub(less, Relaxed);
        }
    }

    /// A guard that holds nothing yet.
    pub fn hold_nothing(self: &Arc<Self>) -> HeldBytes {
        HeldBytes { lease: self.clone(), bytes: 0 }
    }

    pub fn held_bytes(&self) -> usize {
        self.held.load(Relaxed)
    }

    /// The most that was held at once.
    pub fn peak_bytes(&self) -> usize {
        self.peak.load(Relaxed)
    }

    /// Bytes were refused because all requests together hold too many.
    pub fn is_refused(&self) -> bool {
        self.is_refused.load(Relaxed)
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(in_steps(self.held_bytes()), Relaxed);
    }
}

impl HeldBytes {
    /// Holds more, or less, from now on. Refused, it holds what it held.
    pub fn resize(&mut self, bytes: usize) -> Result<(), MemoryRefused> {
        match bytes.checked_sub(self.bytes) {
            Some(more) => self.lease.hold(more)?,
            None => self.lease.free(self.bytes - bytes),
        }
        self.bytes = bytes;
        Ok(())
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn lease(&self) -> &Arc<MemoryLease> {
        &self.lease
    }

    /// The bytes count until [`MemoryLease::free`] is told so many, or the lease ends.
    pub fn keep(mut self) -> usize {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        self.lease.free(self.bytes);
    }
}

fn in_steps(bytes: usize) -> usize {
    bytes.div_ceil(STEP_BYTES).saturating_mul(STEP_BYTES)
}

#[cfg(test)]
mod tests {
    use super::{MemoryBudget, MemoryRefused, STEP_BYTES};

    #[test]
    fn counts_in_steps_and_gives_all_back() {
        let budget = MemoryBudget::new(10 * STEP_BYTES, 6 * STEP_BYTES);
        let (one, other) = (budget.lease(), budget.lease());
        one.hold(1).expect("there is room");
        assert_eq!(budget.held_bytes(), STEP_BYTES);
        one.hold(STEP_BYTES).expect("there is room");
        assert_eq!((one.held_bytes(), budget.held_bytes()), (STEP_BYTES + 1, 2 * STEP_BYTES));
        assert_eq!(one.hold(5 * STEP_BYTES), Err(MemoryRefused), "more than one request may");
        assert!(!one.is_refused(), "the process has bytes left");
        let mut guard = other.hold_nothing();
        guard.resize(6 * STEP_BYTES).expect("there is room");
        assert_eq!(one.hold(3 * STEP_BYTES), Err(MemoryRefused), "more than the process may");
        assert!(one.is_refused());
        assert_eq!(one.held_bytes(), STEP_BYTES + 1, "what is refused does not count");
        guard.resize(2 * STEP_BYTES).expect("less can always be had");
        assert_eq!(budget.held_bytes(), 4 * STEP_BYTES);
        one.hold(3 * STEP_BYTES).expect("there is room again");
        assert_eq!(one.peak_bytes(), 4 * STEP_BYTES + 1);
        drop((one, guard));
        assert_eq!(budget.held_bytes(), 0);
        drop(other);
        assert_eq!(budget.held_bytes(), 0);
    }

    #[test]
    fn threads_that_share_a_lease_leave_nothing_behind() {
        let budget = MemoryBudget::new(usize::MAX, usize::MAX);
        let lease = budget.lease();
        std::thread::scope(|scope| {
            for thread in 0..4_usize {
                let lease = &lease;
                scope.spawn(move || {
                    for round in 0..2_000_usize {
                        let bytes = (round * 7919 + thread * 104_729) % 50_000;
                        lease.hold(bytes).expect("there is room");
                        lease.free(bytes);
                    }
                });
            }
        });
        assert_eq!((lease.held_bytes(), budget.held_bytes()), (0, 0));
    }
}

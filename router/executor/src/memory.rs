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

/// Of what there are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shortage {
    Request,
    Process,
}

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

    /// Nothing more can be had: not one step is left.
    pub fn is_spent(&self) -> bool {
        self.bytes_max.saturating_sub(self.held_bytes()) < STEP_BYTES
    }

    /// Adds only what fits: an attempt that fails must not make others fail meanwhile.
    fn hold(&self, steps: usize) -> Result<(), Shortage> {
        let fits = |held: usize| held.checked_add(steps).filter(|&after| after <= self.bytes_max);
        self.held.fetch_update(Relaxed, Relaxed, fits).map(|_| ()).map_err(|_| Shortage::Process)
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
        self.try_hold(bytes).map_err(|shortage| {
            if shortage == Shortage::Process {
                self.refuse();
            }
            MemoryRefused
        })
    }

    /// As many bytes as would be good to have, or else those that are needed: returns which.
    pub fn hold_some(&self, wanted: usize, needed: usize) -> Result<usize, MemoryRefused> {
        match self.try_hold(wanted) {
            Ok(()) => Ok(wanted),
            Err(_) => self.hold(needed).map(|()| needed),
        }
    }

    fn try_hold(&self, bytes: usize) -> Result<(), Shortage> {
        let fits = |held: usize| held.checked_add(bytes).filter(|&after| after <= self.budget.request_bytes_max);
        let before = self.held.fetch_update(Relaxed, Relaxed, fits).map_err(|_| Shortage::Request)?;
        let after = before + bytes;
        // Whoever adds to a count sees what it was before: the differences add up, whatever others do meanwhile.
        let more = in_steps(after) - in_steps(before);
        if more == 0 {
            return Ok(());
        }
        if let Err(shortage) = self.budget.hold(more) {
            self.take_back(bytes, more);
            return Err(shortage);
        }
        self.peak.fetch_max(after, Relaxed);
        Ok(())
    }

    /// Bytes that are counted here, and of which the process's count does not know.
    fn take_back(&self, bytes: usize, more: usize) {
        let before = self.held.fetch_sub(bytes, Relaxed);
        let less = in_steps(before) - in_steps(before - bytes);
        // Unequal only where others moved the count over a step meanwhile.
        if less > more {
            self.budget.held.fetch_sub(less - more, Relaxed);
        } else if more > less {
            self.budget.held.fetch_add(more - less, Relaxed);
        }
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

    /// For work of the same process that several requests wait for.
    pub fn of_others(&self) -> Arc<MemoryLease> {
        self.budget.lease()
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

    /// Bytes that this needs were refused elsewhere.
    pub fn refuse(&self) {
        self.is_refused.store(true, Relaxed);
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

    /// The same where more is good to have, and less is enough.
    pub fn grow(&mut self, wanted: usize, needed: usize) -> Result<(), MemoryRefused> {
        let more = |bytes: usize| bytes.saturating_sub(self.bytes);
        self.bytes += self.lease.hold_some(more(wanted), more(needed))?;
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
    fn what_is_only_good_to_have_refuses_nothing() {
        let budget = MemoryBudget::new(10 * STEP_BYTES, 8 * STEP_BYTES);
        let (one, other) = (budget.lease(), budget.lease());
        other.hold(6 * STEP_BYTES).expect("there is room");
        assert_eq!(one.hold_some(6 * STEP_BYTES, 3 * STEP_BYTES), Ok(3 * STEP_BYTES));
        assert_eq!((one.is_refused(), budget.held_bytes()), (false, 9 * STEP_BYTES));
        assert_eq!(one.hold_some(6 * STEP_BYTES, 2 * STEP_BYTES), Err(MemoryRefused));
        assert_eq!((one.is_refused(), budget.held_bytes()), (true, 9 * STEP_BYTES));
        assert!(!budget.is_spent(), "one step is left");
        one.hold(1).expect("there is room");
        assert!(budget.is_spent());
    }

    /// One asks for far too much, again and again; the other for little, which is there.
    #[test]
    fn large_attempts_that_fail_take_nothing_from_others() {
        let budget = MemoryBudget::new(10 * STEP_BYTES, usize::MAX);
        let (large, small) = (budget.lease(), budget.lease());
        std::thread::scope(|scope| {
            scope.spawn(|| (0..20_000).for_each(|_| assert_eq!(large.hold(11 * STEP_BYTES), Err(MemoryRefused))));
            scope.spawn(|| {
                for _ in 0..20_000 {
                    small.hold(5 * STEP_BYTES).expect("there is room");
                    small.free(5 * STEP_BYTES);
                }
            });
        });
        assert_eq!((budget.held_bytes(), small.is_refused()), (0, false));
    }

    /// Some of what all ask for is refused while others' counts move over steps.
    #[test]
    fn threads_that_are_refused_leave_nothing_behind() {
        let budget = MemoryBudget::new(4 * STEP_BYTES, usize::MAX);
        let lease = budget.lease();
        std::thread::scope(|scope| {
            for thread in 0..4_usize {
                let lease = &lease;
                scope.spawn(move || {
                    for round in 0..5_000_usize {
                        let bytes = (round * 7919 + thread * 104_729) % 50_000;
                        if lease.hold(bytes).is_ok() {
                            lease.free(bytes);
                        }
                    }
                });
            }
        });
        assert_eq!((lease.held_bytes(), budget.held_bytes()), (0, 0));
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

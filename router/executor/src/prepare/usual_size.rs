//! What the last execution of a plan needed: the next one starts with as much, instead of growing there.

use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug, Default)]
pub(crate) struct UsualSize {
    pub(crate) slots: Usual,
    pub(crate) rows: Usual,
    /// Items of lists that were open at once.
    pub(crate) items: Usual,
    pub(crate) response_bytes: Usual,
    /// By target: rows.
    pub(crate) targets: Box<[Usual]>,
    /// By fetch: bytes of the request.
    pub(crate) request_bytes: Box<[Usual]>,
}

impl UsualSize {
    pub(crate) fn new(target_count: usize, fetch_count: usize) -> UsualSize {
        let usuals = |count| std::iter::repeat_with(Usual::default).take(count).collect();
        UsualSize { targets: usuals(target_count), request_bytes: usuals(fetch_count), ..UsualSize::default() }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Usual(AtomicU32);

impl Usual {
    /// One large request must not make all later ones reserve as much.
    const BYTES_MAX: usize = 1 << 20;

    /// For how many items of type `T` to make room.
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed) as usize
    }

    pub(crate) fn keep<T>(&self, count: usize) {
        let count = count.min(Self::BYTES_MAX / size_of::<T>());
        // Writing only what changes keeps the plan's memory shared between cores.
        if self.get() != count {
            self.0.store(count as u32, Ordering::Relaxed);
        }
    }
}

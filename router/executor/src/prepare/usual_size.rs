//! What the last execution of a plan needed: the next one starts with as much, instead of growing there.

use crate::PreparedPlan;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

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
    /// All that a request held at once.
    held_bytes: AtomicUsize,
}

impl UsualSize {
    pub(crate) fn new(target_count: usize, fetch_count: usize) -> UsualSize {
        let usuals = |count| std::iter::repeat_with(Usual::default).take(count).collect();
        UsualSize { targets: usuals(target_count), request_bytes: usuals(fetch_count), ..UsualSize::default() }
    }

    /// Besides itself.
    pub(crate) fn weight_bytes(&self) -> usize {
        size_of_val(&self.targets[..]) + size_of_val(&self.request_bytes[..])
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

/// Of a plan that has not been run: a few pages of objects from a few subgraphs.
const UNKNOWN_BYTES: usize = 128 << 10;

impl PreparedPlan {
    /// What a request will probably hold at most.
    pub fn expected_bytes(&self) -> usize {
        match self.usual_size.held_bytes.load(Ordering::Relaxed) {
            0 => UNKNOWN_BYTES,
            known => known,
        }
    }

    /// One request held so many bytes at most. More is believed at once, less by and by.
    pub fn keep_peak(&self, bytes: usize) {
        let known = self.usual_size.held_bytes.load(Ordering::Relaxed);
        let next = bytes.max(known - known / 8).max(1);
        // Writing only what changes keeps the plan's memory shared between cores.
        if next.abs_diff(known) > known / 16 {
            self.usual_size.held_bytes.store(next, Ordering::Relaxed);
        }
    }
}

//! Executes one input again and again, and says what it took.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use allocation_counter::AllocationInfo;

use crate::{input::Input, memory_transport::Spent};

/// How often to execute.
#[derive(Debug, Clone, Copy)]
pub struct Repetition {
    pub runs_max: usize,
    /// No run begins after that, but the first does.
    pub duration: Duration,
}

/// What one execution took.
#[derive(Debug)]
pub struct Measured {
    /// Of the run whose sum is the median.
    pub spent: Spent,
    pub runs: usize,
    pub received_bytes: usize,
    pub allocations: u64,
    /// The most that was allocated at once, subgraphs' answers and response included.
    pub peak_bytes: u64,
}

impl Spent {
    pub fn sum(&self) -> Duration {
        self.requests + self.answers + self.response
    }
}

pub fn measure(input: &Input, repetition: Repetition) -> Measured {
    let began = Instant::now();
    let mut runs = Vec::new();
    while runs.is_empty() || (runs.len() < repetition.runs_max && began.elapsed() < repetition.duration) {
        input.transport.begin(false);
        black_box(input.execute());
        runs.push(input.transport.end().0);
    }
    input.transport.begin(true);
    let AllocationInfo { count_total, bytes_max, .. } = allocation_counter::measure(|| _ = black_box(input.execute()));
    let (_, received_bytes) = input.transport.end();
    runs.sort_by_key(Spent::sum);
    Measured {
        spent: runs[runs.len() / 2],
        runs: runs.len(),
        received_bytes,
        allocations: count_total,
        peak_bytes: bytes_max,
    }
}

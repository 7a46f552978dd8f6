//! Plans one input again and again, and says what it took.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use hansa_executor::PreparedPlan;
use peak_alloc::PeakAlloc;

use crate::input::Input;

/// How often to plan.
#[derive(Debug, Clone, Copy)]
pub struct Repetition {
    pub runs_max: usize,
    /// No run begins after that, but the first ones do.
    pub duration: Duration,
}

const RUNS_MIN: usize = 3;

/// What planning took.
#[derive(Debug)]
pub struct Measured {
    /// Sorted.
    pub times: Vec<Duration>,
    /// Highest sum of what is allocated at once, above what was allocated before: work and plan together.
    pub peak_memory: usize,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    Planned { fetches: usize, operation_bytes: usize, plan_bytes: usize, compile_time: Duration },
    Refused(String),
}

/// Memory is right only where [`PeakAlloc`] is the program's allocator and nothing else runs.
pub fn measure(input: &Input, repetition: Repetition) -> Measured {
    let began = Instant::now();
    let mut times = Vec::new();
    let mut peak_memory = 0;
    loop {
        let before = PeakAlloc.current_usage();
        PeakAlloc.reset_peak_usage();
        let start = Instant::now();
        let planned = black_box(input.plan());
        times.push(start.elapsed());
        peak_memory = peak_memory.max(PeakAlloc.peak_usage().saturating_sub(before));
        let is_last = times.len() >= repetition.runs_max || began.elapsed() > repetition.duration;
        if is_last && times.len() >= RUNS_MIN.min(repetition.runs_max) {
            times.sort();
            let outcome = match planned {
                Err(error) => Outcome::Refused(error.to_string()),
                Ok(plan) => {
                    let (fetches, operation_bytes) =
                        (plan.fetches.len(), plan.fetches.iter().map(|fetch| fetch.operation.len()).sum());
                    let start = Instant::now();
                    let prepared = black_box(PreparedPlan::new(plan, input.supergraph()));
                    let compile_time = start.elapsed();
                    Outcome::Planned { fetches, operation_bytes, plan_bytes: prepared.weight_bytes(), compile_time }
                }
            };
            return Measured { times, peak_memory, outcome };
        }
    }
}

impl Measured {
    /// What it takes when nothing gets in the way.
    pub fn least(&self) -> Duration {
        self.times[0]
    }

    pub fn median(&self) -> Duration {
        self.times[self.times.len() / 2]
    }

    pub fn p99(&self) -> Duration {
        self.times[(self.times.len() * 99).div_ceil(100).max(1) - 1]
    }

    /// What of the input's goal was missed.
    pub fn missed(&self, input: &Input) -> Vec<String> {
        let Some(goal) = input.goal else { return Vec::new() };
        let mut missed = Vec::new();
        if self.p99() > goal.time {
            missed.push(format!("{}: {:.1?} and not {:.0?}", input.name, self.p99(), goal.time));
        }
        if self.peak_memory > goal.peak_memory {
            let (peak, goal) = (self.peak_memory >> 20, goal.peak_memory >> 20);
            missed.push(format!("{}: {peak} MiB and not {goal} MiB", input.name));
        }
        if let Outcome::Refused(error) = &self.outcome
            && goal.is_plan_wanted
        {
            missed.push(format!("{}: {error}", input.name));
        }
        missed
    }
}

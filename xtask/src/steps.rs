//! Steps run one after another, each timed; the table at the end shows where the time went, also after a failure.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// A step's name and what it does.
pub(crate) type Step = (&'static str, fn() -> Result<()>);

/// Runs the steps in their order and stops at the first that fails.
pub(crate) fn run_all(steps: &[Step]) -> Result<()> {
    let started = Instant::now();
    let mut rows: Vec<(&str, Duration, &str)> = Vec::new();
    let mut outcome = Ok(());
    for (name, step) in steps {
        println!("\n=== {name}");
        let step_started = Instant::now();
        outcome = step().with_context(|| format!("step `{name}` failed"));
        rows.push((name, step_started.elapsed(), if outcome.is_ok() { "ok" } else { "FAILED" }));
        if outcome.is_err() {
            break;
        }
    }
    rows.extend(steps[rows.len()..].iter().map(|(name, _)| (*name, Duration::ZERO, "not run")));
    print_table(&rows, started.elapsed());
    outcome
}

fn print_table(rows: &[(&str, Duration, &str)], total: Duration) {
    println!();
    for (name, elapsed, state) in rows {
        println!("{name:<24} {:>8.1} s  {state}", elapsed.as_secs_f64());
    }
    println!("{:<24} {:>8.1} s\n", "all", total.as_secs_f64());
}

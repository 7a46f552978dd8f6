//! The random tester as a tool: `cargo run --release -p hansa-random -- --operations 20000`.

use clap::Parser;
use hansa_random::{Options, run};
use std::{path::PathBuf, process::ExitCode};

/// Compares the router's answers with a reference interpreter's, on random supergraphs and operations.
#[derive(Debug, Parser)]
#[command(name = "hansa-random")]
struct Arguments {
    #[arg(long, default_value_t = 1000)]
    operations: usize,
    /// Equal seeds give equal worlds, operations and orders of answers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for failures, shrunk, in the form of tests/cases.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Stop after so many failures.
    #[arg(long, default_value_t = 20)]
    failures_max: usize,
    /// Only this world of the seed.
    #[arg(long)]
    world: Option<u64>,
}

fn main() -> anyhow::Result<ExitCode> {
    let Arguments { operations, seed, out, failures_max, world } = Arguments::parse();
    let report = run(&Options { operations, seed, out, failures_max, world })?;
    for line in &report.failures {
        println!("{line}");
    }
    print!("{}", report.counters);
    println!("{} passed, {} failed", report.passed, report.failed);
    // Short runs need not meet everything.
    let missing = if operations >= 10_000 && world.is_none() { report.counters.missing() } else { Vec::new() };
    if !missing.is_empty() {
        println!("never occurred: {}", missing.join(", "));
    }
    let is_good = report.failed == 0 && missing.is_empty();
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

//! The random tester as a tool: `cargo run --release -p hansa-random -- --operations 20000`.

use clap::Parser;
use hansa_random::{Options, Place, cover, run};
use std::{path::PathBuf, process::ExitCode, sync::atomic::Ordering, time::Instant};

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
    /// Only this operation of the world.
    #[arg(long, requires = "world")]
    operation: Option<u64>,
    /// Finds a few operations in which everything occurs, for the test with a fixed seed.
    #[arg(long, conflicts_with = "world")]
    cover: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let Arguments { operations, seed, out, failures_max, world, operation, cover: finds_cover } = Arguments::parse();
    if finds_cover {
        for Place { world, operation } in cover(seed, operations)? {
            print!("({world}, {}), ", operation.unwrap_or_default());
        }
        println!();
        return Ok(ExitCode::SUCCESS);
    }
    let only: Vec<Place> = world.map(|world| Place { world, operation }).into_iter().collect();
    let began = Instant::now();
    let report = run(&Options { operations, seed, out, failures_max, only })?;
    let seconds = began.elapsed().as_secs_f64();
    for line in &report.failures {
        println!("{line}");
    }
    print!("{}", report.counters);
    let worlds = report.counters.worlds.load(Ordering::Relaxed);
    println!("{} passed, {} failed", report.passed, report.failed);
    println!(
        "{seconds:.1} s: {:.0} operations and {:.1} worlds in a second",
        (report.passed + report.failed) as f64 / seconds,
        worlds as f64 / seconds
    );
    // Short runs need not meet everything.
    let missing = if operations >= 10_000 && world.is_none() { report.counters.missing() } else { Vec::new() };
    if !missing.is_empty() {
        println!("never occurred: {}", missing.join(", "));
    }
    let is_good = report.failed == 0 && missing.is_empty();
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

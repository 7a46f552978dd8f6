//! `hansa-planning`: what planning takes, on one core.

use std::{process::ExitCode, time::Duration};

use anyhow::{Result, bail};
use clap::Parser;
use hansa_planning::{
    everyday_operations,
    input::Input,
    large_operation,
    measurement::{Measured, Repetition, measure},
    phases, report, repository_operations, worst_operations,
};
use peak_alloc::PeakAlloc;

/// Counts what is allocated; its counters make planning slower by some percent.
#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Time and memory of planning: a large operation, operations made to be expensive, and the operations of this repository
#[derive(Debug, Parser)]
struct Arguments {
    /// How often each operation is planned
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: u32,
    /// After that, no further run of the operation begins
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Only operations with these words in their name
    #[arg(long, value_name = "WORDS", default_value = "")]
    only: String,
    /// Instead: so many distinct everyday operations over each of two graphs, step by step from text to compiled plan
    #[arg(long, value_name = "OPERATIONS", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    steps: Option<u32>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-planning: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let Some(operations) = arguments.steps {
        return steps(arguments, operations as usize);
    }
    let repetition = Repetition { runs_max: arguments.runs as usize, duration: Duration::from_secs(arguments.seconds) };
    let is_wanted = |name: &str| name.contains(&arguments.only);
    let mut missed = Vec::new();
    report::print_head();
    let large = large_operation::input(large_operation::Size::FULL)?;
    let shapes = worst_operations::SHAPES.iter().filter(|shape| is_wanted(shape.name));
    let worst = shapes.map(|shape| shape.at(worst_operations::Size::FULL));
    let inputs = Some(Ok(large)).filter(|large| large.as_ref().is_ok_and(|large| is_wanted(&large.name)));
    for input in inputs.into_iter().chain(worst) {
        let input = input?;
        let measured = measure(&input, repetition);
        report::print(&input, &measured);
        missed.extend(measured.missed(&input));
    }
    println!();
    for (what, inputs) in [("cases", repository_operations::cases()?), ("audit", repository_operations::audit()?)] {
        let repetition = Repetition { runs_max: repetition.runs_max.min(50), ..repetition };
        let of_input = |input: Input| {
            let measured = measure(&input, repetition);
            (input, measured)
        };
        let wanted = inputs.into_iter().filter(|input| is_wanted(&input.name));
        let measured: Vec<(Input, Measured)> = wanted.map(of_input).collect();
        report::print_many(what, &measured);
    }
    if !missed.is_empty() {
        bail!("missed: {}", missed.join("; "));
    }
    Ok(())
}

fn steps(arguments: &Arguments, operations: usize) -> Result<()> {
    report::print_steps_head();
    for (name, workload) in everyday_operations::WORKLOADS.iter().filter(|(name, _)| name.contains(&arguments.only)) {
        report::print_steps(name, &phases::measure(&workload(operations)?)?);
    }
    Ok(())
}

//! `hansa-execution`: what executing a plan takes, on one core.

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Parser;
use hansa_execution::{
    inputs::{self, Size},
    measurement::{Repetition, measure},
    report,
};

/// Time, allocations and memory of executing plans whose subgraphs answer from memory
#[derive(Debug, Parser)]
struct Arguments {
    /// How often each input is executed
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    runs: u32,
    /// After that, no further run of the input begins
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Only inputs with these words in their name
    #[arg(long, value_name = "WORDS", default_value = "")]
    only: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-execution: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let repetition = Repetition { runs_max: arguments.runs as usize, duration: Duration::from_secs(arguments.seconds) };
    report::print_head();
    for (name, make) in inputs::ALL.iter().filter(|(name, _)| name.contains(&arguments.only)) {
        let input = make(name, Size::FULL)?;
        report::print(&input, &measure(&input, repetition));
    }
    Ok(())
}

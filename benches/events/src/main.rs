//! `hansa-events`: how fast the event-driven core is, on one machine.

mod append;
mod place;
mod platform;
mod rebuild;
mod subscribe;
mod times;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// How fast events are written, read again, and followed by what they bring about
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Appends to event streams by many writers, with every commit on the disk before it counts
    Append(append::Arguments),
    /// Folds a whole log in memory, and loads all its streams without snapshots
    Rebuild(rebuild::Arguments),
    /// Places orders at a steady rate, until they are confirmed, with every context a process
    Place(place::Arguments),
    /// Changes stock at a steady rate, until subscribers of the router are told, with every context a process
    Subscribe(subscribe::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-events: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Append(arguments) => append::run(&arguments).await,
        Command::Rebuild(arguments) => rebuild::run(&arguments).await,
        Command::Place(arguments) => place::run(&arguments).await,
        Command::Subscribe(arguments) => subscribe::run(&arguments).await,
    }
}

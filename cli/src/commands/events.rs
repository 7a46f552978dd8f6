//! `hansa events`: what operators see of the events of a context, and do about it. One file for each of its commands.

mod consumers;
mod dlq;
mod jobs;
mod rebuild;
mod replay;
mod store;
mod streams;
mod table;
mod trace;
mod verify;

use crate::{failure::Failure, platform::servers::ServerArguments, serving};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Look at the events of a context, and help where they cannot be handled.
///
/// Works on the context's store: beside its process, or without it. What is decided is seen by a running process within a
/// second.
#[derive(Debug, Args)]
pub(crate) struct EventsArguments {
    #[command(subcommand)]
    command: EventsCommand,
}

#[derive(Debug, Subcommand)]
enum EventsCommand {
    Consumers(consumers::ConsumersArguments),
    Dlq(dlq::DlqArguments),
    Jobs(jobs::JobsArguments),
    Rebuild(rebuild::RebuildArguments),
    Replay(replay::ReplayArguments),
    Streams(streams::StreamsArguments),
    Trace(trace::TraceArguments),
    Verify(verify::VerifyArguments),
}

/// Where a context's store is, and how results are printed.
#[derive(Debug, Args)]
struct StoreArguments {
    /// The context: identity, catalog, social, inventory, orders, payments or shipping.
    context: String,

    /// The data directory of `hansa up` or `hansa subgraph`.
    #[arg(long, value_name = "DIR", env = "HANSA_DATA", hide_env_values = true, default_value = "hansa-data")]
    data: PathBuf,

    /// How results are printed: text for people, json for machines.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    servers: ServerArguments,
}

/// Where the stores of all contexts are, and how results are printed.
#[derive(Debug, Args)]
struct PlaceArguments {
    /// The data directory of `hansa up` or `hansa subgraph`.
    #[arg(long, value_name = "DIR", env = "HANSA_DATA", hide_env_values = true, default_value = "hansa-data")]
    data: PathBuf,

    /// How results are printed: text for people, json for machines.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    servers: ServerArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(crate) fn run(arguments: &EventsArguments) -> Result<(), Failure> {
    serving::block_on(async {
        match &arguments.command {
            EventsCommand::Consumers(arguments) => consumers::run(arguments).await,
            EventsCommand::Dlq(arguments) => dlq::run(arguments).await,
            EventsCommand::Jobs(arguments) => jobs::run(arguments).await,
            EventsCommand::Rebuild(arguments) => rebuild::run(arguments).await,
            EventsCommand::Replay(arguments) => replay::run(arguments).await,
            EventsCommand::Streams(arguments) => streams::run(arguments).await,
            EventsCommand::Trace(arguments) => trace::run(arguments).await,
            EventsCommand::Verify(arguments) => verify::run(arguments).await,
        }
    })
}

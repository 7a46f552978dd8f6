//! `hansa-benches`: measures routers, composing or the platform, and says what was missed.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use commands::{
    composing::{ComposingArguments, measure_composing},
    floor::{FloorArguments, run_floor},
    monolith::{MonolithArguments, run_monolith},
    peers::{PeersArguments, measure_peers},
    platform::{PlatformArguments, measure_platform},
    soak::{SoakArguments, soak},
};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Parser)]
#[command(about = "Measures what Hansa's goals are about, on this machine")]
struct Arguments {
    #[command(subcommand)]
    benchmark: Benchmark,
}

#[derive(Debug, Subcommand)]
enum Benchmark {
    /// Routers beside each other: CPU per request, latency and memory, on the same requests
    Peers(PeersArguments),
    /// Time and memory of `hansa compose` on large and on bad inputs
    Compose(ComposingArguments),
    /// Start, memory and product page of `hansa up`, with everything on the same cores
    Platform(PlatformArguments),
    /// What becomes of the router's memory when everything happens to it at once, for half an hour
    Soak(SoakArguments),
    /// The byte proxy that `peers` starts beside the routers
    #[command(hide = true)]
    Floor(FloorArguments),
    /// A server with all of a scenario's data, for tests of `peers`
    #[command(hide = true)]
    Monolith(MonolithArguments),
}

/// Clients and stubs share a core, so more than one thread would only add hand-overs.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let benchmark = async {
        match &arguments.benchmark {
            Benchmark::Peers(arguments) => measure_peers(arguments).await,
            Benchmark::Compose(arguments) => measure_composing(arguments),
            Benchmark::Platform(arguments) => measure_platform(arguments).await,
            Benchmark::Soak(arguments) => soak(arguments).await,
            Benchmark::Floor(arguments) => run_floor(arguments).await,
            Benchmark::Monolith(arguments) => run_monolith(arguments).await,
        }
    };
    // What was started is stopped when its owner is dropped, so a signal only has to end the benchmark.
    let outcome = tokio::select! {
        outcome = benchmark => outcome,
        name = stop_signal() => Err(anyhow::anyhow!("stopped by {name}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-benches: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Waits for Ctrl-C or a request to terminate; where they cannot be listened for, for ever.
async fn stop_signal() -> &'static str {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => "Ctrl-C",
        _ = terminate.recv() => "SIGTERM",
    }
}

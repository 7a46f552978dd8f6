//! `hansa-benches`: measures the router on one core; the clients and the stub subgraphs share another.

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use hansa_benches::{
    benchmark::{self, Stubs},
    load::{self, Load},
    report,
    router_process::RouterProcess,
    world::Size,
};

#[derive(Debug, Parser)]
#[command(about = "Requests per second, CPU per request and peak memory of the router")]
struct Arguments {
    /// The binary to measure
    #[arg(long, default_value = "target/release/hansa")]
    hansa: PathBuf,
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    connections: u16,
    /// The core that the router has to itself
    #[arg(long, default_value_t = 0)]
    router_core: usize,
    /// The core that clients and stubs share
    #[arg(long, default_value_t = 1)]
    load_core: usize,
}

/// Clients and stubs share a core, so more than one thread would only add hand-overs.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match measure(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-benches: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    if !arguments.hansa.is_file() {
        bail!("no binary at {}; build it with `cargo build --release`", arguments.hansa.display());
    }
    let router_core = pin(arguments);
    let stubs = Stubs::start(Size::FULL).await?;
    let router = RouterProcess::start(&arguments.hansa, &stubs.supergraph(), router_core).await?;
    let duration = Duration::from_secs(arguments.seconds);
    let load = Load {
        address: router.address,
        connections: arguments.connections.into(),
        warm_up: benchmark::warm_up(duration),
        duration,
        watched_process: Some(router.process()),
    };
    let measured = load::run(load, &stubs.expected)
        .await
        .with_context(|| format!("the router's last words: {}", router.end_of_log()))?;
    drop(router);
    stubs.check_tokens(&measured)?;
    report::print(&measured, stubs.fetches(), arguments.connections.into());
    Ok(())
}

/// Puts this process on its core and gives the router's, or says that the figures are not pinned.
fn pin(arguments: &Arguments) -> Option<usize> {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-a", "-c", "-p", &arguments.load_core.to_string(), &own]).output();
    match pinned {
        Ok(output) if output.status.success() => {
            println!(
                "pinned                     router to core {}, the rest to core {}",
                arguments.router_core, arguments.load_core
            );
            Some(arguments.router_core)
        }
        _ => {
            println!("pinned                     no: taskset is missing or there is no core {}", arguments.load_core);
            None
        }
    }
}

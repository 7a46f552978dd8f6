//! `hansa-benches`: measures the router, or composing, on one core; whatever else there is runs on another. The platform
//! shares all cores with its clients, as on a laptop.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use hansa_benches::{
    benchmark::{self, Stubs},
    compose::{
        self, Input,
        measurement::{Conditions, measure},
        report as compose_report, worst_inputs,
    },
    hansa_process::HansaProcess,
    load::{self, Load},
    machine,
    platform::{self, Pace},
    report,
    world::Size,
};
use serde_json::{Value, json};

#[derive(Debug, Parser)]
#[command(
    about = "Without a command: requests per second, CPU per request and peak memory of the router",
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    benchmark: Option<Benchmark>,
    #[command(flatten)]
    router: RouterArguments,
}

#[derive(Debug, Subcommand)]
enum Benchmark {
    /// Time and memory of `hansa compose` on large and on bad inputs
    Compose(ComposeArguments),
    /// Start, memory and product page of `hansa up`, with everything on the same cores
    Platform(PlatformArguments),
}

#[derive(Debug, Args)]
struct PlatformArguments {
    /// The binary to measure
    #[arg(long, default_value = "target/release/hansa")]
    hansa: PathBuf,
    /// How many pages a second are asked for
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// How long to measure, after a warm-up
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

#[derive(Debug, Args)]
struct RouterArguments {
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

#[derive(Debug, Args)]
struct ComposeArguments {
    /// The binary to measure
    #[arg(long, default_value = "target/release/hansa")]
    hansa: PathBuf,
    /// How often each input is composed, besides once to warm up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    runs: u16,
    /// The core that composing has to itself
    #[arg(long, default_value_t = 0)]
    core: usize,
    /// The core of the process that measures
    #[arg(long, default_value_t = 1)]
    own_core: usize,
    /// What to compose
    #[arg(long, value_delimiter = ',', num_args = 1.., default_value = "huge,everyday,worst")]
    inputs: Vec<Inputs>,
    /// Of the worst inputs, only those with these words in their name
    #[arg(long, value_name = "WORDS", default_value = "")]
    shape: String,
    /// Write every run's figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Inputs {
    /// 191 subgraphs
    Huge,
    /// 11 subgraphs with 7,000 lines
    Everyday,
    /// What is hardest for satisfiability, at growing sizes
    Worst,
}

/// Clients and stubs share a core, so more than one thread would only add hand-overs.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.benchmark {
        Some(Benchmark::Compose(arguments)) => measure_composing(arguments),
        Some(Benchmark::Platform(arguments)) => measure_platform(arguments).await,
        None => measure_router(&arguments.router).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-benches: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure_router(arguments: &RouterArguments) -> Result<()> {
    ensure_built(&arguments.hansa)?;
    let router_core = pin(arguments.router_core, arguments.load_core, "router");
    let stubs = Stubs::start(Size::FULL).await?;
    let router = HansaProcess::router(&arguments.hansa, &stubs.supergraph(), router_core).await?;
    let duration = Duration::from_secs(arguments.seconds);
    let load = Load {
        address: router.address,
        connections: arguments.connections.into(),
        warm_up: benchmark::warm_up(duration),
        duration,
        watched_process: Some(router.id()),
    };
    let measured = load::run(load, &stubs.expected)
        .await
        .with_context(|| format!("the router's last words: {}", router.end_of_log()))?;
    drop(router);
    stubs.check_tokens(&measured)?;
    report::print(&measured, stubs.fetches(), arguments.connections.into());
    Ok(())
}

async fn measure_platform(arguments: &PlatformArguments) -> Result<()> {
    ensure_built(&arguments.hansa)?;
    let duration = Duration::from_secs(arguments.seconds);
    let pace = Pace { per_second: arguments.rate, duration, warm_up: benchmark::warm_up(duration) };
    let figures = platform::run(&arguments.hansa, pace).await?;
    let missed = platform::report(&figures, pace);
    if !missed.is_empty() {
        bail!("missed: {}", missed.join("; "));
    }
    Ok(())
}

fn measure_composing(arguments: &ComposeArguments) -> Result<()> {
    ensure_built(&arguments.hansa)?;
    let description = machine::description();
    let core = pin(arguments.core, arguments.own_core, "composing");
    println!("machine                    {description}");
    println!("runs                       {} of each input, after one to warm up", arguments.runs);
    let conditions = Conditions { hansa: &arguments.hansa, core, runs: arguments.runs.into() };
    let mut figures = Vec::new();
    let mut missed = Vec::new();
    let is_wanted = |inputs| arguments.inputs.contains(&inputs);
    if is_wanted(Inputs::Huge) {
        missed.extend(measure_graph(&compose::huge_graph()?, conditions, &mut figures)?);
    }
    if is_wanted(Inputs::Everyday) {
        missed.extend(measure_graph(&compose::everyday_graph(), conditions, &mut figures)?);
    }
    if is_wanted(Inputs::Worst) {
        missed.extend(measure_curve(&arguments.shape, conditions, &mut figures));
    }
    if let Some(file) = &arguments.json {
        let all = json!({"machine": description, "core": core, "figures": figures});
        fs::write(file, format!("{all:#}\n")).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if !missed.is_empty() {
        bail!("missed: {}", missed.join("; "));
    }
    Ok(())
}

fn measure_graph(input: &Input, conditions: Conditions, figures: &mut Vec<Value>) -> Result<Vec<String>> {
    let measured = measure(input, conditions)?;
    figures.push(compose_report::json(None, &measured));
    println!();
    Ok(compose_report::print_graph(&measured, input.goal))
}

/// What goes wrong at one size ends its shape, and not the curve.
fn measure_curve(words: &str, conditions: Conditions, figures: &mut Vec<Value>) -> Vec<String> {
    println!();
    compose_report::print_curve_head();
    let mut missed = Vec::new();
    let shapes = || worst_inputs::SHAPES.iter().filter(|shape| shape.name.contains(words));
    for shape in shapes() {
        let mut before = None;
        for &size in shape.sizes {
            let measured = match measure(&shape.at(size), conditions) {
                Ok(measured) => measured,
                Err(error) => {
                    println!("{:<22} {size:>5} {error:#}", shape.name);
                    missed.push(format!("{} at size {size}: {error:#}", shape.name));
                    break;
                }
            };
            figures.push(compose_report::json(Some(size), &measured));
            let point = compose_report::Point { size, measured };
            missed.extend(compose_report::print_point(&point, before.as_ref()));
            before = Some(point);
        }
    }
    println!("\nwhat the size is");
    for shape in shapes() {
        println!("  {:<20} {}", shape.name, shape.what);
    }
    missed
}

fn ensure_built(hansa: &Path) -> Result<()> {
    if !hansa.is_file() {
        bail!("no binary at {}; build it with `cargo build --release`", hansa.display());
    }
    Ok(())
}

/// Puts this process on its core and gives the other one, or says that the figures are not pinned.
fn pin(core: usize, own_core: usize, what: &str) -> Option<usize> {
    if machine::pin_this_process(own_core) {
        println!("pinned                     {what} to core {core}, the rest to core {own_core}");
        Some(core)
    } else {
        println!("pinned                     no: taskset is missing or there is no core {own_core}");
        None
    }
}

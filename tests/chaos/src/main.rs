//! `hansa-chaos`: seeds of faults with their invariants, and the flash sale. README.md beside this says how to read it.

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use hansa_chaos::{
    flash_sale,
    run::{self, Effort, Report},
    system::{Backends, Setup, System},
};
use std::{collections::BTreeMap, path::PathBuf, process::ExitCode, time::Duration};

#[derive(Debug, Parser)]
#[command(about = "Faults and invariants: the platform as processes that are killed, paused and cut off")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Break things while orders are placed, heal them, and check what must hold.
    Faults(FaultsArguments),
    /// Many place an order for the same few pieces at the same time.
    FlashSale(FlashSaleArguments),
}

#[derive(Debug, Args)]
struct SystemArguments {
    /// The binary under test.
    #[arg(long, value_name = "FILE", default_value = "target/release/hansa")]
    hansa: PathBuf,
    /// Embedded stores and bus, in place of PostgreSQL and NATS.
    #[arg(long)]
    embedded: bool,
    /// Keep the folder with data and logs.
    #[arg(long)]
    keep: bool,
}

#[derive(Debug, Args)]
struct FaultsArguments {
    #[command(flatten)]
    system: SystemArguments,
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    #[arg(long, default_value_t = 2)]
    seeds: u64,
    /// How long each seed breaks things.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    #[arg(long, default_value_t = 6)]
    buyers: usize,
}

#[derive(Debug, Args)]
struct FlashSaleArguments {
    #[command(flatten)]
    system: SystemArguments,
    #[arg(long, default_value_t = 10_000)]
    orders: usize,
    #[arg(long, default_value_t = 100)]
    stock: u32,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.context("start the runtime").and_then(|runtime| runtime.block_on(perform(cli)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hansa-chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn perform(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Faults(arguments) => faults(arguments).await,
        Command::FlashSale(arguments) => sale(arguments).await,
    }
}

/// The provider is as bad as the clients' network.
const PROVIDER: [(&str, &str); 6] = [
    ("HANSA_PAYMENTS_SANDBOX_DELAY_MS", "50"),
    ("HANSA_PAYMENTS_SANDBOX_DECLINE_PERCENT", "5"),
    ("HANSA_PAYMENTS_SANDBOX_LOST_ANSWER_PERCENT", "10"),
    ("HANSA_PAYMENTS_SANDBOX_LOST_CALL_PERCENT", "5"),
    ("HANSA_PAYMENTS_SANDBOX_UNKNOWN_MS", "2000"),
    ("HANSA_PAYMENTS_SANDBOX_WEBHOOK_PERCENT", "20"),
];

async fn faults(arguments: FaultsArguments) -> Result<()> {
    let folder = Folder::new(&arguments.system)?;
    let mut system = System::start(&setup(&arguments.system, &PROVIDER), folder.path()).await?;
    let effort = Effort { buyers: arguments.buyers, duration: Duration::from_secs(arguments.seconds) };
    let (mut violations, mut applied, mut placed) = (0, 0, 0);
    for seed in arguments.first_seed..arguments.first_seed + arguments.seeds {
        let report = run::seed(&mut system, seed, effort).await.with_context(|| format!("seed {seed}"))?;
        print(&report);
        violations += report.violations.len();
        applied += report.faults.values().sum::<u32>();
        placed += report.outcomes.values().sum::<u32>();
    }
    println!("{} seeds, {applied} faults, {placed} placements, {violations} violations", arguments.seeds);
    folder.end(violations > 0);
    match (violations, applied) {
        (0, 1..) => Ok(()),
        (0, 0) => bail!("no fault was applied: nothing was tried"),
        _ => bail!("{violations} violations; run it again with --first-seed SEED --seeds 1"),
    }
}

fn print(report: &Report) {
    let list = |counts: &BTreeMap<String, u32>| {
        counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    let faults = report.faults.iter().map(|(fault, count)| (format!("{fault:?}"), *count)).collect();
    println!("seed {}: {}; {}; at rest after {:.1?}", report.seed, list(&faults), list(&report.outcomes), report.rest);
    for violation in &report.violations {
        println!("  VIOLATION {}: {}", violation.invariant, violation.what);
    }
}

async fn sale(arguments: FlashSaleArguments) -> Result<()> {
    let folder = Folder::new(&arguments.system)?;
    let mut system = System::start(&setup(&arguments.system, &[]), folder.path()).await?;
    let outcome = flash_sale::run(&mut system, arguments.orders, arguments.stock).await;
    folder.end(outcome.is_err());
    let outcome = outcome?;
    println!("{outcome}");
    match outcome.is_as_promised() {
        true => Ok(()),
        false => bail!("the sale was not as promised"),
    }
}

fn setup(arguments: &SystemArguments, variables: &[(&str, &str)]) -> Setup {
    Setup {
        program: arguments.hansa.clone(),
        repository: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")),
        backends: if arguments.embedded { Backends::Embedded } else { Backends::Servers },
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

/// Where everything of a run is; removed at the end, unless somebody wants to look at it.
struct Folder {
    folder: tempfile::TempDir,
    keep: bool,
}

impl Folder {
    fn new(arguments: &SystemArguments) -> Result<Folder> {
        let folder = tempfile::Builder::new().prefix("hansa-chaos-").tempdir().context("make a folder")?;
        Ok(Folder { folder, keep: arguments.keep })
    }

    fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    fn end(mut self, has_failed: bool) {
        if self.keep || has_failed {
            self.folder.disable_cleanup(true);
            println!("data and logs are in {}", self.folder.path().display());
        }
    }
}

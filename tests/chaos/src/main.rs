//! `hansa-chaos`: seeds of faults with their invariants, and the flash sale. README.md beside this says how to read it.

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use hansa_chaos::{
    flash_sale,
    report::{self, Report},
    run::{self, Effort},
    system::{Backends, Folders, Setup, Shop, System},
};
use std::{
    ops::Range,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use tempfile::TempDir;

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
    /// Also writes the table of all seeds into this file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
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

/// So many seeds run on one system, one after another. Then there is a new one, because what is checked is everything that a
/// system has ever seen.
const SEEDS_OF_A_SYSTEM: u64 = 5;

/// The provider is as bad as the clients' network. The carrier is fast: nobody waits for it but the end of each seed.
const OUTSIDE: [(&str, &str); 7] = [
    ("HANSA_SHIPPING_SANDBOX_STEP_MS", "200"),
    ("HANSA_PAYMENTS_SANDBOX_DELAY_MS", "50"),
    ("HANSA_PAYMENTS_SANDBOX_DECLINE_PERCENT", "5"),
    ("HANSA_PAYMENTS_SANDBOX_LOST_ANSWER_PERCENT", "10"),
    ("HANSA_PAYMENTS_SANDBOX_LOST_CALL_PERCENT", "5"),
    ("HANSA_PAYMENTS_SANDBOX_UNKNOWN_MS", "1000"),
    ("HANSA_PAYMENTS_SANDBOX_WEBHOOK_PERCENT", "20"),
];

async fn faults(arguments: FaultsArguments) -> Result<()> {
    let mut reports: Vec<Report> = Vec::new();
    let mut next = arguments.first_seed;
    let end = arguments.first_seed.saturating_add(arguments.seeds);
    let mut broken = Ok(());
    while next < end && broken.is_ok() {
        let seeds = next..end.min(next.saturating_add(SEEDS_OF_A_SYSTEM));
        broken = on_one_system(&arguments, seeds, &mut reports).await;
        next = arguments.first_seed + reports.len() as u64;
    }
    let table = report::table(&reports);
    println!("\n{table}");
    if let Some(file) = &arguments.report {
        std::fs::write(file, &table).with_context(|| format!("write {}", file.display()))?;
    }
    broken?;
    let violations: usize = reports.iter().map(|report| report.violations.len()).sum();
    let applied: u32 = reports.iter().map(Report::faults_applied).sum();
    match (violations, applied) {
        (0, 1..) => Ok(()),
        (0, 0) => bail!("no fault was applied: nothing was tried"),
        _ => bail!("{violations} violations; run it again with --first-seed SEED --seeds 1"),
    }
}

/// Runs seeds on a system of their own, up to the first with a violation. Then its folders are kept.
async fn on_one_system(arguments: &FaultsArguments, seeds: Range<u64>, reports: &mut Vec<Report>) -> Result<()> {
    let folder = Folder::new(&arguments.system)?;
    let effort = Effort { buyers: arguments.buyers, duration: Duration::from_secs(arguments.seconds) };
    let run = async {
        let mut system = System::start(&setup(&arguments.system, (Shop::Small, &OUTSIDE)), folder.folders()).await?;
        for seed in seeds {
            let report = run::seed(&mut system, seed, effort).await.with_context(|| format!("seed {seed}"))?;
            println!("{}", report.line());
            let has_violations = !report.violations.is_empty();
            reports.push(report);
            if has_violations {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let ended = run.await;
    folder.end(!matches!(ended, Ok(false)));
    ended.map(|_| ())
}

async fn sale(arguments: FlashSaleArguments) -> Result<()> {
    let folder = Folder::new(&arguments.system)?;
    let mut system = System::start(&setup(&arguments.system, (Shop::Demo, &[])), folder.folders()).await?;
    let outcome = flash_sale::run(&mut system, arguments.orders, arguments.stock).await;
    folder.end(outcome.is_err());
    let outcome = outcome?;
    println!("{outcome}");
    match outcome.is_as_promised() {
        true => Ok(()),
        false => bail!("the sale was not as promised"),
    }
}

fn setup(arguments: &SystemArguments, (shop, variables): (Shop, &[(&str, &str)])) -> Setup {
    Setup {
        program: arguments.hansa.clone(),
        repository: PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")),
        backends: if arguments.embedded { Backends::Embedded } else { Backends::Servers },
        shop,
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

/// Where everything of a run is; removed at the end, unless somebody wants to look at it.
struct Folder {
    everything: TempDir,
    documents: TempDir,
    keep: bool,
}

/// A folder in memory, where there is one.
const MEMORY: &str = "/dev/shm";

impl Folder {
    fn new(arguments: &SystemArguments) -> Result<Folder> {
        let made = |parent: &Path| tempfile::Builder::new().prefix("hansa-chaos-").tempdir_in(parent);
        let everything = made(&std::env::temp_dir()).context("make a folder")?;
        let documents = made(Path::new(MEMORY)).or_else(|_| made(everything.path())).context("make a folder")?;
        Ok(Folder { everything, documents, keep: arguments.keep })
    }

    fn folders(&self) -> Folders<'_> {
        Folders { everything: self.everything.path(), documents: self.documents.path() }
    }

    fn end(mut self, has_failed: bool) {
        if self.keep || has_failed {
            self.everything.disable_cleanup(true);
            self.documents.disable_cleanup(true);
            let (everything, documents) = (self.everything.path().display(), self.documents.path().display());
            println!("data and logs are in {everything}, those of the server of documents in {documents}");
        }
    }
}

//! `hansa-benches soak`: flags, report and files.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Args;
use hansa_benches::soak::{self, Plan, svg};

use super::ensure_built;

#[derive(Debug, Args)]
pub(crate) struct SoakArguments {
    /// The binary to soak
    #[arg(long, default_value = "target/release/hansa")]
    hansa: PathBuf,
    /// How long; memory is judged from five minutes on
    #[arg(long, default_value_t = 30.0)]
    minutes: f64,
    /// Clients at once, of all kinds
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u16).range(1..=1000))]
    clients: u16,
    /// Other seeds ask other operations
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write samples, counts and verdict to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw the curve to this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

pub(crate) async fn soak(arguments: &SoakArguments) -> Result<()> {
    ensure_built(&arguments.hansa)?;
    let duration = Duration::try_from_secs_f64(arguments.minutes * 60.0).context("--minutes is no time")?;
    let plan = Plan { duration, clients: arguments.clients.into(), seed: arguments.seed };
    let (curve, findings) = soak::run(&arguments.hansa, plan).await?;
    if let Some(file) = &arguments.json {
        let text = format!("{}\n", findings.json);
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    if let Some(file) = &arguments.svg {
        fs::write(file, svg::draw(&curve.samples)).with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("medians of the thirds      {} MiB", findings.json["median_mib"]);
    println!("counts                     {}", findings.json["counts"]);
    if !findings.missed.is_empty() {
        bail!("missed: {}", findings.missed.join("; "));
    }
    Ok(())
}

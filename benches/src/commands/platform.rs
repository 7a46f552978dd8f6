//! `hansa-benches platform`: start, memory and product page of `hansa up`.

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, bail};
use clap::Args;
use hansa_benches::{
    load::Phases,
    platform::{self, Pace},
};

use super::ensure_built;

#[derive(Debug, Args)]
pub(crate) struct PlatformArguments {
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

pub(crate) async fn measure_platform(arguments: &PlatformArguments) -> Result<()> {
    ensure_built(&arguments.hansa)?;
    let duration = Duration::from_secs(arguments.seconds);
    let pace = Pace { per_second: arguments.rate, duration, warm_up: Phases::new(duration).warm_up };
    let figures = platform::run(&arguments.hansa, pace).await?;
    let missed = platform::report(&figures, pace);
    if !missed.is_empty() {
        bail!("missed: {}", missed.join("; "));
    }
    Ok(())
}

//! `hansa-benches floor`: the byte proxy, which `peers` starts beside the routers.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Result;
use clap::Args;
use hansa_benches::floor::{Script, serve};

#[derive(Debug, Args)]
pub(crate) struct FloorArguments {
    /// What to ask and to answer, as `peers` recorded it
    #[arg(long)]
    script: PathBuf,
    #[arg(long)]
    listen: SocketAddr,
}

pub(crate) async fn run_floor(arguments: &FloorArguments) -> Result<()> {
    serve(Script::read(&arguments.script)?, arguments.listen).await
}

//! `hansa-benches monolith`: a server that knows all of a scenario's data, where a router is wanted and none is at hand.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use clap::Args;
use hansa_benches::{
    scenarios::{OUTLINES, Scale},
    stub_subgraph::{Source, StubSubgraph},
};

#[derive(Debug, Args)]
pub(crate) struct MonolithArguments {
    /// Whose data, by its letter; there is as little of it as in tests
    #[arg(long)]
    scenario: String,
    /// Not needed, and taken because every router takes one
    #[arg(long)]
    supergraph: Option<String>,
    #[arg(long)]
    listen: SocketAddr,
}

pub(crate) async fn run_monolith(arguments: &MonolithArguments) -> Result<()> {
    let outline = OUTLINES.iter().find(|outline| outline.key == arguments.scenario).context("no such scenario")?;
    let source = Source::everything((outline.make)(Scale::Tiny)?.graph);
    let _server = StubSubgraph::listen(source, arguments.listen).await?;
    std::future::pending().await
}

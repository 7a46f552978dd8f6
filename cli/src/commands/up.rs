//! `hansa up`: the demo, all of it in this process.

use crate::{
    arguments::LogArguments,
    demo,
    failure::{Failure, with_causes},
    listen, serving,
};
use clap::Args;
use hansa_server::{BoundRouter, Config, Mode, Router, SubgraphConfig};
use std::net::SocketAddr;

/// Serve the demo: four mock subgraphs and a router in front of them, in one process and with no files.
///
/// The router runs in development mode and prints where its playground is, which offers prepared operations. The
/// subgraphs listen on a free port of this machine. Stops on Ctrl-C, within 10 seconds.
#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    /// Address and port of the router; port 0 takes any free one and prints it.
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "HANSA_LISTEN",
        hide_env_values = true,
        default_value = "127.0.0.1:4000",
        value_parser = hansa_server::parse_address
    )]
    listen: SocketAddr,

    #[command(flatten)]
    logs: LogArguments,
}

pub(crate) fn run(arguments: &UpArguments) -> Result<(), Failure> {
    arguments.logs.start();
    serving::block_on(serve(arguments.listen))
}

async fn serve(address: SocketAddr) -> Result<(), Failure> {
    let subgraphs = demo::subgraphs().map_err(|error| Failure::undecided(with_causes(&error)))?;
    let listener = listen::bind(([127, 0, 0, 1], 0).into()).await?;
    let origin = listener
        .local_addr()
        .map(listen::origin)
        .map_err(|error| Failure::undecided(format!("the demo's subgraphs have no address: {error}")))?;
    let router =
        Router::new(config(address, &origin)).supergraph_sdl(demo::SUPERGRAPH).prepared_operations(demo::operations());
    // The subgraphs end with the router, which has no request under way then.
    tokio::select! {
        served = serving::serve(router, |router| announcement(router, &origin)) => served,
        ended = hansa_mock_subgraph::serve(listener, subgraphs, std::future::pending()) => {
            let reason = ended.err().map(|error| error.to_string()).unwrap_or_default();
            Err(Failure::undecided(format!("the demo's subgraphs ended: {reason}")))
        }
    }
}

fn config(listen: SocketAddr, subgraph_origin: &str) -> Config {
    let subgraphs = demo::subgraph_names().map(|name| {
        let url = format!("{subgraph_origin}{}", demo::path_of(name));
        (name.to_owned(), SubgraphConfig { url: Some(url), ..SubgraphConfig::default() })
    });
    Config { mode: Mode::Development, listen, subgraphs: subgraphs.collect(), ..Config::default() }
}

fn announcement(router: &BoundRouter, subgraph_origin: &str) -> String {
    let url = router.url();
    let mut text = format!(
        "Hansa is up. Open the playground and try the prepared operations:\n\n    {url}\n\n\
         GraphQL for other clients:\n\n    {url}graphql\n\nSubgraphs:\n\n"
    );
    for name in demo::subgraph_names() {
        text.push_str(&format!("    {subgraph_origin}{}\n", demo::path_of(name)));
    }
    text.push_str("\nCtrl-C stops it.\n");
    text
}

//! `hansa up`: the demo, or one's own subgraphs, with a router in front of them.

mod catching_up;
mod own_subgraphs;
mod platform;

use crate::{
    arguments::LogArguments, commands::compose::LookArguments, composing::contract::ContractArguments,
    failure::Failure, platform::servers::ServerArguments, serving, terminal::Colour,
};
use clap::{Args, ValueEnum};
use std::{net::SocketAddr, path::PathBuf};

/// Serve Hansa's own platform with a demo, or compose and serve your own running subgraphs, for development.
///
/// Without --config: a marketplace of bounded contexts (identity, catalog, social, inventory, orders, payments,
/// shipping), each a subgraph with a database of its own, joined by domain events, and a router in front of them, all in
/// one process and with nothing else installed. Its data is in one directory and stays there. A new directory is filled with a demo: a shop and its community, with logins that are printed.
///
/// With --config supergraph.yaml: composes those subgraphs, as `hansa compose` does, and serves them. They run elsewhere
/// and are not started. The file, the SDLs and the running subgraphs are watched; a change is composed and served
/// without a restart, and one that does not compose is reported while the last good supergraph goes on. Subgraphs that
/// do not answer yet are waited for.
///
/// The router runs in development mode and prints where its playground is. Stops on Ctrl-C, within 10 seconds.
#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    /// The subgraphs to compose and serve, as for `hansa compose` [default: none, the platform].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Address and port of the router; port 0 takes any free one and prints it [default: 127.0.0.1:4000].
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "HANSA_LISTEN",
        hide_env_values = true,
        value_parser = hansa_server::parse_address
    )]
    listen: Option<SocketAddr>,

    #[command(flatten)]
    platform: PlatformArguments,

    #[command(flatten)]
    servers: ServerArguments,

    #[command(flatten)]
    own: OwnSubgraphsArguments,

    #[command(flatten)]
    logs: LogArguments,
}

/// What only has a meaning without --config.
#[derive(Debug, Args)]
#[command(next_help_heading = "Without --config")]
struct PlatformArguments {
    /// Where the platform's data is; made if missing. One process at a time [env: HANSA_DATA] [default: hansa-data].
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    data: Option<PathBuf>,

    /// Fill a new directory with a small part of the demo: for databases that are far away, or slow.
    #[arg(long, conflicts_with_all = ["config", "no_demo"])]
    small_demo: bool,

    /// Do not fill a new directory: no shop, no demo users, no logins.
    #[arg(long, conflicts_with = "config")]
    no_demo: bool,
}

impl PlatformArguments {
    /// The variable is no argument of clap's, because it may be set for `hansa subgraph` and does not contradict --config.
    fn data(&self) -> PathBuf {
        let named = self.data.clone().or_else(|| std::env::var_os("HANSA_DATA").map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from("hansa-data"))
    }
}

/// What only has a meaning together with --config.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --config")]
struct OwnSubgraphsArguments {
    /// Settings of the router, as for `hansa router --config`; it is in development mode in any case [default: none].
    #[arg(long, value_name = "FILE", requires = "config")]
    router_config: Option<PathBuf>,

    /// What to do when the first composition fails: wait for somebody to put it right, or exit as `hansa compose` does;
    /// auto waits on a terminal. Subgraphs that do not answer yet are waited for in any case.
    #[arg(long, value_name = "WHAT", default_value = "auto", requires = "config")]
    on_failure: OnFailure,

    /// Whether errors are coloured; auto is yes on a terminal, unless NO_COLOR is set.
    #[arg(long, value_name = "WHEN", default_value = "auto", requires = "config")]
    color: Colour,

    #[command(flatten)]
    contract: ContractArguments,

    #[command(flatten)]
    looks: LookArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnFailure {
    Auto,
    Wait,
    Exit,
}

pub(crate) fn run(arguments: &UpArguments) -> Result<(), Failure> {
    arguments.logs.start();
    match &arguments.config {
        None if arguments.own.contract.options()?.contract.is_some() => {
            Err(Failure::wrong_call("a contract is made of your own subgraphs: name them with --config"))
        }
        None => serving::block_on(platform::serve(arguments)),
        Some(config) => serving::block_on(own_subgraphs::serve(config, arguments)),
    }
}

//! `hansa subgraph`: one context in a process of its own.

use super::sdl::unknown;
use crate::{
    arguments::LogArguments,
    failure::{Failure, with_causes},
    listen, output,
    platform::{
        contexts,
        data_directory::{DataDirectory, Demo},
        keys,
        servers::ServerArguments,
    },
    serving,
    stop_signal::StopSignal,
};
use clap::Args;
use hansa_event_sourcing::{Clock, IdSource};
use hansa_passport::Verifier;
use hansa_subgraph_host::{Mode, Services};
use hansa_telemetry::LogFormat;
use std::{net::SocketAddr, path::PathBuf};

/// Serve one of Hansa's own subgraphs, for deployment.
///
/// Starts in production mode: no introspection. It answers on /graphql to the router only: every request there needs a
/// passport that the router signed. /health and /ready are for orchestrators, /metrics for Prometheus. Ctrl-C or SIGTERM
/// finishes the requests in flight and stops within 10 seconds.
#[derive(Debug, Args)]
pub(crate) struct SubgraphArguments {
    /// The subgraph: identity, catalog, social, inventory, orders, payments, shipping or node.
    name: String,

    /// Where its data is, in a folder with its name; made if missing. Several subgraphs may share the directory, each
    /// with one process.
    #[arg(long, value_name = "DIR", env = "HANSA_DATA", hide_env_values = true, default_value = "hansa-data")]
    data: PathBuf,

    /// The router's keys, a JSON Web Key Set: the file that its setting `passport.keys_file` names, or one with the
    /// public halves, as the router shows them on /.well-known/jwks.json. Read again when it changes.
    #[arg(long, value_name = "FILE", env = "HANSA_PASSPORT_KEYS", hide_env_values = true)]
    passport_keys: PathBuf,

    /// Address and port to listen on; port 0 takes any free one and prints it.
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "HANSA_LISTEN",
        hide_env_values = true,
        default_value = "127.0.0.1:4001",
        value_parser = hansa_server::parse_address
    )]
    listen: SocketAddr,

    /// Development mode: introspection, for callers with a passport.
    #[arg(long)]
    dev: bool,

    #[command(flatten)]
    servers: ServerArguments,

    #[command(flatten)]
    logs: LogArguments,
}

pub(crate) fn run(arguments: &SubgraphArguments) -> Result<(), Failure> {
    contexts::sdl(&arguments.name).map_err(|names| unknown(&arguments.name, &names))?;
    arguments.logs.start_as(if arguments.dev { LogFormat::Text } else { LogFormat::Json });
    serving::block_on(serve(arguments))
}

async fn serve(arguments: &SubgraphArguments) -> Result<(), Failure> {
    let stop_signal = StopSignal::new()?;
    let clock = Clock::system();
    let keys = keys::passport_keys_of(&arguments.passport_keys, clock.now())?;
    let directory = DataDirectory::open_for(&arguments.data, &arguments.name)?;
    let mode = if arguments.dev { Mode::Development } else { Mode::Production };
    if mode == Mode::Production && directory.demo() != Demo::None {
        return Err(Failure::wrong_call(format!(
            "the data directory {} has the demo's logins, whose passwords everybody knows; name another one with --data, \
             or say --dev",
            arguments.data.display()
        )));
    }
    let data_folder = directory.context_folder(&arguments.name)?;
    let cursors = keys::cursor_key(&data_folder)?;
    let bus = arguments.servers.bus(&directory).await?;
    let services = Services {
        data_folder,
        clock,
        ids: IdSource::random(),
        cursors,
        mode,
        servers: arguments.servers.servers(),
        bus,
    };
    let subgraph = match contexts::open_one(&arguments.name, &services).await {
        Some(opened) => opened.map_err(|error| Failure::undecided(with_causes(&error)))?,
        None => return Err(unknown(&arguments.name, &[])),
    };
    ServerArguments::check_streams(&subgraph).await?;
    let listener = listen::bind(arguments.listen).await?;
    let origin = listen::origin(listener.local_addr().unwrap_or(arguments.listen));
    output::print(&format!("Subgraph {} answers on {origin}/graphql", subgraph.name()))?;
    let verifier = Verifier::new(keys, subgraph.name());
    stop_signal.drain(|stopped| hansa_subgraph_host::serve(listener, subgraph, verifier, stopped)).await;
    Ok(())
}

//! `hansa mock`: a federated subgraph from an SDL and a data file, which can be told to misbehave.

use crate::{
    arguments::LogArguments,
    failure::{Failure, with_causes},
    input::read_text,
    listen, output, serving,
    stop_signal::StopSignal,
};
use clap::Args;
use hansa_mock_subgraph::{BodyKind, Knobs, MockSubgraph};
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

/// Serve a subgraph that does not exist yet, from its SDL and (if wanted) a data file.
///
/// Values that the data file does not give are invented, the same ones each time. The subgraph answers on /graphql,
/// with `_entities` and `_service`, and stops on Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct MockArguments {
    /// The subgraph's SDL, federation v1 or v2.
    #[arg(long, value_name = "FILE")]
    sdl: PathBuf,

    /// What the fields answer, in JSON; docs/guides/mock-subgraph.md describes the format [default: all values are
    /// invented].
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// The subgraph's name in messages [default: the SDL file's name without its ending].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

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

    #[command(flatten)]
    knobs: KnobArguments,

    #[command(flatten)]
    logs: LogArguments,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Misbehaviour (none by default)")]
struct KnobArguments {
    /// Wait this long before each answer, in milliseconds.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    delay_ms: u64,

    /// Answer with this HTTP status, 200 to 599, instead of the right one [default: the right one].
    #[arg(long, value_name = "STATUS", value_parser = clap::value_parser!(u16).range(200..600))]
    status: Option<u16>,

    /// Leave out what comes after this many bytes of each body; the HTTP message is complete, its JSON is not
    /// [default: the whole body].
    #[arg(long, value_name = "BYTES")]
    truncate_bytes: Option<usize>,

    /// Break the connection off after this many bytes of each body [default: the whole body].
    #[arg(long, value_name = "BYTES")]
    break_off_bytes: Option<usize>,

    /// Answer every request with an error of this text, and without data [default: no error].
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,

    /// Answer every N-th request with status 500 and an error, N from 1 [default: no request].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    fail_every: Option<u64>,

    /// Make each answer this many bytes larger, under `extensions` [default: 0].
    #[arg(long, value_name = "BYTES")]
    pad_bytes: Option<usize>,

    /// Damage each body: empty, html, endless, deep, invalid-utf8, duplicate-keys, extra-entities, fewer-entities,
    /// wrong-types or no-data [default: a right body].
    #[arg(long, value_name = "KIND")]
    body: Option<BodyKind>,

    /// Let a request's headers x-mock-delay-ms, x-mock-status and so on override these flags for that request.
    #[arg(long)]
    allow_headers: bool,
}

impl KnobArguments {
    fn knobs(&self) -> Knobs {
        Knobs {
            delay_ms: self.delay_ms,
            status: self.status,
            truncate_bytes: self.truncate_bytes,
            break_off_bytes: self.break_off_bytes,
            error: self.error.clone(),
            fail_every: self.fail_every,
            pad_bytes: self.pad_bytes,
            body: self.body,
            allow_headers: self.allow_headers,
        }
    }
}

pub(crate) fn run(arguments: &MockArguments) -> Result<(), Failure> {
    arguments.logs.start();
    let sdl = read_text("--sdl", &arguments.sdl)?;
    let data = arguments.data.as_deref().map(|path| read_text("--data", path)).transpose()?;
    let name = arguments.name.clone().unwrap_or_else(|| {
        let stem = arguments.sdl.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    });
    let subgraph = MockSubgraph::new(&name, &sdl, data.as_deref())
        .map_err(|error| Failure::wrong(format!("cannot mock {}: {}", arguments.sdl.display(), with_causes(&error))))?;
    let mock = (String::new(), Arc::new(subgraph), arguments.knobs.knobs());
    serving::block_on(serve(&name, mock, arguments.listen))
}

async fn serve(name: &str, mock: (String, Arc<MockSubgraph>, Knobs), address: SocketAddr) -> Result<(), Failure> {
    let stop_signal = StopSignal::new()?;
    let listener = listen::bind(address).await?;
    let origin = listen::origin(listener.local_addr().unwrap_or(address));
    output::print(&format!("Subgraph {name} answers on {origin}/graphql"))?;
    let served = stop_signal.drain(|stopped| hansa_mock_subgraph::serve(listener, vec![mock], stopped)).await;
    served.map_err(|error| Failure::undecided(format!("stopped serving: {error}")))
}

//! `hansa router`: any supergraph, any subgraphs.

use crate::{
    arguments::{LogArguments, LogFormatName},
    failure::Failure,
    router_settings, serving,
};
use clap::Args;
use hansa_server::{Config, Router};
use std::path::PathBuf;

/// Serve a supergraph: plan each operation, ask the subgraphs, answer.
///
/// Starts in production mode: playground and introspection are off unless switched on. Settings come from the
/// configuration file, then from HANSA_* variables, then from these flags; docs/reference/configuration.md lists them
/// all. The supergraph file is watched, and a changed one is taken over without a restart; of a changed configuration
/// file, override_labels is. GraphQL is on /graphql, /health and /ready are for orchestrators, /metrics for Prometheus.
/// Ctrl-C or SIGTERM finishes the requests in flight and stops within 10 seconds; a second one stops at once.
#[derive(Debug, Clone, Args)]
pub(crate) struct RouterArguments {
    /// The supergraph's SDL, as composition writes it. Required, here, in the configuration file or as a variable
    /// [env: HANSA_SUPERGRAPH].
    #[arg(long, value_name = "FILE")]
    supergraph: Option<PathBuf>,

    /// Configuration file, YAML [default: none, every setting has its default].
    #[arg(long, value_name = "FILE", env = "HANSA_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    /// Address and port to listen on; port 0 takes any free one and prints it [env: HANSA_LISTEN]
    /// [default: 127.0.0.1:4000].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,

    /// Development mode: playground, introspection, query plans and log lines for people.
    #[arg(long)]
    dev: bool,

    #[command(flatten)]
    logs: LogArguments,
}

impl RouterArguments {
    /// What the flags say, as settings, so that they are checked together with file and environment.
    fn settings(&self) -> Result<Config, Failure> {
        let supergraph = self.supergraph.as_ref().map(|path| path.display().to_string());
        let mode = self.dev.then(|| "development".to_owned());
        let log_filter = self.logs.filter.as_ref().map(ToString::to_string);
        let log_format = self.logs.format.map(|format| match format {
            LogFormatName::Text => "text".to_owned(),
            LogFormatName::Json => "json".to_owned(),
        });
        let flags = [
            ("supergraph", supergraph, "--supergraph"),
            ("listen", self.listen.clone(), "--listen"),
            ("mode", mode, "--dev"),
            ("logs.filter", log_filter, "--log"),
            ("logs.format", log_format, "--log-format"),
        ];
        router_settings::load(self.config.as_deref(), &flags)
    }
}

pub(crate) fn run(arguments: &RouterArguments) -> Result<(), Failure> {
    let config = arguments.settings()?;
    let mut router = Router::new(config.clone());
    if let Some(file) = &arguments.config {
        let arguments = arguments.clone();
        let settings = move || arguments.settings().map_err(|failure| failure.to_string());
        router = router.settings_file(file.clone(), settings);
    }
    hansa_telemetry::start_logs(config.log_format(), &config.log_filter());
    serving::block_on(serving::serve(router, |router| {
        let url = router.url();
        let playground = if router.is_playground_on() { format!("\nPlayground on {url}") } else { String::new() };
        format!("GraphQL on {url}graphql{playground}")
    }))
}

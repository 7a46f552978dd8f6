//! The call as clap reads it. Each command's flags stand in the command's own file.

use crate::commands::{
    compose::ComposeArguments, events::EventsArguments, mock::MockArguments, plan::PlanArguments,
    reference::ReferenceArguments,
};
use crate::commands::{
    router::RouterArguments, sdl::SdlArguments, subgraph::SubgraphArguments, up::UpArguments, verify::VerifyArguments,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use hansa_telemetry::{LogFilter, LogFormat, start_logs};

/// GraphQL federation: a router for any supergraph, and tools for the teams behind it.
#[derive(Debug, Parser)]
#[command(
    name = "hansa",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Exit status: 0 fine, 1 the thing checked is wrong, 2 the call is wrong, 3 it could not be decided.\n\
                  `hansa COMMAND --help` shows a command's flags with their units and defaults."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(Box<UpArguments>),
    Router(Box<RouterArguments>),
    Subgraph(SubgraphArguments),
    Compose(Box<ComposeArguments>),
    Plan(PlanArguments),
    Verify(Box<VerifyArguments>),
    Events(Box<EventsArguments>),
    Sdl(SdlArguments),
    Mock(MockArguments),
    Reference(ReferenceArguments),
}

/// Flags of every command that keeps running.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Logs (on standard error)")]
pub(crate) struct LogArguments {
    /// What is logged: off, error, warn, info, debug or trace, or a list by module such as
    /// `warn,hansa_server=debug` [default: info].
    #[arg(long = "log", value_name = "FILTER", env = "HANSA_LOG", hide_env_values = true)]
    pub(crate) filter: Option<LogFilter>,

    /// How a log line looks: text for people, json for machines [default: json for `hansa router` and `hansa
    /// subgraph`, text for the others and with --dev].
    #[arg(long = "log-format", value_name = "FORMAT", env = "HANSA_LOG_FORMAT", hide_env_values = true)]
    pub(crate) format: Option<LogFormatName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormatName {
    Text,
    Json,
}

impl LogArguments {
    /// For commands that are for people unless they are told otherwise.
    pub(crate) fn is_json(&self) -> bool {
        self.format == Some(LogFormatName::Json)
    }

    /// For commands without a configuration file, which are for people.
    pub(crate) fn start(&self) {
        self.start_as(LogFormat::Text);
    }

    /// With the format that counts unless the call names one.
    pub(crate) fn start_as(&self, default: LogFormat) {
        let format = match self.format {
            Some(LogFormatName::Json) => LogFormat::Json,
            Some(LogFormatName::Text) => LogFormat::Text,
            None => default,
        };
        start_logs(format, &self.filter.clone().unwrap_or_default());
    }
}

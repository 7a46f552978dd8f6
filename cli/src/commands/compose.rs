//! `hansa compose`: from subgraphs to a supergraph that any router can run.

use crate::{
    composing::{attempt::Attempt, contract::ContractArguments, inputs::InputReader, output_file, watch::Watch},
    failure::Failure,
    output, serving,
    stop_signal::StopSignal,
    terminal::{Colour, is_coloured},
};
use clap::{Args, ValueEnum};
use hansa_composition::codes::Level;
use hansa_server::Span;
use std::path::{Path, PathBuf};

/// Compose subgraphs into a supergraph, or say what keeps them from fitting together.
///
/// Reads supergraph.yaml in the format that rover uses; docs/reference/supergraph-yaml.md has all of it. The supergraph
/// goes to standard output or a file; errors and hints go to standard error, or with everything else into JSON. No cloud
/// is asked.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 composed, 1 the subgraphs do not fit together, 2 the call or supergraph.yaml is \
                        wrong, 3 it could not be decided, for example because a running subgraph did not answer."
)]
pub(crate) struct ComposeArguments {
    /// The subgraphs and where their SDLs are; `-` reads standard input.
    #[arg(long, value_name = "FILE", default_value = "supergraph.yaml")]
    config: PathBuf,

    /// Write the supergraph to this file instead, as a whole: a router that watches it never reads half of it. A failed
    /// composition leaves it as it was [default: standard output, as with `-`].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// What is printed: text for people, json for programs, with errors, hints, supergraph and API schema in one object.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ComposeFormat,

    /// Which hints are printed, each level with those before it. JSON has them all.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    hints: HintLevel,

    /// Whether text is coloured; auto is yes on a terminal, unless NO_COLOR is set.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Colour,

    /// Go on and compose again whenever supergraph.yaml, an SDL file or a running subgraph has changed, until Ctrl-C.
    /// Prints no supergraph; with --output, the file always is the last one that composed.
    #[arg(long)]
    watch: bool,

    #[command(flatten)]
    contract: ContractArguments,

    #[command(flatten)]
    looks: LookArguments,
}

impl ComposeArguments {
    /// `-` is standard output, as `-` for `--config` is standard input.
    fn output_file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| path.as_os_str() != "-")
    }
}

/// How inputs outside of this process are looked at.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running subgraphs and changes")]
pub(crate) struct LookArguments {
    /// How often to look for changes, such as 500ms or 5s; files and running subgraphs alike.
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = interval)]
    pub(crate) interval: Span,

    /// How long a running subgraph may take to give its SDL.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = interval)]
    pub(crate) timeout: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ComposeFormat {
    Text,
    Json,
}

/// Hints from the gravest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HintLevel {
    Off,
    Warn,
    Info,
    Debug,
}

impl HintLevel {
    pub(crate) fn level(self) -> Option<Level> {
        match self {
            HintLevel::Off => None,
            HintLevel::Warn => Some(Level::Warn),
            HintLevel::Info => Some(Level::Info),
            HintLevel::Debug => Some(Level::Debug),
        }
    }
}

pub(crate) fn run(arguments: &ComposeArguments) -> Result<(), Failure> {
    let options = arguments.contract.options()?;
    let reader = InputReader::new(&arguments.config, arguments.looks.timeout.0);
    if !arguments.watch {
        return serving::block_on(once(arguments, reader, options));
    }
    if arguments.config.as_os_str() == "-" {
        return Err(Failure::wrong_call("--watch needs a file to look at, so --config cannot be standard input"));
    }
    let watch = Watch::new(reader, options, arguments.looks.interval.0);
    serving::block_on(async {
        let stop_signal = StopSignal::new()?;
        stop_signal
            .drain(|stopped| async {
                tokio::select! {
                    () = stopped => Ok(()),
                    failed = follow(arguments, watch) => failed,
                }
            })
            .await
    })
}

async fn once(
    arguments: &ComposeArguments,
    mut reader: InputReader,
    options: hansa_composition::ComposeOptions,
) -> Result<(), Failure> {
    let attempt = Attempt::new(reader.read().await, &options);
    if arguments.format == ComposeFormat::Json {
        output::print(&format!("{:#}", attempt.json()))?;
    }
    complain(arguments, &attempt);
    if let Some(supergraph) = attempt.supergraph() {
        match arguments.output_file() {
            Some(path) => {
                output_file::write(path, &supergraph.sdl)?;
                announce(arguments, &attempt)?;
            }
            None if arguments.format == ComposeFormat::Text => output::print(&supergraph.sdl)?,
            None => {}
        }
    }
    attempt.outcome()
}

/// Only a wrong call or a full disk ends it: all else can be put right while it runs.
async fn follow(arguments: &ComposeArguments, mut watch: Watch) -> Result<(), Failure> {
    let mut written = None;
    loop {
        let attempt = watch.next().await;
        if arguments.format == ComposeFormat::Json {
            // One line each, so that a program can read one after the other.
            output::print(&attempt.json().to_string())?;
        }
        complain(arguments, &attempt);
        let Some(supergraph) = attempt.supergraph() else {
            if let Err(failure) = attempt.outcome() {
                output::complain_unless_said(&failure);
            }
            continue;
        };
        if let Some(path) = arguments.output_file()
            && (written.as_ref() != Some(&supergraph.sdl) || !path.exists())
        {
            output_file::write(path, &supergraph.sdl)?;
            written = Some(supergraph.sdl.clone());
        }
        announce(arguments, &attempt)?;
    }
}

/// Composition's errors are in the JSON; what kept it from beginning is said to people in any case.
fn complain(arguments: &ComposeArguments, attempt: &Attempt) {
    let is_json = arguments.format == ComposeFormat::Json;
    if is_json && attempt.has_begun() {
        return;
    }
    output::report(&attempt.text(arguments.hints.level(), is_coloured(arguments.color)));
}

fn announce(arguments: &ComposeArguments, attempt: &Attempt) -> Result<(), Failure> {
    if arguments.format == ComposeFormat::Json {
        return Ok(());
    }
    let composed = attempt.composed();
    match arguments.output_file() {
        Some(path) => output::print(&format!("{composed} into {}", path.display())),
        None => output::print(&composed),
    }
}

fn interval(text: &str) -> Result<Span, String> {
    let span: Span = text.parse()?;
    match span.0.is_zero() {
        true => Err("no time at all; try 1s".to_owned()),
        false => Ok(span),
    }
}

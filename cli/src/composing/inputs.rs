//! What is composed: read from `supergraph.yaml` and the files that it names, and asked of running subgraphs.

use crate::{
    composing::{
        running_subgraphs::{Asked, RunningSubgraphs},
        subgraph_config::{SdlSource, Subgraph},
        supergraph_config,
    },
    input::{read_capped, text_of},
};
use hansa_composition::SubgraphSource;
use hansa_server::SDL_BYTES_MAX;
use hansa_settings::{Mistake, Place};
use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::Duration,
};

const CONFIG_BYTES_MAX: u64 = 16 << 20;

/// What there is to compose, or why there is nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Inputs {
    Mistakes(Vec<Mistake>),
    /// The settings are right, but not every subgraph gave its SDL.
    Unavailable(Vec<Unavailable>),
    Ready {
        subgraphs: Vec<SubgraphSource>,
        /// Subgraphs that do not answer now, of which an earlier answer is taken.
        stale: Vec<Unavailable>,
        /// Names of subgraphs of which nobody says where the router asks them.
        unrouted: Vec<String>,
    },
}

/// A running subgraph that did not give its SDL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unavailable {
    pub(crate) subgraph: String,
    pub(crate) url: String,
    pub(crate) reason: String,
    /// Whether waiting may help.
    pub(crate) may_pass: bool,
}

/// Reads the inputs, once or again and again.
#[derive(Debug)]
pub(crate) struct InputReader {
    config: ConfigSource,
    timeout: Duration,
    running: RunningSubgraphs,
}

#[derive(Debug)]
enum ConfigSource {
    File(PathBuf),
    StandardInput,
}

impl InputReader {
    /// `-` as a path is standard input.
    pub(crate) fn new(config: &Path, timeout: Duration) -> InputReader {
        let config = match config.as_os_str() == "-" {
            true => ConfigSource::StandardInput,
            false => ConfigSource::File(config.to_owned()),
        };
        InputReader { config, timeout, running: RunningSubgraphs::new(false) }
    }

    /// Takes the last answer of a running subgraph while it does not answer.
    pub(crate) fn keeping_answers(mut self) -> InputReader {
        self.running = RunningSubgraphs::new(true);
        self
    }

    pub(crate) async fn read(&mut self) -> Inputs {
        let (subgraphs, mut mistakes) = match self.settings() {
            Ok(settings) => settings,
            Err(mistake) => return Inputs::Mistakes(vec![mistake]),
        };
        let (mut sources, mut unrouted) = (Vec::new(), Vec::new());
        let (mut asked, mut positions) = (Vec::new(), Vec::new());
        for Subgraph { name, routing_url, sdl } in subgraphs {
            let (sdl, origin) = match sdl {
                SdlSource::Written { sdl, origin } => (sdl, origin),
                SdlSource::File { path, place } => {
                    let sdl = read_sdl(&path).map_err(|message| mistakes.push(Mistake { place, message }));
                    (sdl.unwrap_or_default(), path.display().to_string())
                }
                SdlSource::Running { url, request } => {
                    positions.push(sources.len());
                    asked.push(Asked { name: name.clone(), url: url.clone(), request });
                    (String::new(), url)
                }
            };
            unrouted.extend(routing_url.is_none().then(|| name.clone()));
            sources.push(SubgraphSource { name, url: routing_url.unwrap_or_default(), sdl, origin });
        }
        if !mistakes.is_empty() {
            mistakes.sort_by_key(|mistake| match mistake.place {
                Place::File { line, column, .. } => (line, column),
                _ => (0, 0),
            });
            return Inputs::Mistakes(mistakes);
        }
        let mut unavailable = Vec::new();
        let mut is_complete = true;
        for (position, answered) in positions.into_iter().zip(self.running.ask(asked).await) {
            is_complete &= answered.sdl.is_some();
            sources[position].sdl = answered.sdl.unwrap_or_default();
            unavailable.extend(answered.failure);
        }
        match is_complete {
            true => Inputs::Ready { subgraphs: sources, stale: unavailable, unrouted },
            false => Inputs::Unavailable(unavailable),
        }
    }

    fn settings(&self) -> Result<(Vec<Subgraph>, Vec<Mistake>), Mistake> {
        let (path, text) = match &self.config {
            ConfigSource::File(path) => (path.as_path(), read_capped(path, CONFIG_BYTES_MAX)),
            ConfigSource::StandardInput => {
                let text = text_of(io::stdin().lock(), CONFIG_BYTES_MAX).map_err(|error| error.to_string());
                (Path::new("<standard input>"), text)
            }
        };
        let text = text.map_err(|message| {
            let is_missing = fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound);
            let advice = if is_missing { "; write one, or name another with --config" } else { "" };
            let place = Place::Flag(format!("--config {}", path.display()));
            Mistake { place, message: message + advice }
        })?;
        Ok(supergraph_config::subgraphs(&text, path, self.timeout))
    }
}

fn read_sdl(path: &Path) -> Result<String, String> {
    read_capped(path, SDL_BYTES_MAX as u64).map_err(|reason| format!("could not read {}: {reason}", path.display()))
}

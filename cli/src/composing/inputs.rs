//! What is composed: read from `supergraph.yaml` and the files that it names, and asked of running subgraphs.

use crate::{
    composing::{
        subgraph_config::{SdlSource, Subgraph},
        supergraph_config,
    },
    failure::with_causes,
    input::{read_capped, text_of},
};
use hansa_composition::SubgraphSource;
use hansa_server::{SDL_BYTES_MAX, SdlClient, SdlRequest};
use hansa_settings::{Mistake, Place};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::Semaphore, task::JoinSet};

const CONFIG_BYTES_MAX: u64 = 16 << 20;

/// Subgraphs asked at the same time.
const ASKED_MAX: usize = 16;

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
    client: Arc<SdlClient>,
    /// What running subgraphs answered last, by name and URL; without it, nothing is kept.
    answers: Option<BTreeMap<(String, String), String>>,
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
        InputReader { config, timeout, client: Arc::default(), answers: None }
    }

    /// Takes the last answer of a running subgraph while it does not answer.
    pub(crate) fn keeping_answers(mut self) -> InputReader {
        self.answers = Some(BTreeMap::new());
        self
    }

    pub(crate) async fn read(&mut self) -> Inputs {
        let (subgraphs, mut mistakes) = match self.settings() {
            Ok(settings) => settings,
            Err(mistake) => return Inputs::Mistakes(vec![mistake]),
        };
        let mut sources = Vec::new();
        let mut asked = Vec::new();
        for Subgraph { name, routing_url, sdl } in subgraphs {
            let (sdl, origin) = match sdl {
                SdlSource::Written { sdl, origin } => (sdl, origin),
                SdlSource::File { path, place } => {
                    let sdl = read_sdl(&path).map_err(|message| mistakes.push(Mistake { place, message }));
                    (sdl.unwrap_or_default(), path.display().to_string())
                }
                SdlSource::Running { url, request } => {
                    asked.push(Asked { position: sources.len(), name: name.clone(), url: url.clone(), request });
                    (String::new(), url)
                }
            };
            sources.push(SubgraphSource { name, url: routing_url, sdl, origin });
        }
        if !mistakes.is_empty() {
            mistakes.sort_by_key(|mistake| match mistake.place {
                Place::File { line, column, .. } => (line, column),
                _ => (0, 0),
            });
            return Inputs::Mistakes(mistakes);
        }
        let unavailable = self.ask(asked, &mut sources).await;
        let is_missing = |subgraph: &Unavailable| !self.has_answer(&subgraph.subgraph, &subgraph.url);
        match unavailable.iter().any(is_missing) {
            true => Inputs::Unavailable(unavailable),
            false => Inputs::Ready { subgraphs: sources, stale: unavailable },
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

    fn has_answer(&self, name: &str, url: &str) -> bool {
        let key = (name.to_owned(), url.to_owned());
        self.answers.as_ref().is_some_and(|answers| answers.contains_key(&key))
    }

    /// Asks all at the same time, puts answers at their positions, and gives those that did not answer, in order.
    async fn ask(&mut self, asked: Vec<Asked>, sources: &mut [SubgraphSource]) -> Vec<Unavailable> {
        let places = Arc::new(Semaphore::new(ASKED_MAX));
        let mut tasks = JoinSet::new();
        for asked in asked {
            let (places, client) = (places.clone(), self.client.clone());
            tasks.spawn(async move {
                let _place = places.acquire_owned().await;
                let answer = client.ask(&asked.request).await;
                (asked, answer)
            });
        }
        let mut answered = tasks.join_all().await;
        answered.sort_by_key(|(asked, _)| asked.position);
        let mut unavailable = Vec::new();
        for (asked, answer) in answered {
            let key = (asked.name.clone(), asked.url.clone());
            let source = &mut sources[asked.position];
            match answer {
                Ok(sdl) => {
                    source.sdl.clone_from(&sdl);
                    self.answers.as_mut().map(|answers| answers.insert(key, sdl));
                }
                Err(error) => {
                    let last = self.answers.as_ref().and_then(|answers| answers.get(&key));
                    source.sdl = last.cloned().unwrap_or_default();
                    unavailable.push(Unavailable {
                        may_pass: error.may_pass(),
                        reason: with_causes(&error),
                        subgraph: asked.name,
                        url: asked.url,
                    });
                }
            }
        }
        unavailable
    }
}

struct Asked {
    position: usize,
    name: String,
    url: String,
    request: SdlRequest,
}

fn read_sdl(path: &Path) -> Result<String, String> {
    read_capped(path, SDL_BYTES_MAX as u64).map_err(|reason| format!("could not read {}: {reason}", path.display()))
}

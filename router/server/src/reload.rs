//! Watches the supergraph file. A good new one is swapped in; a bad one is refused with its reason and the old one
//! keeps serving.

pub(crate) mod settings_file;

use crate::{
    config::Span,
    graph::{Graph, GraphError, GraphSurroundings},
    subgraph_transport::chain,
    wiring::Wiring,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settings_file::SettingsFile;
use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReloadConfig {
    /// Whether a changed supergraph file is taken while the router runs, and `override_labels` from a changed settings file.
    /// SIGHUP does it in any case.
    pub watch: bool,
    /// How often the files are looked at.
    pub interval: Span,
}

impl Default for ReloadConfig {
    fn default() -> Self {
        ReloadConfig { watch: true, interval: Span::from_secs(1) }
    }
}

/// The file and what was last seen of it.
#[derive(Debug)]
pub(crate) struct SupergraphFile {
    path: PathBuf,
    stamp: Option<(Option<SystemTime>, u64)>,
    text: String,
    /// Why the last look failed; each reason is said once.
    failure: Option<String>,
}

impl SupergraphFile {
    pub(crate) fn read(path: &Path) -> io::Result<SupergraphFile> {
        let stamp = stamp(&fs::metadata(path)?);
        Ok(SupergraphFile { text: fs::read_to_string(path)?, path: path.to_owned(), stamp: Some(stamp), failure: None })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the text differs from the one last seen. `is_forced` looks even if size and time are the same.
    fn changed(&mut self, is_forced: bool) -> bool {
        match self.look(is_forced) {
            Ok(changed) => {
                self.failure = None;
                changed
            }
            Err(error) => {
                let failure = Some(error.to_string());
                if self.failure != failure {
                    let path = self.path.display();
                    tracing::warn!(%path, %error, "supergraph file cannot be read; the old one keeps serving");
                }
                self.failure = failure;
                false
            }
        }
    }

    fn look(&mut self, is_forced: bool) -> io::Result<bool> {
        let metadata = fs::metadata(&self.path)?;
        if !metadata.is_file() {
            // Reading a pipe would wait for a writer who may never come.
            return Err(io::Error::other("it is not a regular file"));
        }
        let stamp = Some(stamp(&metadata));
        if stamp == self.stamp && !is_forced {
            return Ok(false);
        }
        let text = fs::read_to_string(&self.path)?;
        self.stamp = stamp;
        let changed = text != self.text;
        self.text = text;
        Ok(changed || is_forced)
    }
}

fn stamp(metadata: &Metadata) -> (Option<SystemTime>, u64) {
    (metadata.modified().ok(), metadata.len())
}

/// Puts another supergraph in place of the one that a router serves. Requests under way finish on the old one.
#[derive(Debug, Clone)]
pub struct SupergraphSwap {
    wiring: Arc<Wiring>,
    surroundings: Arc<GraphSurroundings>,
}

impl SupergraphSwap {
    pub(crate) fn new(wiring: Arc<Wiring>, surroundings: Arc<GraphSurroundings>) -> SupergraphSwap {
        SupergraphSwap { wiring, surroundings }
    }

    /// `path` names the SDL in messages. A supergraph that cannot be served is refused, and the old one stays.
    /// Synchronous work: milliseconds to seconds.
    pub fn replace(&self, sdl: &str, path: &str) -> Result<(), GraphError> {
        let graph = Graph::new(sdl, path, &self.surroundings);
        self.wiring.metrics.reload(graph.is_ok());
        self.wiring.graph.replace(graph?);
        Ok(())
    }
}

/// Runs until it is dropped.
pub(crate) async fn watch(mut files: (Option<SupergraphFile>, Option<SettingsFile>), swap: SupergraphSwap) {
    let config = swap.surroundings.config.reload.clone();
    let mut hang_up = HangUp::new();
    loop {
        let is_forced = tokio::select! {
            () = tokio::time::sleep(config.interval.0), if config.watch => false,
            () = hang_up.received() => true,
        };
        let swap = swap.clone();
        let look = tokio::task::spawn_blocking(move || {
            // Labels first: a new supergraph may have fields that are on their way by new ones.
            if let Some(file) = &mut files.1 {
                file.look(is_forced, &swap);
            }
            if let Some(file) = &mut files.0
                && file.changed(is_forced)
            {
                take(file, &swap);
            }
            files
        });
        files = match look.await {
            Ok(files) => files,
            Err(failure) => {
                tracing::error!(%failure, "reading a changed file ended in a panic; nothing is watched any more");
                return;
            }
        };
    }
}

fn take(file: &SupergraphFile, swap: &SupergraphSwap) {
    let path = file.path.display().to_string();
    match swap.replace(&file.text, &path) {
        Ok(()) => tracing::info!(path, "serving the changed supergraph"),
        Err(error) => {
            tracing::error!(path, error = chain(&error), "changed supergraph refused; the old one keeps serving");
        }
    }
}

/// SIGHUP, where there is one.
#[derive(Debug)]
struct HangUp {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl HangUp {
    #[cfg(unix)]
    fn new() -> HangUp {
        use tokio::signal::unix::{SignalKind, signal};
        HangUp { signal: signal(SignalKind::hangup()).ok() }
    }

    #[cfg(unix)]
    async fn received(&mut self) {
        match &mut self.signal {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        }
    }

    #[cfg(not(unix))]
    fn new() -> HangUp {
        HangUp {}
    }

    #[cfg(not(unix))]
    async fn received(&mut self) {
        std::future::pending::<()>().await;
    }
}

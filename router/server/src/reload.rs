//! Watches the supergraph file. A good new one is swapped in; a bad one is refused with its reason and the old one
//! keeps serving.

pub(crate) mod settings_file;
pub(crate) mod warm_up;

use crate::{
    config::Span,
    graph::{Graph, GraphError, GraphSurroundings},
    pipeline::override_labels::{OverrideLabelsConfig, warn_of_unknown},
    subgraph_transport::chain,
    wiring::Wiring,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settings_file::SettingsFile;
use std::{
    fs::{self, Metadata},
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, SystemTime},
};
use warm_up::{WarmUp, WarmUpWork};

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
    ///
    /// Synchronous work: milliseconds to seconds, and after that as long as plans are made ahead, at most
    /// `plan_cache.warm_up.duration_max`. Another call meanwhile ends that, and its supergraph serves instead of this one.
    pub fn replace(&self, sdl: &str, path: &str) -> Result<(), GraphError> {
        self.read(sdl, path).map(|candidate| {
            candidate.serve();
        })
    }

    /// The supergraph may take the place of the one that serves; nothing newer may still be on its way.
    fn read(&self, sdl: &str, path: &str) -> Result<Candidate, GraphError> {
        let graph = Graph::new(sdl, path, &self.surroundings);
        if graph.is_err() {
            self.wiring.metrics.reload("refused");
        }
        let graph = Arc::new(graph?);
        Ok(Candidate { graph, turn: self.wiring.graph.next_turn(), swap: self.clone() })
    }

    /// Plans made ahead are an offer: if making them fails, requests make them.
    fn warm_up(&self, (turn, since): (u64, Instant), warm_up: impl FnOnce(&WarmUpWork<'_>) -> WarmUp) {
        let config = &self.surroundings.config.plan_cache.warm_up;
        if config.operations_max == 0 {
            return;
        }
        let is_wanted = || self.wiring.graph.is_newest(turn) && !self.wiring.is_draining();
        let work = WarmUpWork { settings: &self.wiring.settings, config, since, is_wanted: &is_wanted };
        match catch_unwind(AssertUnwindSafe(|| warm_up(&work))) {
            Ok(warm_up) => {
                self.wiring.metrics.warmed_up(&warm_up);
                let WarmUp { planned, dropped, left, duration } = warm_up;
                tracing::info!(planned, dropped, left, ?duration, "plans made ahead");
            }
            Err(_) => tracing::error!("making plans ahead ended in a panic; requests make them"),
        }
    }

    /// Which labels are active is decided in another way from now on.
    fn replace_labels(&self, labels: OverrideLabelsConfig) {
        let graph = self.wiring.graph.get();
        warn_of_unknown(&labels, graph.supergraph());
        // First of all: a field may have to be taken back at once.
        self.surroundings.label_rules.replace(labels);
        let rules = self.surroundings.label_rules.get();
        self.warm_up((self.wiring.graph.turn(), Instant::now()), |work| work.follow_labels(&graph, &rules));
    }
}

/// A supergraph that can be served, and does not serve yet.
struct Candidate {
    graph: Arc<Graph>,
    turn: (u64, Instant),
    swap: SupergraphSwap,
}

impl Candidate {
    /// Makes plans ahead and takes the place of the old one, unless something newer has come. Whether it serves.
    fn serve(self) -> bool {
        let wiring = &self.swap.wiring;
        let old = wiring.graph.get();
        self.swap.warm_up(self.turn, |work| work.carry_over(&old, &self.graph));
        drop(old);
        let is_served = wiring.graph.replace(self.graph, self.turn.0);
        wiring.metrics.reload(if is_served { "accepted" } else { "superseded" });
        is_served
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
            let candidate = files.0.as_mut().and_then(|file| match file.changed(is_forced) {
                true => take(file, &swap),
                false => None,
            });
            (files, candidate)
        });
        let candidate = match look.await {
            Ok((seen, candidate)) => {
                files = seen;
                candidate
            }
            Err(failure) => {
                tracing::error!(%failure, "reading a changed file ended in a panic; nothing is watched any more");
                return;
            }
        };
        if let Some((candidate, path)) = candidate {
            // Not waited for, so that a newer file is seen meanwhile. There is no more than one at a time but for those
            // that are about to see that something newer has come.
            tokio::task::spawn_blocking(move || match candidate.serve() {
                true => tracing::info!(path, "serving the changed supergraph"),
                false => tracing::info!(path, "the supergraph has changed again before it served"),
            });
        }
    }
}

fn take(file: &SupergraphFile, swap: &SupergraphSwap) -> Option<(Candidate, String)> {
    let path = file.path.display().to_string();
    match swap.read(&file.text, &path) {
        Ok(candidate) => Some((candidate, path)),
        Err(error) => {
            tracing::error!(path, error = chain(&error), "changed supergraph refused; the old one keeps serving");
            None
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

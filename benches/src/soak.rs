//! The soak: a router under everything that may happen to it at once, for as long as one likes, and what became of its memory.
//!
//! Subgraphs fail in all ways, clients leave and dawdle, operations are new all the time, supergraphs alternate. Whatever
//! happens, each request gets an answer, an answer without errors is the right one, and memory stays flat.

pub mod clients;
pub mod curve;
pub mod disturbances;
pub mod operations;
pub mod stubs;
pub mod svg;

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use crate::{
    graph::Graph,
    server_process::{Scratch, ServerProcess, free_address},
    trading_house::{self, Size},
};
use clients::{Client, Counts, Role};
use curve::{Curve, Findings};
use stubs::FaultyStub;

/// Small caches, so that they are full soon: what grows afterwards is a leak.
const SETTINGS: &str = include_str!("soak/router.yaml");

/// Part of the time that belongs to nobody: what the router still does after its last client, it does now.
const REST: Duration = Duration::from_secs(10);

/// Requests for the right answers of all kinds, when the disturbances are over.
const LAST_REQUESTS: u32 = 50;

/// How long, and how many clients of each kind at once.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub duration: Duration,
    pub clients: usize,
    pub seed: u64,
}

/// What is shared by all that goes on.
#[derive(Debug)]
pub struct Scene {
    pub graph: Arc<Graph>,
    pub counts: Arc<Counts>,
    /// Subgraphs fail, and clients ask, while this is so.
    pub goes_on: Arc<AtomicBool>,
}

/// Runs it. What went wrong is in the findings; an error says that it could not be run.
pub async fn run(hansa: &Path, plan: Plan) -> Result<(Curve, Findings)> {
    let graph = Arc::new(Graph::new(trading_house::SUPERGRAPH, trading_house::records(Size::FULL))?);
    let goes_on = Arc::new(AtomicBool::new(true));
    let scene = Scene { graph: graph.clone(), counts: Arc::default(), goes_on: goes_on.clone() };
    let mut stubs = Vec::new();
    for subgraph in 0..graph.subgraphs.len() {
        stubs.push(FaultyStub::start(graph.clone(), subgraph, goes_on.clone(), plan.seed).await?);
    }
    let urls: Vec<String> = stubs.iter().map(FaultyStub::url).collect();
    let supergraphs = disturbances::two_versions(&graph.supergraph(&urls));
    let (router, files) = start(hansa, &supergraphs[0]).await?;
    let mut curve = Curve::new(Instant::now());
    let mut tasks = JoinSet::new();
    for number in 0..plan.clients {
        let client = Client::new(&scene, router.address, plan.seed.wrapping_add(number as u64 * 7919));
        tasks.spawn(client.run(Role::of(number)));
    }
    let mut others = JoinSet::new();
    others.spawn(disturbances::reload(files.supergraph.clone(), supergraphs.clone()));
    others.spawn(disturbances::hang_up(router.id()));
    for stub in stubs {
        others.spawn(stub.restart_now_and_then());
    }
    curve.sample(&router, plan.duration, &scene.counts).await?;
    goes_on.store(false, Ordering::Relaxed);
    while tasks.join_next().await.is_some() {}
    tokio::time::sleep(REST.min(plan.duration / 4)).await;
    let mut last = Client::new(&scene, router.address, plan.seed);
    let wrong_at_the_end = last.ask_undisturbed(LAST_REQUESTS).await;
    curve.finish(&router).await?;
    let findings = curve.findings(plan.duration, &scene.counts, wrong_at_the_end, &router.whole_log());
    Ok((curve, findings))
}

struct Files {
    supergraph: std::path::PathBuf,
}

async fn start(hansa: &Path, supergraph: &str) -> Result<(ServerProcess, Files)> {
    let scratch = Scratch::create()?;
    let files = Files { supergraph: scratch.path().join("supergraph.graphql") };
    fs::write(&files.supergraph, supergraph).context("cannot write the supergraph")?;
    let settings = scratch.path().join("router.yaml");
    fs::write(&settings, SETTINGS)?;
    let address = free_address()?;
    let mut command = Command::new(hansa);
    command.arg("router").arg("--supergraph").arg(&files.supergraph).arg("--config").arg(settings);
    command.args(["--listen", &address.to_string()]);
    Ok((ServerProcess::start(command, scratch, address, "/ready").await?, files))
}

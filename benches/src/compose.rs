//! Composition's benchmark: a huge graph of others, a graph of everyday size, and the worst inputs for satisfiability.
//!
//! What is measured is the command that people call: reading the files and starting the process count.

pub mod everyday_graph;
pub mod measurement;
pub mod report;
pub mod worst_inputs;

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};

/// What is composed, what must come of it, and in which bounds.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: String,
    pub subgraphs: Vec<SubgraphText>,
    pub verdict: Verdict,
    pub goal: Option<Goal>,
}

#[derive(Debug, Clone)]
pub struct SubgraphText {
    pub name: String,
    pub sdl: String,
}

/// What composing must say: a fast wrong answer is no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Composes,
    /// With this error code.
    Refused(&'static str),
}

/// What the slowest run may take.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    pub wall: Duration,
    pub peak_memory: Option<u64>,
}

impl Input {
    pub fn lines(&self) -> usize {
        self.subgraphs.iter().map(|subgraph| subgraph.sdl.lines().count()).sum()
    }
}

const HUGE_GRAPH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/compose/huge-schema");

/// 191 subgraphs with 37,944 lines.
pub fn huge_graph() -> Result<Input> {
    let mut subgraphs = Vec::new();
    for entry in fs::read_dir(HUGE_GRAPH).with_context(|| format!("no folder {HUGE_GRAPH}"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "graphql") {
            subgraphs.push(SubgraphText { name: stem(&path)?, sdl: fs::read_to_string(&path)? });
        }
    }
    ensure!(subgraphs.len() == 191, "{HUGE_GRAPH} has {} subgraphs", subgraphs.len());
    subgraphs.sort_by(|one, other| one.name.cmp(&other.name));
    let goal = Goal { wall: Duration::from_secs(3), peak_memory: Some(300 << 20) };
    Ok(Input { name: "huge graph".to_owned(), subgraphs, verdict: Verdict::Composes, goal: Some(goal) })
}

/// 11 subgraphs with 7,000 lines.
pub fn everyday_graph() -> Input {
    Input {
        name: "everyday graph".to_owned(),
        subgraphs: everyday_graph::full(),
        verdict: Verdict::Composes,
        goal: Some(Goal { wall: Duration::from_millis(500), peak_memory: None }),
    }
}

fn stem(path: &Path) -> Result<String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    Ok(stem.with_context(|| format!("{} is no name for a subgraph", path.display()))?.to_owned())
}

//! Distinct everyday operations, as many as wanted and always the same ones: over the small graph that the benchmark of
//! the router uses, and over the graph of eleven subgraphs that composition is measured on.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hansa_benches::compose::{self, SubgraphText};
use hansa_composition::{ComposeOptions, SubgraphSource};
use hansa_query_planner::QueryPlanner;
use hansa_verification::{Coverage, Generator, GeneratorLimits, Harvest, Random};

use crate::input::planner;

/// A graph and what is asked of it.
#[derive(Debug)]
pub struct Workload {
    pub planner: Arc<QueryPlanner>,
    /// No two are equal.
    pub operations: Vec<String>,
}

/// Most operations that people write are of this size.
const LIMITS: GeneratorLimits = GeneratorLimits { depth_max: 6, fields_max: 25, items_max: usize::MAX };

/// By name; each makes as many operations as wanted.
pub const WORKLOADS: [(&str, MakeWorkload); 2] = [("small graph", small_graph), ("everyday graph", everyday_graph)];

type MakeWorkload = fn(usize) -> Result<Workload>;

pub fn small_graph(count: usize) -> Result<Workload> {
    workload(
        concat!(
            include_str!("../../scenarios/preamble.graphql"),
            include_str!("../../scenarios/trading-house.graphql")
        ),
        count,
    )
}

/// Composed from 7,000 lines.
pub fn everyday_graph(count: usize) -> Result<Workload> {
    let source = |subgraph: SubgraphText| SubgraphSource {
        url: format!("http://{}.invalid/graphql", subgraph.name),
        origin: subgraph.name.clone(),
        name: subgraph.name,
        sdl: subgraph.sdl,
    };
    let sources: Vec<SubgraphSource> = compose::everyday_graph::full().into_iter().map(source).collect();
    let composed = hansa_composition::compose(&sources, &ComposeOptions::default())
        .supergraph
        .context("the graph does not compose")?;
    workload(&composed.sdl, count)
}

fn workload(supergraph: &str, count: usize) -> Result<Workload> {
    let planner = planner(supergraph)?;
    let schema = &planner.supergraph().api_schema;
    let generator = Generator::new(schema, LIMITS);
    let (harvest, coverage) = (Harvest::default(), Coverage::new(schema));
    let mut operations: Vec<String> = Vec::with_capacity(count);
    for index in 0..2 * count as u64 + 10 {
        if operations.len() == count {
            break;
        }
        let operation = generator.operation(Random::part(1, index), &harvest, &coverage);
        // Made distinct by its name, as operations of one client are.
        operations
            .extend(operation.map(|operation| operation.to_string().replace("Verify", &format!("Number{index}"))));
    }
    ensure!(operations.len() == count, "{} operations and not {count}", operations.len());
    Ok(Workload { planner, operations })
}

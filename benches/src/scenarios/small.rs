//! One subgraph, one request to it, 1 KB: what is left is what a request costs whatever it asks.

use std::sync::Arc;

use anyhow::Result;
use serde_json::json;

use super::{Scale, Scenario, heavy::ask};
use crate::{
    figures::{Figure, Goal},
    graph::Graph,
    trading_house::{self, Size},
};

const OPERATION: &str = include_str!("../../scenarios/small.graphql");

pub(super) fn small(_: Scale) -> Result<Scenario> {
    let size = Size { wares: 14, ..Size::FULL };
    let graph = Arc::new(Graph::new(trading_house::SUPERGRAPH, trading_house::records(size))?);
    let question = ask(&graph, OPERATION, &json!({"first": 14}))?;
    let mut scenario = Scenario::new("b", "small", graph, vec![question]);
    scenario.goals = vec![Goal::of_peer(Figure::CpuPerRequest, 0.80, 0.65)];
    Ok(scenario)
}

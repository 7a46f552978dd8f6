//! One nested operation that crosses subgraph borders again and again; its response is 90 KB.

use std::sync::Arc;

use anyhow::Result;
use serde_json::json;

use super::{Scale, Scenario};
use crate::{
    figures::{Figure, Goal},
    graph::Graph,
    interpreter::Interpreter,
    load::{Question, Tokens},
    trading_house::{self, Size},
};

pub(super) fn heavy(scale: Scale) -> Result<Scenario> {
    let mut scenario = fair("a", "heavy", scale)?;
    scenario.goals =
        vec![Goal::of_peer(Figure::CpuPerRequest, 0.45, 0.32), Goal::of_floor(Figure::CpuPerRequest, 2.5, 1.8)];
    Ok(scenario)
}

pub(super) fn many_connections(scale: Scale) -> Result<Scenario> {
    let mut scenario = fair("g", "500 connections", scale)?;
    scenario.connections = match scale {
        Scale::Full => 500,
        Scale::Tiny => 20,
    };
    scenario.goals = vec![Goal::of_peer(Figure::PeakMemory, 0.50, 0.30)];
    Ok(scenario)
}

/// All clients with one token: those routers that share what they fetch may, and are compared with none.
pub(super) fn identical(scale: Scale) -> Result<Scenario> {
    let mut scenario = fair("s", "identical requests", scale)?;
    scenario.tokens = Tokens::Same;
    Ok(scenario)
}

pub(super) fn fair(key: &'static str, name: &'static str, scale: Scale) -> Result<Scenario> {
    let size = match scale {
        Scale::Full => Size::FULL,
        Scale::Tiny => Size::TINY,
    };
    let graph = Arc::new(Graph::new(trading_house::SUPERGRAPH, trading_house::records(size))?);
    let question = ask(&graph, trading_house::HEAVY_OPERATION, &json!({"first": 5}))?;
    Ok(Scenario::new(key, name, graph, vec![question]))
}

/// With what the merged data says as the expected answer.
pub(super) fn ask(graph: &Graph, query: &str, variables: &serde_json::Value) -> Result<Question> {
    let mut question = Question::new(query, variables);
    question.expected = Interpreter::merged(graph).answer(&question.body)?.into();
    Ok(question)
}

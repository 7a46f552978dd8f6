//! What planning in parts may cost: each streamed list is laid out twice, so that streams within streams multiply.

use crate::budget::supergraph;
use apollo_compiler::ExecutableDocument;
use hansa_query_planner::{PlanError, PlanningLimits, QueryPlanner, Specialisation, plan::QueryPlan};
use std::sync::Arc;

#[test]
fn streams_within_streams_are_too_much_work() {
    let planner = planner();
    let fields: String = (0..60).map(|index| format!("f{index}: name ")).collect();
    let nested = |depth: usize| {
        let opening = "{ nodes @stream(initialCount: 1) ".repeat(depth);
        format!("{opening}{{ {fields} }}{}", "}".repeat(depth))
    };
    let plan_of_three = plan(&planner, &nested(3)).unwrap();
    assert_eq!(plan_of_three.parts.len(), 8);
    assert!(matches!(plan(&planner, &nested(14)), Err(PlanError::TooMuchWork)));
}

#[test]
fn a_hundred_deferred_fragments_are_planned() {
    let fragments: String = (0..100).map(|index| format!("... @defer {{ f{index}: name }} ")).collect();
    let plan = plan(&planner(), &format!("{{ nodes {{ {fragments} }} }}")).unwrap();
    assert_eq!(plan.parts.len(), 101);
}

fn planner() -> QueryPlanner {
    let types = "type Query @join__type(graph: S0) { nodes: [Node!]! }
        type Node @join__type(graph: S0, key: \"id\") { id: ID! name: String nodes: [Node!]! }";
    let supergraph = supergraph(1, types).with_incremental_directives().unwrap();
    QueryPlanner::new(Arc::new(supergraph), PlanningLimits::default())
}

fn plan(planner: &QueryPlanner, operation: &str) -> Result<QueryPlan, PlanError> {
    let schema = &planner.supergraph().api_schema;
    let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql");
    let document = document.unwrap_or_else(|invalid| panic!("{}", invalid.errors));
    let specialisation = Specialisation { is_incremental: true, ..Specialisation::NONE };
    planner.plan(&document, document.operations.get(None).unwrap(), specialisation)
}

//! Plans that are found with little work: they are those that all the work finds, and what needs more is left.

use crate::budget::supergraph;
use apollo_compiler::{ExecutableDocument, validation::Valid};
use hansa_query_planner::{PlanError, PlanningLimits, QueryPlanner, Specialisation, plan::QueryPlan};
use std::sync::Arc;

/// Each item of eight subgraphs has the same fields in all of them.
fn planner(limits: PlanningLimits) -> QueryPlanner {
    let in_all: String = (0..8).map(|index| format!("@join__type(graph: S{index}, key: \"id\") ")).collect();
    let shared: String = (1..8).map(|index| format!("@join__field(graph: S{index}) ")).collect();
    let halves = "left: Item @join__field(graph: S0) right: Item @join__field(graph: S1)";
    let types = format!(
        "type Query @join__type(graph: S0) {{ item: Item @join__field(graph: S0) }}
        type Item {in_all} {{ id: ID! a: Int {shared} b: Int {shared} to: Item {shared} {halves} }}"
    );
    QueryPlanner::new(Arc::new(supergraph(8, &types)), limits)
}

fn both(planner: &QueryPlanner, text: &str) -> (Option<Result<QueryPlan, PlanError>>, Result<QueryPlan, PlanError>) {
    let schema = &planner.supergraph().api_schema;
    let document: Valid<ExecutableDocument> =
        ExecutableDocument::parse_and_validate(schema, text, "operation.graphql").unwrap();
    let operation = document.operations.get(None).unwrap();
    let quick = planner.plan_quickly(&document, operation, Specialisation::NONE);
    (quick, planner.plan(&document, operation, Specialisation::NONE))
}

fn said(found: Result<QueryPlan, PlanError>) -> String {
    match found {
        Ok(plan) => format!("{plan:?}"),
        Err(error) => error.to_string(),
    }
}

/// As deep as that, both halves of each item.
fn nested(levels: usize) -> String {
    let fragments: String = (0..levels)
        .map(|level| format!(" fragment f{level} on Item {{ a left {{ ...f{0} }} right {{ ...f{0} }} }}", level + 1))
        .collect();
    format!("{{ item {{ ...f0 }} }} {fragments} fragment f{levels} on Item {{ b }}")
}

#[test]
fn what_is_found_quickly_is_the_plan() {
    for moves_max in [20_000, 5, 0] {
        let planner = planner(PlanningLimits { moves_max, ..PlanningLimits::default() });
        for operation in ["{ item { a } }", "{ item { id to { a b } } }", "{ item { a left { b right { a } } } }"] {
            let (quick, whole) = both(&planner, operation);
            match quick {
                Some(quick) => assert_eq!(said(quick), said(whole), "{operation}"),
                None => assert!(moves_max < 20_000 || operation.contains("left"), "{operation}"),
            }
        }
    }
}

#[test]
fn what_needs_more_is_left() {
    let planner = planner(PlanningLimits::default());
    // The last one is too much work in any case.
    for levels in [5, 6, 12] {
        let (quick, whole) = both(&planner, &nested(levels));
        assert!(quick.is_none() && (levels > 6 || whole.is_ok()), "{levels}");
    }
}

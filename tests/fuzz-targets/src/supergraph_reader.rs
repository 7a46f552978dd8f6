//! Any bytes as a supergraph: it is refused with a reason, or it has a valid API schema and can be planned for.

use std::sync::Arc;

use apollo_compiler::{ExecutableDocument, Schema};
use hansa_executor::PreparedPlan;
use hansa_federation::Supergraph;
use hansa_query_planner::{PlanningLimits, QueryPlanner, Specialisation};

use crate::sample_operation::sample_operation;

/// Small: it is not the planner that is looked at here.
const LIMITS: PlanningLimits = PlanningLimits { moves_max: 1_000, fetches_max: 200 };

pub fn supergraph_reader(bytes: &[u8]) {
    let Ok(sdl) = std::str::from_utf8(bytes) else { return };
    let supergraph = match Supergraph::parse(sdl, "supergraph.graphql") {
        Ok(supergraph) => Arc::new(supergraph),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let api = supergraph.api_schema.to_string();
    if let Err(invalid) = Schema::parse_and_validate(&api, "api.graphql") {
        panic!("the API schema is not valid: {}\n{api}", invalid.errors);
    }
    let operation = sample_operation(&supergraph.api_schema);
    let planner = QueryPlanner::new(supergraph, LIMITS);
    let api_schema = &planner.supergraph().api_schema;
    // Fields of one name may differ from type to type, which no operation may ask for together.
    let Ok(document) = ExecutableDocument::parse_and_validate(api_schema, operation, "operation.graphql") else {
        return;
    };
    for operation in document.operations.iter() {
        if let Ok(plan) = planner.plan(&document, operation, Specialisation::NONE) {
            let text = plan.to_text(planner.supergraph());
            assert!(!text.is_empty());
            let prepared = PreparedPlan::new(plan, planner.supergraph());
            assert!(prepared.weight_bytes() > 0);
        }
    }
}

//! An operation that is ready to be planned, and what planning it may take.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, anyhow};
use apollo_compiler::{ExecutableDocument, validation::Valid};
use hansa_federation::Supergraph;
use hansa_query_planner::{Conditions, PlanError, PlanningLimits, QueryPlanner, Specialisation, plan::QueryPlan};

/// An operation over a supergraph.
#[derive(Debug)]
pub struct Input {
    pub name: String,
    planner: Arc<QueryPlanner>,
    document: Valid<ExecutableDocument>,
    conditions: Conditions,
    pub goal: Option<Goal>,
}

/// What planning may take. Whether it ends in a plan or in a refusal is said, not judged, unless a plan is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    pub time: Duration,
    pub peak_memory: usize,
    pub is_plan_wanted: bool,
}

impl Input {
    /// An operation without variables.
    pub fn new(name: &str, planner: &Arc<QueryPlanner>, operation: &str, goal: Option<Goal>) -> Result<Input> {
        let schema = &planner.supergraph().api_schema;
        let document = ExecutableDocument::parse_and_validate(schema, operation, "operation.graphql")
            .map_err(|invalid| anyhow!("{name}: {}", invalid.errors))?;
        let operation = document.operations.get(None).map_err(|error| anyhow!("{name}: {}", error.message()))?;
        // Without values, conditions are false; which of them hold makes a plan no harder.
        let variables = QueryPlanner::condition_variables(&document, operation);
        let conditions = Conditions(variables.into_iter().map(|name| (name, false)).collect());
        Ok(Input { name: name.to_owned(), planner: planner.clone(), document, conditions, goal })
    }

    pub fn supergraph(&self) -> &Supergraph {
        self.planner.supergraph()
    }

    pub fn plan(&self) -> Result<QueryPlan, PlanError> {
        let operation = self.document.operations.get(None).expect("looked up when the input was made");
        // Everything is allowed: a plan with more fields is the larger one.
        let specialisation = Specialisation { conditions: &self.conditions, ..Specialisation::NONE };
        self.planner.plan(&self.document, operation, specialisation)
    }

    /// Fields of the operation as they stand there, each fragment's once.
    pub fn field_count(&self) -> usize {
        let operation = self.document.operations.get(None).into_iter();
        let sets = operation.map(|operation| &operation.selection_set);
        let sets = sets.chain(self.document.fragments.values().map(|fragment| &fragment.selection_set));
        sets.map(field_count).sum()
    }
}

pub fn planner(supergraph: &str) -> Result<Arc<QueryPlanner>> {
    let supergraph = Supergraph::parse(supergraph, "supergraph.graphql")?;
    Ok(Arc::new(QueryPlanner::new(Arc::new(supergraph), PlanningLimits::default())))
}

fn field_count(set: &apollo_compiler::executable::SelectionSet) -> usize {
    use apollo_compiler::executable::Selection;
    let count = |selection: &Selection| match selection {
        Selection::Field(field) => 1 + field.selection_set.as_ref().map_or(0, field_count),
        Selection::InlineFragment(fragment) => field_count(&fragment.selection_set),
        Selection::FragmentSpread(_) => 0,
    };
    set.selections.iter().map(count).sum()
}

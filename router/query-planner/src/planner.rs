//! The front door: one planner per supergraph.

use crate::plan::QueryPlan;
use apollo_compiler::{ExecutableDocument, Name, executable::Operation, validation::Valid};
use hansa_federation::Supergraph;
use std::sync::Arc;

/// Plans operations over one supergraph.
#[derive(Debug)]
pub struct QueryPlanner {
    supergraph: Arc<Supergraph>,
    limits: PlanningLimits,
}

/// How much work and memory planning one operation may cost.
#[derive(Debug, Clone, Copy)]
pub struct PlanningLimits {
    /// Past this many moves tried, the best plan so far stands.
    pub moves_max: u32,
    /// A plan of more fetches is refused.
    pub fetches_max: u32,
}

impl Default for PlanningLimits {
    fn default() -> Self {
        PlanningLimits { moves_max: 100_000, fetches_max: 2_000 }
    }
}

/// Truth values of the variables that `@skip(if:)` and `@include(if:)` use in an operation, in the order of
/// [`QueryPlanner::condition_variables`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Conditions(pub Vec<(Name, bool)>);

/// Why an operation cannot be planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// No sequence of fetches gives the field. A well composed supergraph has no such field.
    #[error("no subgraph can give {position}: {reason}")]
    Unreachable { position: String, reason: String },
    #[error("the operation needs more than {fetches_max} fetches")]
    TooManyFetches { fetches_max: u32 },
    #[error("planning the operation takes more than the allowed work")]
    TooMuchWork,
}

impl QueryPlanner {
    pub fn new(supergraph: Arc<Supergraph>, limits: PlanningLimits) -> Self {
        QueryPlanner { supergraph, limits }
    }

    pub fn supergraph(&self) -> &Arc<Supergraph> {
        &self.supergraph
    }

    /// The variables whose truth values select the plan, sorted by name, each once.
    pub fn condition_variables(document: &ExecutableDocument, operation: &Operation) -> Vec<Name> {
        let _ = (document, operation);
        Vec::new()
    }

    /// Plans `operation`, which is one of `document`'s and valid against the API schema.
    pub fn plan(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        conditions: &Conditions,
    ) -> Result<QueryPlan, PlanError> {
        let _ = (document, operation, conditions, self.limits);
        Err(PlanError::TooMuchWork)
    }
}

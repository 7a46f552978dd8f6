//! Plans an operation for the truth values of its conditions and for what its caller may read.

use crate::{
    client_error::ClientError,
    error_code::ErrorCode,
    pipeline::{document::operation_at, variables::CoercedVariables},
};
use apollo_compiler::{ExecutableDocument, Name, validation::Valid};
use hansa_executor::PreparedPlan;
use hansa_query_planner::{Conditions, PlanError, PlanningLimits, QueryPlanner, Specialisation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much planning one operation may cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlanningConfig {
    /// Past this many moves tried, the best plan so far stands; past three times as many, there is none.
    pub moves_max: u32,
    /// A plan of more fetches is refused.
    pub fetches_max: u32,
}

impl Default for PlanningConfig {
    fn default() -> Self {
        let limits = PlanningLimits::default();
        PlanningConfig { moves_max: limits.moves_max, fetches_max: limits.fetches_max }
    }
}

impl PlanningConfig {
    pub(crate) fn limits(&self) -> PlanningLimits {
        PlanningLimits { moves_max: self.moves_max, fetches_max: self.fetches_max }
    }
}

/// The truth values of `names`, in that order. GraphQL specification, "Type System Directives": `if` is `Boolean!`, which
/// a nullable variable may still break where it or the argument has a default. Without a value it is the argument that
/// has one, which is `true`: that of `@defer` and `@stream`.
pub(crate) fn conditions(names: &[Name], variables: &CoercedVariables) -> Result<Conditions, ClientError> {
    let truth = |name: &Name| {
        let value = variables.iter().find(|(known, _)| known == name);
        match value.map(|(_, json)| json.as_ref()) {
            Some(b"true") => Ok((name.clone(), true)),
            Some(b"false") => Ok((name.clone(), false)),
            None => Ok((name.clone(), true)),
            Some(_) => {
                let description = format!("`${name}` is the `if` of a directive and must not be null");
                Err(ClientError::new(ErrorCode::BadUserInput, description))
            }
        }
    };
    names.iter().map(truth).collect::<Result<_, _>>().map(Conditions)
}

/// Synchronous work that may take milliseconds. The operation is given by its index.
pub(crate) fn prepare(
    planner: &QueryPlanner,
    (document, operation): (&Valid<ExecutableDocument>, usize),
    specialisation: Specialisation<'_>,
) -> Result<PreparedPlan, ClientError> {
    let plan = planner.plan(document, operation_at(document, operation), specialisation).map_err(refusal)?;
    Ok(PreparedPlan::new(plan, planner.supergraph()))
}

/// The plan, or why there is none, if that takes little work: then it is done where it is asked for.
pub(crate) fn prepare_quickly(
    planner: &QueryPlanner,
    (document, operation): (&Valid<ExecutableDocument>, usize),
    specialisation: Specialisation<'_>,
) -> Option<Result<PreparedPlan, ClientError>> {
    let plan = planner.plan_quickly(document, operation_at(document, operation), specialisation)?;
    Some(plan.map(|plan| PreparedPlan::new(plan, planner.supergraph())).map_err(refusal))
}

fn refusal(error: PlanError) -> ClientError {
    match error {
        PlanError::TooManyFetches { .. } | PlanError::TooMuchWork => {
            ClientError::new(ErrorCode::PlanTooLarge, error.to_string())
        }
        PlanError::IntrospectionBelow { .. } => ClientError::new(ErrorCode::IntrospectionBelow, error.to_string()),
        PlanError::Unreachable { ref position, .. } => {
            tracing::error!(%error, "supergraph has a field that cannot be reached");
            let description = format!("`{position}` cannot be answered by any subgraph");
            ClientError::new(ErrorCode::PlanImpossible, description)
        }
    }
}

//! A router over one supergraph: plans an operation, and carries the plan out.

use super::Difference;
use crate::{
    guards::Caller,
    operation::{Operation, ParsedOperation},
    transport::{Cluster, block_on},
    world::{SubgraphIndex, World},
};
use apollo_compiler::{ExecutableDocument, Name, response::JsonMap};
use bytes::Bytes;
use hansa_executor::{
    ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, MemoryLease, Payload, PreparedPlan, execute,
    execute_incrementally,
};
use hansa_federation::{Grants, LabelId, Supergraph};
use hansa_query_planner::{Conditions, PlanningLimits, Preference, QueryPlanner, Specialisation};
use serde_json::Value as Json;
use std::{panic::catch_unwind, sync::Arc};

#[derive(Debug)]
pub(super) struct Router {
    supergraph: Arc<Supergraph>,
    planner: QueryPlanner,
    /// The world's numbers of the subgraphs, in the order in which the executor numbers them.
    pub(super) order: Vec<SubgraphIndex>,
}

/// Which plan is wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) preference: Preference,
    pub(super) is_incremental: bool,
}

/// An operation that is ready to be carried out, any number of times.
pub(super) struct Planned {
    prepared: PreparedPlan,
    variables: Vec<(Name, Bytes)>,
    error_policy: ErrorPolicy,
    pub(super) text: String,
}

impl Router {
    pub(super) fn new(world: &World, sdl: &str) -> Result<Router, Box<Difference>> {
        let supergraph = match catch_unwind(|| Supergraph::parse(sdl, "supergraph.graphql")) {
            Ok(Ok(supergraph)) => supergraph,
            Ok(Err(error)) => return Err(Difference::boxed("refused", error.to_string())),
            Err(_) => return Err(Difference::boxed("panic", "Supergraph::parse".to_owned())),
        };
        let supergraph = supergraph
            .with_incremental_directives()
            .map_err(|clash| Difference::boxed("refused", clash.to_string()))?;
        let supergraph = Arc::new(supergraph);
        let index_of = |name: &str| world.subgraphs.iter().position(|known| known == name);
        let order = (supergraph.subgraphs.iter()).map(|known| index_of(&known.name)).collect::<Option<Vec<_>>>();
        let order = order.ok_or_else(|| Difference::boxed("world", "a subgraph of no world".to_owned()))?;
        let planner = QueryPlanner::new(Arc::clone(&supergraph), PlanningLimits::default());
        Ok(Router { supergraph, planner, order })
    }

    pub(super) fn plan(
        &self,
        (operation, parsed): (&Operation, &ParsedOperation),
        choice: Choice,
    ) -> Result<Planned, Box<Difference>> {
        let failed = Difference::boxed;
        let text = operation.text();
        let document = ExecutableDocument::parse_and_validate(&self.supergraph.api_schema, text, "operation.graphql")
            .map_err(|invalid| failed("API schema", invalid.errors.to_string()))?;
        let requested =
            document.operations.get(None).map_err(|error| failed("API schema", error.message().to_string()))?;
        let variables = serde_json::from_value::<JsonMap>(Json::Object(operation.variable_values()))
            .map_err(|error| failed("world", error.to_string()))?;
        let variables =
            apollo_compiler::request::coerce_variable_values(&self.supergraph.api_schema, requested, &variables)
                .map_err(|error| failed("world", error.message().to_string()))?;
        let conditions = QueryPlanner::condition_variables(&document, requested)
            .into_iter()
            .map(|name| {
                let truth = parsed.variables.get(name.as_str()).and_then(Json::as_bool).unwrap_or_default();
                (name, truth)
            })
            .collect();
        let conditions = Conditions(conditions);
        let grants = match &operation.caller {
            Caller { is_known: true, scopes } => Grants::authenticated(scopes.iter().cloned()),
            Caller { is_known: false, .. } => Grants::ANONYMOUS,
        };
        let unmet = self.supergraph.unmet(&self.planner.requirements(&document, requested), &grants);
        let Choice { preference, is_incremental } = choice;
        let is_active = |label: &LabelId| operation.labels.contains(self.supergraph.override_label(*label));
        let mut active_labels = self.planner.override_labels(&document, requested);
        active_labels.retain(is_active);
        let specialisation =
            Specialisation { conditions: &conditions, unmet: &unmet, active_labels: &active_labels, is_incremental };
        let planner = self.planner.with_preference(preference);
        let plan = || planner.plan(&document, requested, specialisation);
        let first = plan().map_err(|error| failed("planning", error.to_string()))?;
        let text = format!("{first:#?}");
        let is_same = plan().is_ok_and(|second| format!("{second:#?}") == text);
        if !is_same {
            return Err(failed("determinism", "the second plan differs from the first".to_owned()));
        }
        let variables = variables
            .iter()
            .filter_map(|(name, value)| Some((Name::new(name.as_str()).ok()?, Bytes::from(value.to_string()))))
            .collect();
        let prepared = PreparedPlan::new(first, &self.supergraph);
        Ok(Planned { prepared, variables, error_policy: ErrorPolicy::default(), text })
    }

    /// `None`: it does not end.
    pub(super) fn execute(&self, planned: &Planned, cluster: &Cluster<'_>) -> Option<Execution> {
        block_on(execute(&planned.prepared, &self.supergraph, cluster, planned.request()))
    }

    /// All payloads. `None`: they do not end.
    pub(super) fn execute_in_parts(&self, planned: &Planned, cluster: &Cluster<'_>) -> Option<Vec<Payload>> {
        let mut execution = execute_incrementally(&planned.prepared, &self.supergraph, cluster, planned.request());
        block_on(async {
            let mut payloads = Vec::new();
            while let Some(payload) = execution.next().await {
                payloads.push(payload);
            }
            payloads
        })
    }
}

impl Planned {
    fn request(&self) -> ExecutionRequest<'_> {
        ExecutionRequest {
            variables: &self.variables,
            introspection: &[],
            limits: ExecutionLimits::default(),
            memory: MemoryLease::uncounted(),
            error_policy: &self.error_policy,
            trace_id: "",
        }
    }
}

//! A request prepared as the server does it, without HTTP, caches and network: for programs that try what any bytes lead
//! to.

use crate::{
    client_error::ClientError,
    config::Config,
    http::graphql_request::GraphqlRequest,
    pipeline::{
        document::{Document, get_operation},
        introspection::{self, ImplementersMap},
        limits::LimitsConfig,
        operation_is_allowed, plan, variables,
    },
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_executor::PreparedPlan;
use hansa_federation::{Grants, LabelId, Supergraph};
use hansa_query_planner::{QueryPlanner, Specialisation};
use std::sync::Arc;

/// One supergraph with the default settings.
#[derive(Debug)]
pub struct DryRun {
    planner: QueryPlanner,
    implementers: ImplementersMap,
    limits: LimitsConfig,
}

/// Who asks, and what for.
#[derive(Debug, Clone, Copy)]
pub struct DryCaller<'a> {
    pub grants: &'a Grants,
    /// Labels of progressive overrides, ascending.
    pub active_labels: &'a [LabelId],
    /// The client takes the response in parts.
    pub is_incremental: bool,
}

/// What would be executed.
#[derive(Debug)]
pub struct DryOperation {
    pub plan: PreparedPlan,
    /// Coerced values as JSON text.
    pub variables: Vec<(Name, Bytes)>,
    /// Answers to `__schema` and `__type`: response name and JSON text.
    pub introspection: Vec<(Name, Bytes)>,
}

impl DryRun {
    pub fn new(supergraph: Arc<Supergraph>) -> DryRun {
        let config = Config::default();
        DryRun {
            implementers: supergraph.api_schema.implementers_map(),
            planner: QueryPlanner::new(supergraph, config.planning.limits()),
            limits: config.limits,
        }
    }

    pub fn supergraph(&self) -> &Supergraph {
        self.planner.supergraph()
    }

    /// `body` is that of a POST. A request that is refused gives the body of the refusal.
    pub fn prepare(&self, body: &[u8], caller: DryCaller<'_>) -> Result<DryOperation, Vec<u8>> {
        self.try_prepare(body, caller).map_err(|refusal| refusal.to_json(""))
    }

    fn try_prepare(&self, body: &[u8], caller: DryCaller<'_>) -> Result<DryOperation, ClientError> {
        let request = GraphqlRequest::from_body(body)?;
        let document = Document::read(&request.query, &self.planner, (&self.limits, true))?;
        let operation = get_operation(&document.operations, request.operation_name.as_deref())?;
        let facts = &document.operations[operation];
        operation_is_allowed(facts, (false, false))?;
        introspection::check(facts, true)?;
        if let Some(variables) = request.variables {
            variables::check_text(variables.get(), &self.limits)?;
        }
        let supergraph = self.supergraph();
        let variables = variables::coerce(&supergraph.api_schema, &facts.variables, request.variables)?;
        variables::check_initial_counts(&facts.incremental.initial_counts, &variables)?;
        let conditions = plan::conditions(&facts.condition_variables, &variables)?;
        let unmet = supergraph.unmet(&facts.requirements, caller.grants);
        let specialisation = Specialisation {
            conditions: &conditions,
            unmet: &unmet,
            active_labels: caller.active_labels,
            is_incremental: caller.is_incremental && facts.incremental.is_there,
        };
        let plan = plan::prepare(&self.planner, (&document.executable, operation), specialisation)?;
        let introspection = match facts.asks_introspection {
            true => {
                introspection::answer(supergraph, &self.implementers, (&document.executable, operation), &variables)?
                    .to_vec()
            }
            false => Vec::new(),
        };
        Ok(DryOperation { plan, variables, introspection })
    }
}

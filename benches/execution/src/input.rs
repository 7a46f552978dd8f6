//! A plan with everything that it takes to execute it.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use anyhow::{Result, anyhow, bail};
use apollo_compiler::{ExecutableDocument, Name};
use bytes::Bytes;
use hansa_executor::{ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, MemoryLease, PreparedPlan, execute};
use hansa_federation::Supergraph;
use hansa_query_planner::{PlanningLimits, QueryPlanner, Specialisation};

use crate::memory_transport::{MemoryTransport, Subgraphs};

#[derive(Debug)]
pub struct Input {
    pub name: &'static str,
    supergraph: Arc<Supergraph>,
    plan: PreparedPlan,
    variables: Vec<(Name, Bytes)>,
    pub transport: MemoryTransport,
    pub response_bytes: usize,
}

impl Input {
    /// Plans the operation, and executes it once: now all answers are there, and the plan knows what it usually needs.
    pub fn new(
        name: &'static str,
        (supergraph, operation): (&str, &str),
        variables: &[(&str, &'static str)],
        subgraphs: Subgraphs,
    ) -> Result<Input> {
        let supergraph = Arc::new(Supergraph::parse(supergraph, "supergraph.graphql")?);
        let planner = QueryPlanner::new(supergraph.clone(), PlanningLimits::default());
        let document = ExecutableDocument::parse_and_validate(&supergraph.api_schema, operation, "operation.graphql")
            .map_err(|invalid| anyhow!("{name}: {}", invalid.errors))?;
        let operation = document.operations.get(None).map_err(|error| anyhow!("{name}: {}", error.message()))?;
        let plan = planner.plan(&document, operation, Specialisation::NONE)?;
        let mut given = Vec::new();
        for &(variable, json) in variables {
            given.push((Name::new(variable)?, Bytes::from_static(json.as_bytes())));
        }
        let names = supergraph.subgraphs.iter().map(|subgraph| subgraph.name.clone()).collect();
        let mut input = Input {
            name,
            plan: PreparedPlan::new(plan, &supergraph),
            supergraph,
            variables: given,
            transport: MemoryTransport::new(subgraphs, names),
            response_bytes: 0,
        };
        let execution = input.execute();
        let error_count = execution.error_count;
        let body = execution.into_whole_body();
        if error_count > 0 {
            bail!("{name}: {}", String::from_utf8_lossy(&body[body.len().saturating_sub(500)..]));
        }
        input.response_bytes = body.len() + 1;
        Ok(input)
    }

    pub fn execute(&self) -> Execution {
        let request = ExecutionRequest {
            memory: MemoryLease::uncounted(),
            variables: &self.variables,
            introspection: &[],
            limits: ExecutionLimits::default(),
            error_policy: &ErrorPolicy::default(),
            trace_id: "",
        };
        let mut execution = pin!(execute(&self.plan, &self.supergraph, &self.transport, request));
        loop {
            // Answers are there when they are asked for.
            if let Poll::Ready(execution) = execution.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return execution;
            }
        }
    }
}

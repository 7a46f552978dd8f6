//! What happens to a request once its operation text is known: [`run`] is the only order.

pub(crate) mod authorise;
pub(crate) mod byte_cache;
pub(crate) mod cached_document;
pub(crate) mod document;
pub(crate) mod execute;
pub(crate) mod flights;
pub(crate) mod incremental_delivery;
pub(crate) mod incremental_rules;
pub(crate) mod incremental_usage;
pub(crate) mod introspection;
pub(crate) mod json_object;
pub(crate) mod limits;
pub(crate) mod override_labels;
pub(crate) mod plan;
pub(crate) mod plan_cache;
pub(crate) mod query_plan_report;
pub(crate) mod quick_syntax;
pub(crate) mod variables;

use crate::{
    authentication::Caller,
    client_address::ClientAddress,
    client_error::ClientError,
    error_code::ErrorCode,
    graph::Graph,
    http::graphql_request::GraphqlRequest,
    metrics::{Outcome, RouterMetrics},
    passports::RequestPassport,
    subgraph_transport::RequestTransport,
};
use apollo_compiler::{ExecutableDocument, executable::OperationType, validation::Valid};
use bytes::Bytes;
use cached_document::CachedDocument;
use document::{Document, OperationFacts, get_operation};
use hansa_executor::{
    ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, FetchReport, HeldBytes, MemoryLease, PreparedPlan,
};
use hansa_passport::Minter;
use hansa_query_planner::plan::QueryPlan;
use hansa_telemetry::TraceContext;
use http::HeaderMap;
use limits::LimitsConfig;
use override_labels::LabelRules;
use plan_cache::{IntrospectionAnswer, PlanKey};
use std::sync::{Arc, Mutex, atomic::AtomicUsize};
use variables::CoercedVariables;

/// What the steps need beside the request, built once.
#[derive(Debug)]
pub(crate) struct PipelineSettings {
    pub(crate) limits: LimitsConfig,
    pub(crate) is_introspection_on: bool,
    pub(crate) is_query_plan_on: bool,
    pub(crate) is_incremental_on: bool,
    pub(crate) execution_limits: ExecutionLimits,
    pub(crate) error_policy: ErrorPolicy,
    pub(crate) minter: Option<Minter>,
    pub(crate) label_rules: Arc<LabelRules>,
}

/// The parts of the HTTP request that outlive its reading.
#[derive(Debug)]
pub(crate) struct RequestContext {
    pub(crate) trace: TraceContext,
    pub(crate) headers: HeaderMap,
    /// From the verified token; a visitor without one.
    pub(crate) caller: Arc<Caller>,
    pub(crate) client: Option<ClientAddress>,
    pub(crate) wants_query_plan: bool,
    /// Of a response with deferred fragments or streamed lists.
    pub(crate) takes_parts: bool,
    /// The responses of a subscription, however many there are.
    pub(crate) takes_events: bool,
}

/// An operation that can be executed.
#[derive(Debug)]
pub(crate) struct ReadyOperation {
    pub(crate) plan: Arc<PreparedPlan>,
    pub(crate) variables: CoercedVariables,
    pub(crate) introspection: Option<IntrospectionAnswer>,
    pub(crate) document: Arc<CachedDocument>,
    pub(crate) operation: usize,
}

/// Body of a response and how the request went.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The beginning of a large response.
    pub(crate) parts: Vec<Bytes>,
    pub(crate) body: Vec<u8>,
    pub(crate) held: HeldBytes,
    pub(crate) outcome: Outcome,
}

/// Everything before execution: a request that is refused is refused here, and nothing has been asked of a subgraph.
pub(crate) async fn prepare(
    graph: &Arc<Graph>,
    settings: &Arc<PipelineSettings>,
    metrics: &RouterMetrics,
    (request, is_get): (&GraphqlRequest<'_>, bool),
    context: &RequestContext,
) -> Result<ReadyOperation, ClientError> {
    let document = document(graph, settings, &request.query).await?;
    let operation = get_operation(&document.operations, request.operation_name.as_deref())?;
    let facts = &document.operations[operation];
    operation_is_allowed(facts, (is_get, context.takes_events))?;
    introspection::check(facts, settings.is_introspection_on)?;
    if let Some(variables) = request.variables {
        variables::check_text(variables.get(), &settings.limits)?;
    }
    let api_schema = &graph.supergraph().api_schema;
    let variables = variables::coerce(api_schema, &facts.variables, request.variables)?;
    variables::check_initial_counts(&facts.incremental.initial_counts, &variables)?;
    let plan = query_plan((graph, settings), metrics, (&document, operation), &variables, context).await?;
    let introspection = introspection_answer((graph, settings), &document, operation, &variables).await?;
    Ok(ReadyOperation { plan, variables, introspection, document, operation })
}

/// Asks the subgraphs and writes the response.
pub(crate) async fn run(
    graph: &Graph,
    settings: &PipelineSettings,
    context: &RequestContext,
    (ready, memory): (&ReadyOperation, &Arc<MemoryLease>),
) -> Answer {
    let plan = ready.plan.plan();
    let transport = transport(graph, settings, context, (plan, memory));
    let request = execution_request(settings, context, (ready, memory));
    let Execution { parts, mut body, held, error_count, fetches } =
        hansa_executor::execute(&ready.plan, graph.supergraph(), &transport, request).await;
    ready.plan.keep_peak(memory.peak_bytes());
    report_failures(graph, context, &fetches);

    if context.wants_query_plan && settings.is_query_plan_on {
        query_plan_report::append(plan, graph.supergraph(), (&mut body, &fetches), &transport.shared());
    }
    body.push(b'}');
    Answer {
        parts,
        body,
        held,
        outcome: match error_count {
            _ if memory.is_refused() => Outcome::Refused(ErrorCode::Overloaded),
            0 => Outcome::Answered,
            _ => Outcome::Partial,
        },
    }
}

pub(crate) fn transport<'a>(
    graph: &'a Graph,
    settings: &'a PipelineSettings,
    context: &'a RequestContext,
    (plan, memory): (&'a QueryPlan, &Arc<MemoryLease>),
) -> RequestTransport<'a> {
    RequestTransport {
        endpoints: graph.endpoints(),
        client_headers: &context.headers,
        trace: &context.trace,
        passport: RequestPassport::new(settings.minter.as_ref(), (&context.caller.claims, context.client), plan),
        shared: Mutex::default(),
        memory: memory.clone(),
        answer_bytes: AtomicUsize::new(0),
    }
}

pub(crate) fn execution_request<'a>(
    settings: &'a PipelineSettings,
    context: &'a RequestContext,
    (ready, memory): (&'a ReadyOperation, &'a Arc<MemoryLease>),
) -> ExecutionRequest<'a> {
    ExecutionRequest {
        variables: &ready.variables,
        introspection: ready.introspection.as_deref().unwrap_or_default(),
        limits: settings.execution_limits,
        memory,
        error_policy: &settings.error_policy,
        trace_id: context.trace.trace_id(),
    }
}

pub(crate) fn report_failures(graph: &Graph, context: &RequestContext, fetches: &[FetchReport]) {
    for report in fetches.iter().filter(|report| report.failure.is_some()) {
        if let Some(endpoint) = graph.endpoints().get(report.subgraph.0 as usize) {
            endpoint.fetch_failed(report, context.trace.trace_id());
        }
    }
}

impl ReadyOperation {
    pub(crate) fn facts(&self) -> &OperationFacts {
        &self.document.operations[self.operation]
    }

    pub(crate) fn is_subscription(&self) -> bool {
        self.facts().kind == OperationType::Subscription
    }

    pub(crate) fn is_mutation(&self) -> bool {
        self.facts().kind == OperationType::Mutation
    }
}

async fn document(
    graph: &Arc<Graph>,
    settings: &Arc<PipelineSettings>,
    text: &str,
) -> Result<Arc<CachedDocument>, ClientError> {
    let (graph, settings) = (graph.clone(), settings.clone());
    let cache_graph = graph.clone();
    let limits = settings.clone();
    let is_quick = |text: &str| Document::is_quickly_read(text, &limits.limits);
    cache_graph.plan_cache().document(text, is_quick, move |text| settings.read(&graph, text)).await
}

impl PipelineSettings {
    pub(crate) fn read(&self, graph: &Graph, text: &str) -> Result<Document, ClientError> {
        Document::read(text, graph.planner(), (&self.limits, self.is_incremental_on))
    }

    /// The document itself, read again if it was let go of.
    pub(crate) fn executable(
        &self,
        graph: &Graph,
        document: &CachedDocument,
    ) -> Result<Arc<Valid<ExecutableDocument>>, ClientError> {
        match document.executable() {
            Some(executable) => Ok(executable),
            None => self.read(graph, &document.text).map(|document| Arc::new(document.executable)),
        }
    }
}

pub(crate) fn operation_is_allowed(
    facts: &OperationFacts,
    (is_get, takes_events): (bool, bool),
) -> Result<(), ClientError> {
    match facts.kind {
        OperationType::Query => Ok(()),
        OperationType::Mutation if is_get => {
            Err(ClientError::method_not_allowed("mutations need POST: a GET must not change anything", "POST"))
        }
        OperationType::Mutation => Ok(()),
        OperationType::Subscription if takes_events => Ok(()),
        OperationType::Subscription => {
            let description = "a subscription has many responses, and this request is for one: use a WebSocket \
                               (graphql-transport-ws), or accept text/event-stream or \
                               multipart/mixed;subscriptionSpec=1.0";
            Err(ClientError::new(ErrorCode::SubscriptionsNotSupported, description))
        }
    }
}

async fn query_plan(
    (graph, settings): (&Arc<Graph>, &Arc<PipelineSettings>),
    metrics: &RouterMetrics,
    (document, operation): (&Arc<CachedDocument>, usize),
    variables: &CoercedVariables,
    context: &RequestContext,
) -> Result<Arc<PreparedPlan>, ClientError> {
    let facts = &document.operations[operation];
    let conditions = plan::conditions(&facts.condition_variables, variables)?;
    let key = PlanKey {
        operation,
        conditions: conditions.0.iter().map(|(_, truth)| *truth).collect(),
        unmet: graph.supergraph().unmet(&facts.requirements, &context.caller.grants),
        active_labels: settings.label_rules.active(graph.supergraph(), &facts.override_labels, context),
        // An event is answered as a whole.
        is_incremental: context.takes_parts && facts.incremental.is_there && facts.kind != OperationType::Subscription,
    };
    let cached = document.plan(&key);
    metrics.plan_lookup(cached.is_some());
    if let Some(plan) = cached {
        return plan.map_err(|error| error.as_ref().clone());
    }
    // A document that was let go of would have to be read first.
    if let Some(executable) = document.executable().filter(|_| graph.plan_cache().may_plan_here(document))
        && let Some(plan) =
            plan::prepare_quickly(graph.planner(), (&executable, operation), key.specialisation(&conditions))
    {
        return graph.plan_cache().keep_made_here(document, key, plan);
    }
    let (owned_graph, settings, owned, made_for) = (graph.clone(), settings.clone(), document.clone(), key.clone());
    let make = move || {
        let executable = settings.executable(&owned_graph, &owned)?;
        plan::prepare(owned_graph.planner(), (&executable, operation), made_for.specialisation(&conditions))
    };
    graph.plan_cache().plan(document, key, make).await
}

async fn introspection_answer(
    (graph, settings): (&Arc<Graph>, &Arc<PipelineSettings>),
    document: &Arc<CachedDocument>,
    operation: usize,
    variables: &CoercedVariables,
) -> Result<Option<IntrospectionAnswer>, ClientError> {
    let facts = &document.operations[operation];
    if !facts.asks_introspection {
        return Ok(None);
    }
    let is_constant = facts.variables.is_empty();
    let (owned_graph, settings, owned, variables) =
        (graph.clone(), settings.clone(), document.clone(), variables.clone());
    let make = move || {
        let executable = settings.executable(&owned_graph, &owned)?;
        let supergraph = owned_graph.supergraph();
        introspection::answer(supergraph, owned_graph.implementers(), (&executable, operation), &variables)
    };
    let answer = graph.plan_cache().introspection((document.id, operation), is_constant, make).await?;
    Ok(Some(answer))
}

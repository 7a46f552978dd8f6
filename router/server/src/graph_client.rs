//! A supergraph and its running subgraphs, asked without HTTP in front: for tools that compare plans. Operations go
//! through the router's own reading, planning and transport, with the router's settings.
//!
//! Four things differ. Where the settings have no rules for headers, those of the client go to all subgraphs. Where no
//! issuer of tokens is configured, nobody is refused anything, as in `hansa plan`: a tool is for those who run the graph.
//! The caller is found out once, so that a token may expire meanwhile. And what is deferred or streamed comes with the
//! rest.

use crate::{
    Config,
    authentication::{Authentication, Caller},
    client_error::ClientError,
    graph::{GraphError, read_supergraph},
    metrics::{AuthenticationMetrics, RouterMetrics},
    passports::RequestPassport,
    pipeline::{
        authorise::is_authentication_configured,
        document::{Document, get_operation},
        introspection, plan,
        plan_cache::IntrospectionAnswer,
        variables,
    },
    serve::{ServeError, minter},
    subgraph_transport::{
        Endpoint, RequestTransport, endpoints,
        headers::{HeaderRule, HeadersConfig, InsertRule},
        http_client::HttpClients,
    },
};
use apollo_compiler::Name;
use bytes::Bytes;
use hansa_executor::{ErrorPolicy, ExecutionRequest, MemoryLease, PreparedPlan, execute};
use hansa_federation::{LabelId, SubgraphId, Supergraph};
use hansa_passport::Minter;
use hansa_query_planner::{Preference, QueryPlanner, Specialisation, plan::QueryPlan};
use hansa_telemetry::{Metrics, TraceContext};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::value::RawValue;
use std::{
    fmt,
    sync::{Arc, Mutex},
};

/// A header of the client's requests.
#[derive(Debug, Clone)]
pub struct ClientHeader {
    name: HeaderName,
    value: HeaderValue,
}

/// Reads `authorization: Bearer TOKEN`. Mistakes do not repeat the text, since a secret is in it.
pub fn parse_header(text: &str) -> Result<ClientHeader, String> {
    let (name, value) =
        text.split_once(':').ok_or("a header is a name, a colon and a value, such as 'authorization: Bearer TOKEN'")?;
    let name = name.trim().parse().map_err(|_| "what stands before the colon is no header name".to_owned())?;
    let mut value: HeaderValue =
        value.trim().parse().map_err(|_| "the value has what no header may have".to_owned())?;
    value.set_sensitive(true);
    Ok(ClientHeader { name, value })
}

/// The rule that sends a header to every subgraph. A token that the router itself reads is not for them.
fn sent_on(header: &ClientHeader, config: &Config) -> Option<HeaderRule> {
    let is_for_router = header.name == header::AUTHORIZATION && is_authentication_configured(config);
    let value = header.value.to_str().ok()?;
    let rule = InsertRule { name: header.name.to_string(), value: value.to_owned() };
    (!is_for_router).then_some(HeaderRule::Insert(rule))
}

/// Answers operations over one supergraph, on behalf of one caller.
#[derive(Debug)]
pub struct GraphClient {
    config: Config,
    planner: QueryPlanner,
    endpoints: Vec<Endpoint>,
    error_policy: ErrorPolicy,
    minter: Option<Minter>,
    headers: HeaderMap,
    caller: Arc<Caller>,
}

/// An operation as a client would send it, and what its plan is made for besides.
#[derive(Debug, Clone, Copy)]
pub struct AskedOperation<'a> {
    pub document: &'a str,
    pub operation_name: Option<&'a str>,
    /// A JSON object.
    pub variables: &'a str,
    pub preference: Preference,
    /// Labels of progressive overrides that are active, ascending.
    pub active_labels: &'a [LabelId],
}

/// An operation that can be asked, as often as one likes.
#[derive(Debug)]
pub struct PlannedOperation {
    plan: PreparedPlan,
    variables: Vec<(Name, Bytes)>,
    introspection: Option<IntrospectionAnswer>,
}

/// What came of asking.
#[derive(Debug)]
pub struct GraphAnswer {
    /// The response, JSON.
    pub body: Vec<u8>,
    /// How often each subgraph was asked, one entry for each request.
    pub asked: Vec<SubgraphId>,
    /// Requests to subgraphs that got no usable answer, with the code of the error.
    pub failed: Vec<(SubgraphId, &'static str)>,
}

/// Why an operation or its caller is refused before any subgraph is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{descriptions}")]
pub struct RefusedOperation {
    /// As a client would find it in `extensions.code`.
    pub code: &'static str,
    descriptions: Descriptions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Descriptions(Vec<String>);

impl fmt::Display for Descriptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("; "))
    }
}

impl From<ClientError> for RefusedOperation {
    fn from(error: ClientError) -> Self {
        let descriptions = error.findings.into_iter().map(|finding| match finding.locations.first() {
            Some(location) => format!("{}:{}: {}", location.line, location.column, finding.description),
            None => finding.description,
        });
        RefusedOperation { code: error.code.as_str(), descriptions: Descriptions(descriptions.collect()) }
    }
}

impl GraphClient {
    /// Reads a supergraph SDL; `path` names it in messages. `headers` are what the client sends: the settings' rules say
    /// which of them go on to the subgraphs.
    pub fn new(
        mut config: Config,
        (sdl, path): (&str, &str),
        headers: &[ClientHeader],
    ) -> Result<GraphClient, ServeError> {
        if config.headers == HeadersConfig::default() {
            config.headers.all = headers.iter().filter_map(|header| sent_on(header, &config)).collect();
        }
        config.check().map_err(ServeError::Contradiction)?;
        let refused = |source| ServeError::Supergraph { path: path.to_owned(), source };
        let supergraph = read_supergraph(sdl, path).map_err(refused)?;
        let supergraph = Arc::new(match config.incremental_delivery.enabled {
            true => supergraph.with_incremental_directives().map_err(|clash| refused(GraphError::from(clash)))?,
            false => supergraph,
        });
        let metrics = RouterMetrics::register(Metrics::new().registry_mut());
        let clients = HttpClients::default();
        let endpoints = endpoints(&supergraph, &config, &clients, |subgraph| metrics.fetches_of(subgraph));
        Ok(GraphClient {
            endpoints: endpoints.map_err(|error| refused(error.into()))?,
            planner: QueryPlanner::new(supergraph, config.planning.limits()),
            error_policy: config.subgraph_errors.policy(),
            minter: minter(&config, None)?,
            headers: headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect(),
            caller: Arc::default(),
            config,
        })
    }

    pub fn supergraph(&self) -> &Arc<Supergraph> {
        self.planner.supergraph()
    }

    /// Headers that the settings' rules keep from every subgraph, and that do not say who is asking.
    pub fn unused_headers(&self) -> Vec<&HeaderName> {
        let is_unused = |name: &&HeaderName| {
            let values = self.headers.get_all(*name).iter();
            let only: HeaderMap = values.map(|value| ((*name).clone(), value.clone())).collect();
            let is_sent_on = self.endpoints.iter().any(|endpoint| endpoint.sends_on(&only));
            let says_who = *name == header::AUTHORIZATION && is_authentication_configured(&self.config);
            !is_sent_on && !says_who
        };
        self.headers.keys().filter(is_unused).collect()
    }

    /// Finds out from the headers who is asking; until then it is a visitor. Fetches the issuers' keys.
    pub async fn sign_in(&mut self) -> Result<(), SignInError> {
        let metrics = AuthenticationMetrics::register(Metrics::new().registry_mut());
        let authentication = Authentication::new(&self.config.authentication, &HttpClients::default(), metrics);
        let authentication = authentication.map_err(|error| SignInError::Start(ServeError::Authentication(error)))?;
        let caller = tokio::select! {
            caller = authentication.authenticate(&self.headers) => caller,
            never = authentication.keep_keys_fresh() => match never {},
        };
        self.caller = caller.map_err(|refusal| SignInError::Refused(refusal.to_client_error().into()))?;
        Ok(())
    }

    /// Synchronous work that may take milliseconds.
    pub fn plan(&self, asked: AskedOperation<'_>) -> Result<PlannedOperation, RefusedOperation> {
        let limits = &self.config.limits;
        let supergraph = self.supergraph();
        let document =
            Document::read(asked.document, &self.planner, (limits, self.config.incremental_delivery.enabled))?;
        let operation = get_operation(&document.operations, asked.operation_name)?;
        let facts = &document.operations[operation];
        let given: &RawValue = serde_json::from_str(asked.variables).map_err(|error| RefusedOperation {
            code: "BAD_REQUEST",
            descriptions: Descriptions(vec![format!("the variables are no JSON: {error}")]),
        })?;
        variables::check_text(given.get(), limits)?;
        let variables = variables::coerce(&supergraph.api_schema, &facts.variables, Some(given))?;
        let conditions = plan::conditions(&facts.condition_variables, &variables)?;
        let unmet = match is_authentication_configured(&self.config) {
            true => supergraph.unmet(&facts.requirements, &self.caller.grants),
            false => Vec::new(),
        };
        let specialisation = Specialisation {
            conditions: &conditions,
            unmet: &unmet,
            active_labels: asked.active_labels,
            is_incremental: false,
        };
        let planner = self.planner.with_preference(asked.preference);
        let plan = plan::prepare(&planner, (&document.executable, operation), specialisation)?;
        let introspection = match facts.asks_introspection {
            true => {
                let implementers = supergraph.api_schema.implementers_map();
                Some(introspection::answer(supergraph, &implementers, (&document.executable, operation), &variables)?)
            }
            false => None,
        };
        Ok(PlannedOperation { plan, variables, introspection })
    }

    /// Asks the subgraphs.
    pub async fn ask(&self, planned: &PlannedOperation) -> GraphAnswer {
        let trace = TraceContext::new();
        let plan = planned.plan.plan();
        let memory = MemoryLease::uncounted();
        let transport = RequestTransport {
            endpoints: &self.endpoints,
            memory: memory.clone(),
            answer_bytes: std::sync::atomic::AtomicUsize::new(0),
            client_headers: &self.headers,
            trace: &trace,
            passport: RequestPassport::new(self.minter.as_ref(), (&self.caller.claims, None), plan),
            shared: Mutex::default(),
        };
        let request = ExecutionRequest {
            variables: &planned.variables,
            introspection: planned.introspection.as_deref().unwrap_or_default(),
            limits: self.config.execution.limits(),
            memory,
            error_policy: &self.error_policy,
            trace_id: trace.trace_id(),
        };
        let execution = execute(&planned.plan, self.supergraph(), &transport, request).await;
        let failed = execution.fetches.iter().filter_map(|report| Some((report.subgraph, report.failure?)));
        let failed = failed.collect();
        let asked = execution.fetches.iter().map(|report| report.subgraph).collect();
        let mut body = execution.into_whole_body();
        body.push(b'}');
        GraphAnswer { body, asked, failed }
    }
}

impl PlannedOperation {
    pub fn plan(&self) -> &QueryPlan {
        self.plan.plan()
    }
}

/// Why nobody can be signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error(transparent)]
    Start(ServeError),
    #[error("the caller is refused")]
    Refused(#[source] RefusedOperation),
}

//! One supergraph, ready to answer: schema, planner, endpoints and caches. A reload makes a new one and swaps it in;
//! requests under way finish on the one they started with.

use crate::{
    Config,
    metrics::RouterMetrics,
    pipeline::{
        authorise::is_authentication_configured,
        introspection::ImplementersMap,
        override_labels::{LabelRules, warn_of_unknown},
        plan_cache::PlanCache,
    },
    subgraph_transport::{Endpoint, EndpointError, endpoints, http_client::HttpClients},
};
use hansa_federation::{Feature, IncrementalDirectiveClash, Purpose, Supergraph, SupergraphError};
use hansa_query_planner::QueryPlanner;
use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};
use tokio::sync::{Semaphore, watch};

/// Why a text cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    #[error("not a supergraph")]
    Supergraph(#[source] SupergraphError),
    #[error(transparent)]
    NotASupergraph(SupergraphError),
    #[error(
        "the supergraph uses {directives}, which this version of the router does not enforce; it would show data that \
         the schema protects, so it is refused. Remove the directives, or use a version that enforces them"
    )]
    SecurityNotEnforced { directives: String },
    #[error(
        "the supergraph uses {directives}, but the router has no way to know its callers: nobody could ever read what \
         they protect. Configure `authentication` with an issuer, or remove the directives"
    )]
    AuthenticationMissing { directives: String },
    #[error(
        "the supergraph needs {features} to be executed, which this version of the router does not know; it would give \
         wrong answers, so it is refused"
    )]
    ExecutionUnknown { features: String },
    #[error(
        "operations cannot use `@defer` and `@stream`. Rename the supergraph's directive, or switch \
         `incremental_delivery.enabled` off"
    )]
    IncrementalDirectives(#[from] IncrementalDirectiveClash),
    #[error("subgraphs cannot be asked")]
    Endpoints(#[from] EndpointError),
}

/// Enforced by leaving things out of the API schema.
const INACCESSIBLE: &str = "https://specs.apollo.dev/inaccessible";

/// Enforced by leaving things out of the plan.
const ENFORCED: [&str; 2] = ["https://specs.apollo.dev/authenticated", "https://specs.apollo.dev/requiresScopes"];

/// Planned: arguments are filled from above the field, and nowhere else. Clients do not see them.
const CONTEXT: &str = "https://specs.apollo.dev/context";

/// Protects data even where a supergraph does not say that it is for security.
const PROTECTING: &str = "https://specs.apollo.dev/policy";

#[derive(Debug)]
pub(crate) struct Graph {
    planner: Arc<QueryPlanner>,
    implementers: ImplementersMap,
    endpoints: Vec<Endpoint>,
    plan_cache: PlanCache,
}

/// What outlives each single graph.
#[derive(Debug)]
pub(crate) struct GraphSurroundings {
    pub(crate) config: Arc<Config>,
    pub(crate) clients: HttpClients,
    pub(crate) metrics: Arc<RouterMetrics>,
    /// Threads that may parse and plan at the same time.
    pub(crate) makers: Arc<Semaphore>,
    pub(crate) label_rules: Arc<LabelRules>,
}

impl Graph {
    /// Reads a supergraph SDL; `path` names it in messages. Synchronous work: milliseconds to seconds.
    pub(crate) fn new(sdl: &str, path: &str, surroundings: &GraphSurroundings) -> Result<Graph, GraphError> {
        let supergraph = read_supergraph(sdl, path)?;
        let config = &surroundings.config;
        let supergraph = Arc::new(match config.incremental_delivery.enabled {
            true => supergraph.with_incremental_directives()?,
            false => supergraph,
        });
        warn_of_unknown(&surroundings.label_rules.get(), &supergraph);
        callers_can_be_known(&supergraph, is_authentication_configured(config))?;
        let metrics_of = |subgraph: &str| surroundings.metrics.fetches_of(subgraph);
        let endpoints = endpoints(&supergraph, config, &surroundings.clients, metrics_of)?;
        Ok(Graph {
            implementers: supergraph.api_schema.implementers_map(),
            endpoints,
            plan_cache: PlanCache::new(&config.plan_cache, surroundings.makers.clone()),
            planner: Arc::new(QueryPlanner::new(supergraph, config.planning.limits())),
        })
    }

    pub(crate) fn supergraph(&self) -> &Supergraph {
        self.planner.supergraph()
    }

    pub(crate) fn planner(&self) -> &Arc<QueryPlanner> {
        &self.planner
    }

    pub(crate) fn implementers(&self) -> &ImplementersMap {
        &self.implementers
    }

    pub(crate) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    pub(crate) fn plan_cache(&self) -> &PlanCache {
        &self.plan_cache
    }
}

/// A supergraph that asks for nothing that the router does not know.
pub(crate) fn read_supergraph(sdl: &str, path: &str) -> Result<Supergraph, GraphError> {
    let supergraph = Supergraph::parse(sdl, path).map_err(|error| match error {
        SupergraphError::NotASupergraph => GraphError::NotASupergraph(error),
        _ => GraphError::Supergraph(error),
    })?;
    features_are_known(&supergraph.features)?;
    Ok(supergraph)
}

/// Closed on failure: what protects data or changes answers is never ignored. Link specification, "Purpose".
fn features_are_known(features: &[Feature]) -> Result<(), GraphError> {
    let protects = |feature: &&Feature| {
        let identity = feature.identity.as_str();
        let is_enforced = [INACCESSIBLE, CONTEXT].contains(&identity) || ENFORCED.contains(&identity);
        (feature.purpose == Some(Purpose::Security) && !is_enforced) || feature.identity == PROTECTING
    };
    if let Some(directives) = listed(features.iter().filter(protects)) {
        return Err(GraphError::SecurityNotEnforced { directives });
    }
    let changes_answers = features.iter().filter(|feature| feature.purpose == Some(Purpose::Execution));
    match listed(changes_answers) {
        Some(features) => Err(GraphError::ExecutionUnknown { features }),
        None => Ok(()),
    }
}

/// Where nobody can sign in, what is protected is closed to everybody, and that cannot be meant.
fn callers_can_be_known(supergraph: &Supergraph, is_authentication_configured: bool) -> Result<(), GraphError> {
    if supergraph.requirements.is_empty() || is_authentication_configured {
        return Ok(());
    }
    let demanding = supergraph.features.iter().filter(|feature| ENFORCED.contains(&feature.identity.as_str()));
    let directives = listed(demanding).unwrap_or_default();
    Err(GraphError::AuthenticationMissing { directives })
}

fn listed<'a>(features: impl Iterator<Item = &'a Feature>) -> Option<String> {
    let names: Vec<String> = features.map(|feature| format!("@{} ({})", feature.namespace, feature.identity)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The graph that new requests use. Graphs take turns: none serves once the next one's turn has come.
#[derive(Debug)]
pub(crate) struct CurrentGraph {
    served: RwLock<Arc<Graph>>,
    newest: AtomicU64,
    /// Since when something newer than what serves is on its way.
    waiting_since: Mutex<Option<Instant>>,
    /// Counts what has served.
    changes: watch::Sender<u64>,
}

impl CurrentGraph {
    pub(crate) fn new(graph: Graph) -> CurrentGraph {
        CurrentGraph {
            served: RwLock::new(Arc::new(graph)),
            newest: AtomicU64::new(0),
            waiting_since: Mutex::default(),
            changes: watch::Sender::new(0),
        }
    }

    pub(crate) fn get(&self) -> Arc<Graph> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// For whoever works with a graph for longer than one request.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// For a graph that is ready to serve, or nearly so; and since when such a graph has been waited for. The one before may
    /// never have served.
    pub(crate) fn next_turn(&self) -> (u64, Instant) {
        let mut waiting_since = self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *waiting_since.get_or_insert_with(Instant::now);
        (self.newest.fetch_add(1, Ordering::Relaxed) + 1, since)
    }

    /// The newest turn.
    pub(crate) fn turn(&self) -> u64 {
        self.newest.load(Ordering::Relaxed)
    }

    pub(crate) fn is_newest(&self, turn: u64) -> bool {
        self.turn() == turn
    }

    /// Whether the graph serves now: not if something newer is to serve.
    pub(crate) fn replace(&self, graph: Arc<Graph>, turn: u64) -> bool {
        let old = {
            let mut waiting_since = self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner);
            if !self.is_newest(turn) {
                return false;
            }
            *waiting_since = None;
            let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *served, graph)
        };
        // Dropped outside the locks: the last user of an old graph frees its caches.
        drop(old);
        self.changes.send_modify(|count| *count += 1);
        true
    }
}

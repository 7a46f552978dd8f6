//! The cases in `tests/cases`, planned and executed over mock subgraphs in this process. That folder's `README.md` says
//! which file is what.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "../it/client.rs"]
mod client;
mod events;
mod pieces;
mod spelling;

use apollo_compiler::{
    ExecutableDocument, Name, executable::Operation, introspection, request::coerce_variable_values, response::JsonMap,
    validation::Valid,
};
use bytes::Bytes;
use expect_test::expect_file;
use hansa_executor::{
    ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, MemoryLease, PreparedPlan, SubgraphRequest,
    SubgraphResponse, Transport, TransportError, codes, execute,
};
use hansa_federation::{Grants, Supergraph};
use hansa_mock_subgraph::MockSubgraph;
use hansa_query_planner::{Conditions, PlanningLimits, QueryPlanner, Specialisation};
use serde_json::Value;
use spelling::Spelling;
use std::{
    fs,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

#[test]
fn responses_are_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let is_case = |path: &PathBuf| path.is_dir() && !path.ends_with("demo") && !path.ends_with("composition");
    for folder in sorted(&root).into_iter().filter(is_case) {
        let sdl = fs::read_to_string(folder.join("supergraph.graphql")).unwrap();
        let supergraph = Supergraph::parse(&sdl, "supergraph.graphql");
        let supergraph = supergraph.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let supergraph = Arc::new(supergraph.with_incremental_directives().unwrap());
        let planner = QueryPlanner::new(supergraph, PlanningLimits::default());
        for (path, stem) in operations(&folder) {
            check(&folder, &planner, (&path, &stem));
        }
    }
}

/// Answers one operation of a case and compares with its `response.json`. What cannot be planned has none.
fn check(folder: &Path, planner: &QueryPlanner, (path, stem): (&Path, &str)) {
    let supergraph = planner.supergraph();
    let schema = &supergraph.api_schema;
    let text = fs::read_to_string(path).unwrap();
    let document = ExecutableDocument::parse_and_validate(schema, text, "operation.graphql");
    let document = document.unwrap_or_else(|invalid| panic!("{}: {}", path.display(), invalid.errors));
    let operation = document.operations.get(None).unwrap();
    let variables = fs::read_to_string(path.with_file_name(format!("{stem}variables.json")));
    let variables = serde_json::from_str(&variables.unwrap_or_else(|_| "{}".to_owned())).unwrap();
    let variables = coerce_variable_values(schema, operation, &variables).unwrap();
    let conditions = conditions(&document, operation, &variables);
    let unmet = supergraph.unmet(&planner.requirements(&document, operation), &grants(path, stem));
    let active_labels = active_labels(path, stem);
    let mut labels = planner.override_labels(&document, operation);
    labels.retain(|label| active_labels.iter().any(|active| active == supergraph.override_label(*label)));
    let specialisation =
        Specialisation { conditions: &conditions, unmet: &unmet, active_labels: &labels, ..Specialisation::NONE };
    let Ok(plan) = planner.plan(&document, operation, specialisation) else { return };
    let in_pieces =
        planner.plan(&document, operation, Specialisation { is_incremental: true, ..specialisation }).unwrap();
    let plan = PreparedPlan::new(plan, supergraph);
    let introspection = introspect(supergraph, &document, operation, &variables);
    let json = |(name, value): (_, &_)| (Name::new(name).unwrap(), Bytes::from(serde_json::to_vec(value).unwrap()));
    let variables: Vec<(Name, Bytes)> = variables.iter().map(|(name, value)| json((name.as_str(), value))).collect();
    let request = ExecutionRequest {
        variables: &variables,
        introspection: &introspection,
        limits: ExecutionLimits::default(),
        memory: MemoryLease::uncounted(),
        error_policy: &ErrorPolicy::default(),
        trace_id: "",
    };
    if plan.plan().source().is_some() {
        let events = events::responses(&plan, &InProcess::new(folder, supergraph, false), request);
        let reversed = events::responses(&plan, &InProcess::new(folder, supergraph, true), request);
        assert_eq!(reversed, events, "{}: the order in which subgraphs answer shows", path.display());
        return expect_file![path.with_file_name(format!("{stem}response.json"))].assert_eq(&events);
    }
    let whole = run(&plan, &InProcess::new(folder, supergraph, false), request);
    let in_order = response(&whole);
    expect_file![path.with_file_name(format!("{stem}response.json"))].assert_eq(&in_order);
    let reversed = response(&run(&plan, &InProcess::new(folder, supergraph, true), request));
    assert_eq!(reversed, in_order, "{}: the order in which subgraphs answer shows", path.display());
    for spelling in Spelling::OTHERS {
        let subgraphs = InProcess { spelling, ..InProcess::new(folder, supergraph, false) };
        let response = response(&run(&plan, &subgraphs, request));
        let [response, in_order] = [&response, &in_order].map(|text| spelling.meaning(text));
        assert_eq!(response, in_order, "{}: {spelling:?} answers mean something else", path.display());
    }
    if in_pieces.is_incremental() {
        let plan = PreparedPlan::new(in_pieces, supergraph);
        let subgraphs = [false, true].map(|latest_first| InProcess::new(folder, supergraph, latest_first));
        pieces::check(&plan, (path, stem), subgraphs.each_ref(), request, &whole);
    }
}

fn run(plan: &PreparedPlan, transport: &InProcess<'_>, request: ExecutionRequest<'_>) -> Execution {
    run_to_end(execute(plan, transport.supergraph, transport, request))
}

fn run_to_end(execution: impl Future<Output = Execution>) -> Execution {
    let mut execution = pin!(execution);
    // No answer waits for anything outside of this loop.
    for _ in 0..10_000 {
        if let Poll::Ready(execution) = execution.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return execution;
        }
    }
    panic!("the execution does not end");
}

fn response(execution: &Execution) -> String {
    let mut body = [&execution.parts.concat()[..], &execution.body[..]].concat();
    body.push(b'}');
    let response: Value = serde_json::from_slice(&body).unwrap();
    let error_count = response.get("errors").map_or(0, |errors| errors.as_array().unwrap().len());
    assert_eq!(error_count, execution.error_count);
    format!("{response:#}\n")
}

/// Of the case's caller; without a `caller.json` it is nobody who is known.
fn grants(path: &Path, stem: &str) -> Grants {
    let Ok(text) = fs::read_to_string(path.with_file_name(format!("{stem}caller.json"))) else {
        return Grants::ANONYMOUS;
    };
    let caller: Value = serde_json::from_str(&text).unwrap();
    Grants::authenticated(caller["scopes"].as_array().unwrap().iter().map(|scope| scope.as_str().unwrap().to_owned()))
}

/// Without a `labels.json`, none is.
fn active_labels(path: &Path, stem: &str) -> Vec<String> {
    let text = fs::read_to_string(path.with_file_name(format!("{stem}labels.json")));
    text.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default()
}

fn conditions(document: &Valid<ExecutableDocument>, operation: &Operation, variables: &JsonMap) -> Conditions {
    let names = QueryPlanner::condition_variables(document, operation);
    let value = |name: &Name| variables.get(name.as_str()).and_then(|value| value.as_bool()).unwrap_or(false);
    Conditions(names.into_iter().map(|name| (name.clone(), value(&name))).collect())
}

fn introspect(
    supergraph: &Supergraph,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Vec<(Name, Bytes)> {
    if !operation.is_query() {
        return Vec::new();
    }
    let schema = &supergraph.api_schema;
    let answer =
        introspection::partial_execute(schema, &schema.implementers_map(), document, operation, variables).unwrap();
    let data = answer.data.unwrap_or_default();
    data.iter()
        .map(|(name, value)| (Name::new(name.as_str()).unwrap(), Bytes::from(serde_json::to_vec(value).unwrap())))
        .collect()
}

/// Mock subgraphs of one case. One that has no SDL is down.
struct InProcess<'a> {
    supergraph: &'a Supergraph,
    subgraphs: Vec<Option<MockSubgraph>>,
    /// Of requests that are under way together, the one sent last is answered first.
    latest_first: bool,
    under_way: std::sync::Mutex<Vec<u32>>,
    spelling: Spelling,
}

impl<'a> InProcess<'a> {
    fn new(folder: &Path, supergraph: &'a Supergraph, latest_first: bool) -> InProcess<'a> {
        let subgraphs = supergraph.subgraphs.iter().map(|subgraph| mock_subgraph(folder, &subgraph.name)).collect();
        InProcess {
            supergraph,
            subgraphs,
            latest_first,
            under_way: std::sync::Mutex::default(),
            spelling: Spelling::AsAsked,
        }
    }

    fn is_first_in_line(&self, fetch: u32) -> bool {
        let mut under_way = self.under_way.lock().unwrap();
        if !under_way.contains(&fetch) {
            under_way.push(fetch);
            // All others that are ready get in line before anything is answered.
            return false;
        }
        let is_first = if self.latest_first { under_way.last() } else { under_way.first() } == Some(&fetch);
        if is_first {
            under_way.retain(|other| *other != fetch);
        }
        is_first
    }
}

fn mock_subgraph(folder: &Path, name: &str) -> Option<MockSubgraph> {
    let path = folder.join("subgraphs").join(name);
    let sdl = fs::read_to_string(path.with_extension("graphql")).ok()?;
    let data = fs::read_to_string(path.with_extension("json")).ok();
    let mock = MockSubgraph::new(name, &sdl, data.as_deref());
    Some(mock.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

impl Transport for InProcess<'_> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        std::future::poll_fn(|ctx| {
            if self.is_first_in_line(request.fetch.0) {
                return Poll::Ready(());
            }
            ctx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let Some(mock) = &self.subgraphs[request.subgraph.0 as usize] else {
            let message = "the subgraph cannot be reached".to_owned();
            return Err(TransportError { code: codes::DOWNSTREAM_UNAVAILABLE, message });
        };
        let answer = mock.execute(&serde_json::from_slice(&request.body).unwrap());
        Ok(SubgraphResponse { status: 200, body: self.spelling.of(&answer).into() })
    }
}

fn operations(folder: &Path) -> Vec<(PathBuf, String)> {
    let single = folder.join("operation.graphql");
    if single.exists() {
        return vec![(single, String::new())];
    }
    let paths =
        sorted(&folder.join("operations")).into_iter().filter(|path| path.extension() == Some("graphql".as_ref()));
    paths.map(|path| (path.clone(), format!("{}.", path.file_stem().unwrap().display()))).collect()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

//! One world made ready, and one operation run both ways and compared.

use crate::{
    counters::Counters,
    evaluate::{Evaluation, FieldError},
    guards::Caller,
    interpreter::Interpreter,
    operation::{Operation, ParsedOperation},
    random::Random,
    sdl::{api_sdl, subgraph_sdl, supergraph_sdl},
    subgraph::Subgraph,
    transport::{Cluster, block_on},
    world::World,
};
use apollo_compiler::{ExecutableDocument, Name, Schema, response::JsonMap, validation::Valid};
use bytes::Bytes;
use hansa_composition::{ComposeOptions, SubgraphSource, compose, render_all};
use hansa_executor::{ErrorPolicy, Execution, ExecutionLimits, ExecutionRequest, PreparedPlan, execute};
use hansa_federation::{Grants, Supergraph};
use hansa_query_planner::{Conditions, PlanningLimits, QueryPlanner, Specialisation};
use serde_json::Value as Json;
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// A world with everything that is the same for all its operations.
#[derive(Debug)]
pub(crate) struct Stage<'w> {
    pub world: &'w World,
    pub api: Valid<Schema>,
    possible: HashMap<String, Vec<String>>,
    subgraphs: Vec<Subgraph<'w>>,
    supergraph: Arc<Supergraph>,
    planner: QueryPlanner,
}

/// What composition may say of a world: a few are freer than federation allows, in ways that make no difference to a router.
/// One forgets that computed fields need what their inputs need, which a router must not.
const LOOSE: [&str; 4] = [
    "INVALID_FIELD_SHARING",
    "REQUIRES_FIELDS_MISSING_EXTERNAL",
    "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
    "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
];

/// The supergraph that composition makes of the subgraphs' SDLs. Half of the worlds are served by it, the others by one that
/// shares no code with it.
fn composed(world: &World) -> Result<String, Box<Difference>> {
    let sources: Vec<SubgraphSource> = world
        .subgraphs
        .iter()
        .enumerate()
        .map(|(index, name)| SubgraphSource {
            name: name.clone(),
            url: format!("http://{name}.example/graphql"),
            sdl: subgraph_sdl(world, index),
            origin: format!("{name}.graphql"),
        })
        .collect();
    let composition = catch_unwind(|| compose(&sources, &ComposeOptions::default()))
        .map_err(|_| Difference::boxed("panic", "compose".to_owned()))?;
    // Composition does not know what interfaces demand.
    let has_guarded_interface =
        world.guards.keys().any(|coordinate| world.interfaces.contains_key(type_of(coordinate)));
    let is_composed = !has_guarded_interface && sources.iter().map(|source| source.sdl.len()).sum::<usize>() % 2 == 0;
    match composition.supergraph {
        Some(supergraph) if is_composed => Ok(supergraph.sdl),
        Some(_) => Ok(supergraph_sdl(world)),
        None if composition.errors.iter().all(|error| LOOSE.contains(&error.code.name)) => Ok(supergraph_sdl(world)),
        None => Err(Difference::boxed("composition", render_all(&composition.errors, &sources, false))),
    }
}

fn type_of(coordinate: &str) -> &str {
    coordinate.split('.').next().unwrap_or(coordinate)
}

/// A difference between what was expected and what came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Difference {
    /// The same for differences of one cause, for shrinking.
    pub kind: &'static str,
    pub text: String,
    pub expected: Json,
    pub actual: Json,
    pub plan: String,
    pub fetches: Vec<String>,
}

impl Difference {
    fn boxed(kind: &'static str, text: String) -> Box<Difference> {
        Box::new(Difference { kind, text, ..Difference::default() })
    }
}

impl<'w> Stage<'w> {
    /// `Err`: the generator made a world that is wrong in itself, or the router refuses it.
    pub(crate) fn new(world: &'w World) -> Result<Stage<'w>, Box<Difference>> {
        let wrong = |text: String| Difference::boxed("world", text);
        let api = Schema::parse_and_validate(api_sdl(world), "api.graphql")
            .map_err(|invalid| wrong(format!("API: {}", invalid.errors)))?;
        let sdl = composed(world)?;
        let parsed = catch_unwind(|| Supergraph::parse(&sdl, "supergraph.graphql"));
        let supergraph = match parsed {
            Ok(Ok(supergraph)) => Arc::new(supergraph),
            Ok(Err(error)) => {
                return Err(Difference::boxed("refused", error.to_string()));
            }
            Err(_) => {
                return Err(Difference::boxed("panic", "Supergraph::parse".to_owned()));
            }
        };
        // In the order of the supergraph, in which the executor numbers them.
        let index_of = |name: &str| world.subgraphs.iter().position(|known| known == name);
        let subgraphs = (supergraph.subgraphs.iter())
            .map(|known| Subgraph::new(world, index_of(&known.name).ok_or("a subgraph of no world")?))
            .collect::<Result<Vec<_>, _>>()
            .map_err(wrong)?;
        let possible = world
            .interfaces
            .keys()
            .chain(world.unions.keys())
            .map(|name| (name.clone(), world.possible(name).into_iter().map(str::to_owned).collect()))
            .collect();
        let planner = QueryPlanner::new(Arc::clone(&supergraph), PlanningLimits::default());
        Ok(Stage { world, api, possible, subgraphs, supergraph, planner })
    }

    /// `None`: the operation is not valid, and nothing was tried.
    pub(crate) fn run(
        &self,
        operation: &Operation,
        random: Random,
        counters: &Counters,
    ) -> Option<Result<(), Box<Difference>>> {
        let parsed = ParsedOperation::parse(&self.api, operation).ok()?;
        let expected =
            Interpreter::new(self.world, &self.possible, counters).run(&self.api, &parsed, &operation.caller);
        let attempt = || self.attempt(operation, &parsed, (random, counters));
        Some(match catch_unwind(AssertUnwindSafe(attempt)) {
            Ok(Ok(answer)) => compare(&expected, answer),
            Ok(Err(difference)) => Err(Box::new(Difference { expected: expected.data, ..*difference })),
            Err(panic) => {
                let text = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                let text = text.unwrap_or_default();
                Err(Box::new(Difference { expected: expected.data, ..*Difference::boxed("panic", text) }))
            }
        })
    }

    fn attempt(
        &self,
        operation: &Operation,
        parsed: &ParsedOperation,
        (random, counters): (Random, &Counters),
    ) -> Result<Answer, Box<Difference>> {
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
        let specialisation = Specialisation { conditions: &conditions, unmet: &unmet, ..Specialisation::NONE };
        let plan = || self.planner.plan(&document, requested, specialisation);
        let first = plan().map_err(|error| failed("planning", error.to_string()))?;
        let plan_text = format!("{first:#?}");
        let is_same = plan().is_ok_and(|second| format!("{second:#?}") == plan_text);
        if !is_same {
            return Err(failed("determinism", "the second plan differs from the first".to_owned()));
        }
        let variables: Vec<(Name, Bytes)> = variables
            .iter()
            .filter_map(|(name, value)| Some((Name::new(name.as_str()).ok()?, Bytes::from(value.to_string()))))
            .collect();
        let prepared = PreparedPlan::new(first, &self.supergraph);
        let cluster = Cluster::new(&self.subgraphs, (counters, &operation.caller), random);
        let request = ExecutionRequest {
            variables: &variables,
            introspection: &[],
            limits: ExecutionLimits::default(),
            error_policy: &ErrorPolicy::default(),
            trace_id: "",
        };
        let execution = block_on(execute(&prepared, &self.supergraph, &cluster, request));
        let (violations, fetches) = cluster.into_reports();
        let Some(execution) = execution else {
            let hang = failed("hang", "the execution does not end".to_owned());
            return Err(Box::new(Difference { plan: plan_text, fetches, ..*hang }));
        };
        Ok(Answer { execution, violations, fetches, plan: plan_text })
    }
}

struct Answer {
    execution: Execution,
    violations: Vec<String>,
    fetches: Vec<String>,
    plan: String,
}

fn compare(expected: &Evaluation, answer: Answer) -> Result<(), Box<Difference>> {
    let mut body = answer.execution.body;
    body.push(b'}');
    let parsed = serde_json::from_slice::<Json>(&body);
    let actual = parsed.as_ref().ok().cloned().unwrap_or_default();
    let difference = |kind, text| {
        let expected = expected.data.clone();
        let (actual, plan, fetches) = (actual.clone(), answer.plan.clone(), answer.fetches.clone());
        Err(Box::new(Difference { kind, text, expected, actual, plan, fetches }))
    };
    if let Err(error) = parsed {
        return difference("response", format!("no JSON: {error}: {}", String::from_utf8_lossy(&body)));
    }
    if let Some(violation) = answer.violations.first() {
        return difference("violation", violation.clone());
    }
    // As text: the order of fields counts.
    let texts = (actual["data"].to_string(), expected.data.to_string());
    if texts.0 != texts.1 {
        return difference("data", "the data differ".to_owned());
    }
    let empty = Vec::new();
    let errors = actual["errors"].as_array().unwrap_or(&empty);
    if answer.execution.error_count != errors.len() {
        return difference("errors", format!("{} errors, counted {}", errors.len(), answer.execution.error_count));
    }
    let is_wanted = expected.errors.iter().any(|error| error.is_certain);
    if is_wanted && errors.is_empty() {
        return difference("errors", format!("an error is missing: {:?}", expected.errors));
    }
    if expected.errors.is_empty() && !errors.is_empty() && !expected.has_unavailable {
        return difference("errors", format!("unexpected: {}", errors[0]));
    }
    if let Some(error) = errors.iter().find(|error| !is_expected_refusal(expected, error)) {
        return difference("refusal", format!("not of a refused field: {error}"));
    }
    match errors.iter().find(|error| !leads_to_null(&actual["data"], error)) {
        Some(error) => difference("error path", format!("does not lead to a null: {error}")),
        None => Ok(()),
    }
}

/// Errors about what the caller may not read stand exactly where the interpreter refuses it.
fn is_expected_refusal(expected: &Evaluation, error: &Json) -> bool {
    let code = error["extensions"]["code"].as_str().unwrap_or_default();
    let is_refusal = matches!(code, "UNAUTHENTICATED" | "FORBIDDEN");
    let stands_there = |known: &FieldError| known.text == code && error["path"].as_array() == Some(&known.path);
    !is_refusal || expected.errors.iter().any(stands_there)
}

fn leads_to_null(data: &Json, error: &Json) -> bool {
    let Some(path) = error["path"].as_array() else { return true };
    let mut place = data;
    for step in path {
        let next = match step {
            Json::String(name) => place.get(name),
            Json::Number(index) => index.as_u64().and_then(|index| place.get(index as usize)),
            _ => None,
        };
        match next {
            _ if place.is_null() => return true,
            Some(next) => place = next,
            None => return false,
        }
    }
    place.is_null()
}

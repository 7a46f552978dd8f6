//! Any bytes as the subgraphs' answers. The first byte chooses a plan, the second a budget; then come the answers, one for
//! each fetch, with a byte 0xFF between them, which no text has.

use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result, anyhow};
use apollo_compiler::{ExecutableDocument, Name, request::coerce_variable_values, response::JsonMap};
use bytes::Bytes;
use hansa_executor::{ExecutionLimits, PreparedPlan, SubgraphRequest, SubgraphResponse, Transport, TransportError};
use hansa_federation::Supergraph;
use hansa_query_planner::{Conditions, PlanningLimits, QueryPlanner, Specialisation};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::{
    case_folder::{self, CASES},
    network::{Given, respond, respond_in_parts},
};

/// Between two answers.
pub(crate) const SEPARATOR: u8 = 0xFF;

/// Custom scalars keep any JSON as it came, so that it can be compared.
const FREE_FORM: &str = r#"
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
directive @join__field(graph: join__Graph) repeatable on FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: String) repeatable on OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { A @join__graph(name: "a", url: "") }
scalar JSON @join__type(graph: A)
type Query @join__type(graph: A) { any: JSON text: String number: Int node: Node nodes: [Node] }
type Node @join__type(graph: A) { any: JSON list: [[JSON]] text: String! node: Node }
"#;

const FREE_FORM_OPERATION: &str =
    "{ any text number node { any list text node { any text } } nodes { any text node { list } } }";

struct Stage {
    supergraph: Arc<Supergraph>,
    plan: PreparedPlan,
    given: Given,
}

/// The free form first, then the operations of the fixed cases in their order.
static STAGES: LazyLock<Vec<Stage>> = LazyLock::new(|| {
    let free_form = stage(FREE_FORM, FREE_FORM_OPERATION, None).expect("the free form can be planned");
    let mut stages = vec![free_form];
    for case in CASES {
        // What cannot be planned is left out.
        stages.extend(stages_of(case).unwrap_or_default());
    }
    stages
});

fn stages_of(case: &str) -> Result<Vec<Stage>> {
    let supergraph = case_folder::supergraph(case)?;
    let operations = case_folder::operations(case)?;
    let stage = |operation: &case_folder::CaseOperation| {
        stage(&supergraph, &operation.text, operation.variables.as_deref()).ok()
    };
    Ok(operations.iter().filter_map(stage).collect())
}

fn stage(supergraph: &str, operation: &str, variables: Option<&str>) -> Result<Stage> {
    let supergraph = Arc::new(Supergraph::parse(supergraph, "supergraph.graphql")?);
    let api_schema = &supergraph.api_schema;
    let document = ExecutableDocument::parse_and_validate(api_schema, operation, "operation.graphql")
        .map_err(|invalid| anyhow!("{}", invalid.errors))?;
    let operation = document.operations.get(None).map_err(|error| anyhow!("{}", error.message()))?;
    let variables: JsonMap = serde_json::from_str(variables.unwrap_or("{}"))?;
    let variables =
        coerce_variable_values(api_schema, operation, &variables).map_err(|error| anyhow!("{}", error.message()))?;
    let truth = |name: &Name| variables.get(name.as_str()).and_then(|value| value.as_bool()).unwrap_or_default();
    let names = QueryPlanner::condition_variables(&document, operation);
    let conditions = Conditions(names.into_iter().map(|name| (name.clone(), truth(&name))).collect());
    let planner = QueryPlanner::new(supergraph.clone(), PlanningLimits::default());
    let plan =
        planner.plan(&document, operation, Specialisation { conditions: &conditions, ..Specialisation::NONE })?;
    let plan = PreparedPlan::new(plan, &supergraph);
    let variables = variables.iter().map(|(name, value)| {
        let json = serde_json::to_vec(value)?;
        Ok((Name::new(name.as_str()).context("a variable's name")?, Bytes::from(json)))
    });
    Ok(Stage { plan, given: Given { variables: variables.collect::<Result<_>>()?, ..Given::default() }, supergraph })
}

/// How many plans the first byte can choose from.
pub(crate) fn stage_count() -> usize {
    STAGES.len()
}

/// How many answers a plan needs.
pub(crate) fn fetch_count(stage: usize) -> usize {
    STAGES[stage].plan.plan().fetches.len()
}

pub fn response_decoder(bytes: &[u8]) {
    let [which, budget, rest @ ..] = bytes else { return };
    let which = usize::from(*which) % STAGES.len();
    let stage = &STAGES[which];
    let answers: Vec<Bytes> = rest.split(|byte| *byte == SEPARATOR).map(Bytes::copy_from_slice).collect();
    let network = Answers { answers: &answers };
    let given = Given { variables: stage.given.variables.clone(), introspection: Vec::new(), limits: limits(*budget) };
    if stage.plan.plan().is_incremental() {
        respond_in_parts(&stage.plan, &stage.supergraph, &network, &given);
        return;
    }
    let (body, response) = respond(&stage.plan, &stage.supergraph, &network, &given);
    let data_max = given.limits.response_bytes_max;
    assert!(response["data"].is_null() || body.len() <= data_max + ERRORS_BYTES_MAX, "{} bytes", body.len());
    if which == 0 && given.limits == ExecutionLimits::default() {
        agrees_with_serde_json(&answers[0], &response);
    }
}

/// Errors come on top of what the response may have; there are at most a hundred, and they quote little.
const ERRORS_BYTES_MAX: usize = 1 << 20;

/// Small budgets are reached, and the default one for half of the inputs.
fn limits(budget: u8) -> ExecutionLimits {
    let whole = ExecutionLimits::default();
    match budget % 8 {
        0 => ExecutionLimits { received_bytes_max: 64 << (budget / 32), ..whole },
        1 => ExecutionLimits { slots_max: 4 << (budget / 32), ..whole },
        2 => ExecutionLimits { response_bytes_max: 32 << (budget / 32), ..whole },
        3 => ExecutionLimits { nesting_max: usize::from(budget / 8), errors_max: usize::from(budget / 64), ..whole },
        _ => whole,
    }
}

/// The same texts are JSON, and mean the same.
fn agrees_with_serde_json(answer: &[u8], response: &Value) {
    let text = std::str::from_utf8(answer).ok();
    // Ignoring what it reads, serde_json checks the form alone: no size of numbers, no nesting.
    let is_json = text.is_some_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    let message = response["errors"][0]["message"].as_str().unwrap_or_default();
    let is_refused = message.ends_with("is not JSON");
    if !is_json {
        assert!(message.starts_with("a subgraph's"), "not JSON, and read: {response}");
        return;
    }
    assert!(!is_refused, "JSON, and not read: {response}");
    let Some(answer) = text.and_then(|text| serde_json::from_str::<Value>(text).ok()) else { return };
    let data = &answer["data"];
    // As text: the order of members counts.
    if data.is_object() && response["data"].is_object() {
        assert_eq!(response["data"]["any"].to_string(), data["any"].to_string());
        let number = data["number"].as_i64().filter(|number| i32::try_from(*number).is_ok());
        assert_eq!(response["data"]["number"].as_i64(), number, "{data}");
        assert_eq!(response["data"]["text"].as_str(), data["text"].as_str(), "{data}");
    }
}

struct Answers<'a> {
    answers: &'a [Bytes],
}

impl Transport for Answers<'_> {
    async fn send(&self, request: SubgraphRequest) -> Result<SubgraphResponse, TransportError> {
        let index = request.fetch.0 as usize;
        let body = self.answers.get(index).or(self.answers.last()).cloned().unwrap_or_default();
        Ok(SubgraphResponse { status: 200, body })
    }
}

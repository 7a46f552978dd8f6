//! `ExecuteRequest`: a GraphQL request object in, a response object out.

mod arguments;
mod complete;

use crate::{MockSubgraph, resolve::Object};
use apollo_compiler::{
    ExecutableDocument,
    executable::Operation,
    introspection,
    parser::Parser,
    request::{RequestError, coerce_variable_values},
    response::JsonMap,
    validation::{DiagnosticList, Valid},
};
use complete::Execution;
use serde_json::{Map, Value, json};

/// Bounds the parser's and the executor's recursion.
const NESTING_MAX: usize = 200;

/// Executes one request. Without `data` in the answer, the request itself was refused.
pub(crate) fn execute_request(mock: &MockSubgraph, request: &Value) -> Value {
    try_execute(mock, request).unwrap_or_else(|errors| json!({ "errors": errors }))
}

fn try_execute(mock: &MockSubgraph, request: &Value) -> Result<Value, Vec<Value>> {
    let request = Request::read(request)?;
    let document = parse(mock, request.query)?;
    let refused = |error: RequestError| vec![plain_json(&error.to_graphql_error(&document.sources))];
    let operation = document.operations.get(request.operation_name).map_err(refused)?;
    if operation.is_subscription() {
        let message = "a subscription is answered with events: accept text/event-stream, or use a WebSocket";
        return Err(vec![json!({ "message": message })]);
    }
    let variables = variables(mock, operation, &request).map_err(refused)?;
    let introspection = introspect(mock, &document, operation, &variables).map_err(refused)?;
    Ok(Execution::new(mock, &document, object_of(&variables), introspection).execute_operation(operation))
}

/// Whether the request is one for events, as far as it can be read.
pub(crate) fn is_subscription(mock: &MockSubgraph, request: &Value) -> bool {
    let Ok(request) = Request::read(request) else { return false };
    let document = parse(mock, request.query);
    document.is_ok_and(|document| {
        document.operations.get(request.operation_name).is_ok_and(|operation| operation.is_subscription())
    })
}

/// The response to the event with this number, counted from 0; `None` when there are no more.
pub(crate) fn execute_event(mock: &MockSubgraph, request: &Value, number: usize) -> Result<Option<Value>, Vec<Value>> {
    let request = Request::read(request)?;
    let document = parse(mock, request.query)?;
    let refused = |error: RequestError| vec![plain_json(&error.to_graphql_error(&document.sources))];
    let operation = document.operations.get(request.operation_name).map_err(refused)?;
    let field = operation.root_fields(&document).next().filter(|_| operation.is_subscription());
    let Some(field) = field else { return Err(vec![json!({ "message": "the operation is no subscription" })]) };
    let variables = variables(mock, operation, &request).map_err(refused)?;
    let Some(given) = mock.data_file.events.of(&field.name, number) else { return Ok(None) };
    let root = Object::of_event(operation.object_type(), given, number);
    let execution = Execution::new(mock, &document, object_of(&variables), Map::new());
    Ok(Some(execution.execute_on(root, operation)))
}

fn variables(
    mock: &MockSubgraph,
    operation: &Operation,
    request: &Request<'_>,
) -> Result<Valid<JsonMap>, RequestError> {
    let raw_variables = request.variables.into_iter().flatten();
    let raw_variables: JsonMap =
        raw_variables.map(|(name, value)| (name.as_str().into(), value.clone().into())).collect();
    coerce_variable_values(&mock.schema.graphql, operation, &raw_variables)
}

fn object_of(variables: &Valid<JsonMap>) -> Map<String, Value> {
    match plain_json(&**variables) {
        Value::Object(variables) => variables,
        _ => Map::new(),
    }
}

/// The parts of a request object, checked for their kinds.
struct Request<'r> {
    query: &'r str,
    operation_name: Option<&'r str>,
    variables: Option<&'r Map<String, Value>>,
}

impl<'r> Request<'r> {
    fn read(request: &'r Value) -> Result<Request<'r>, Vec<Value>> {
        let refused = |problem: &str| vec![json!({ "message": problem })];
        let Value::Object(request) = request else { return Err(refused("the request is not a JSON object")) };
        let Some(Value::String(query)) = request.get("query") else {
            return Err(refused("the request has no `query`, a string"));
        };
        let operation_name = match request.get("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name.as_str()),
            Some(_) => return Err(refused("`operationName` is not a string")),
        };
        let variables = match request.get("variables") {
            None | Some(Value::Null) => None,
            Some(Value::Object(variables)) => Some(variables),
            Some(_) => return Err(refused("`variables` is not an object")),
        };
        Ok(Request { query, operation_name, variables })
    }
}

fn parse(mock: &MockSubgraph, query: &str) -> Result<Valid<ExecutableDocument>, Vec<Value>> {
    let schema = &mock.schema.graphql;
    let parsed = Parser::new().recursion_limit(NESTING_MAX).parse_executable(schema, query, "operation.graphql");
    let document = parsed.map_err(|invalid| errors_of(&invalid.errors))?;
    document.validate(schema).map_err(|invalid| errors_of(&invalid.errors))
}

fn errors_of(diagnostics: &DiagnosticList) -> Vec<Value> {
    diagnostics.iter().map(|diagnostic| plain_json(&diagnostic.to_json())).collect()
}

/// The answers to `__schema` and `__type` at the root.
fn introspect(
    mock: &MockSubgraph,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<Map<String, Value>, RequestError> {
    let is_asked_for = operation.is_query()
        && operation.root_fields(document).any(|field| field.name == "__schema" || field.name == "__type");
    if !is_asked_for {
        return Ok(Map::new());
    }
    introspection::check_max_depth(document, operation)?;
    let response = introspection::partial_execute(
        &mock.schema.graphql,
        &mock.schema.implementers,
        document,
        operation,
        variables,
    )?;
    match response.data.map(|data| plain_json(&data)) {
        Some(Value::Object(data)) => Ok(data),
        _ => Ok(Map::new()),
    }
}

/// From apollo-compiler's JSON to serde_json's.
fn plain_json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

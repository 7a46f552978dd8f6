//! Answers `__schema` and `__type` from the API schema, without asking any subgraph.

use crate::{
    client_error::{ClientError, Location},
    error_code::ErrorCode,
    pipeline::{
        document::{OperationFacts, operation_at},
        plan_cache::IntrospectionAnswer,
        variables::CoercedVariables,
    },
};
use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    collections::HashMap,
    executable::Operation,
    introspection,
    request::{RequestError, coerce_variable_values},
    response::JsonMap,
    schema::Implementers,
    validation::Valid,
};
use bytes::Bytes;
use hansa_federation::Supergraph;

/// Interfaces and who implements them, computed once for each supergraph.
pub(crate) type ImplementersMap = HashMap<Name, Implementers>;

/// Refuses introspection that is switched off or whose answer would explode.
pub(crate) fn check(facts: &OperationFacts, is_on: bool) -> Result<(), ClientError> {
    if facts.asks_introspection && !is_on {
        let description = "introspection is switched off";
        return Err(ClientError::new(ErrorCode::IntrospectionDisabled, description));
    }
    facts.introspection_refusal.clone().map_or(Ok(()), Err)
}

/// Why an operation's introspection goes too deep.
pub(crate) fn refusal_of_depth(document: &Valid<ExecutableDocument>, operation: &Operation) -> Option<ClientError> {
    let error = introspection::check_max_depth(document, operation).err()?;
    Some(refusal(ErrorCode::IntrospectionTooDeep, &error, document))
}

/// Synchronous work: milliseconds for a large schema. The operation is given by its index.
pub(crate) fn answer(
    supergraph: &Supergraph,
    implementers: &ImplementersMap,
    (document, operation): (&Valid<ExecutableDocument>, usize),
    variables: &CoercedVariables,
) -> Result<IntrospectionAnswer, ClientError> {
    let operation = operation_at(document, operation);
    let api_schema: &Valid<Schema> = &supergraph.api_schema;
    let mut values = JsonMap::new();
    for (name, json) in variables {
        let value = serde_json::from_slice(json).map_err(|error| {
            tracing::error!(%error, "a coerced variable is not JSON");
            ClientError::internal()
        })?;
        values.insert(name.as_str(), value);
    }
    let bad_input = |error: RequestError| refusal(ErrorCode::BadUserInput, &error, document);
    let values = coerce_variable_values(api_schema, operation, &values).map_err(bad_input)?;
    let response =
        introspection::partial_execute(api_schema, implementers, document, operation, &values).map_err(bad_input)?;
    let data = response.data.unwrap_or_default();
    let mut answer = Vec::new();
    for field in operation.root_fields(document) {
        let response_name = field.response_name();
        let is_known = answer.iter().any(|(known, _)| known == response_name);
        if is_known || !matches!(field.name.as_str(), "__schema" | "__type") {
            continue;
        }
        if let Some(value) = data.get(response_name.as_str()) {
            let json = serde_json::to_vec(value).expect("a JSON value can be written as JSON");
            answer.push((response_name.clone(), Bytes::from(json)));
        }
    }
    Ok(answer.into())
}

fn refusal(code: ErrorCode, error: &RequestError, document: &ExecutableDocument) -> ClientError {
    let place = error.location().and_then(|span| span.line_column(&document.sources));
    let location = place.map(|place| Location { line: place.line, column: place.column });
    ClientError::at(code, error.message().to_string(), location.into_iter().collect())
}
